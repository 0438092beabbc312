import { addresses } from './addresses.ts'
import { datastore } from './datastore.ts'
import { frames } from './frames.ts'
import { messages } from './messages.ts'
import { options } from './options.ts'
import { payloads } from './payloads.ts'
import { peers } from './peers.ts'
import { proofs } from './proofs.ts'
import { records } from './records.ts'
import { streams } from './streams.ts'
import type { Target } from '../target.ts'

/** Everything that reads what others have written. */
export const TARGETS: readonly Target[] = [
  addresses,
  datastore,
  frames,
  messages,
  options,
  payloads,
  peers,
  proofs,
  records,
  streams
]
