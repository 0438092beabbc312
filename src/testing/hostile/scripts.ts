import { CONNECTION_ROWS } from './rows/connection-rows.ts'
import { FRAME_ROWS } from './rows/frame-rows.ts'
import { GATE_ROWS } from './rows/gate-rows.ts'
import { HELLO_ROWS } from './rows/hello-rows.ts'
import { LOSS_ROWS } from './rows/loss-rows.ts'
import { PROOF_ROWS } from './rows/proof-rows.ts'
import { ROLE_ROWS } from './rows/role-rows.ts'
import { STREAM_ROWS } from './rows/stream-rows.ts'
import type { HostileScript } from './script.ts'

/** By table, and by number within it. */
const order = ({ row }: HostileScript): number => row.charCodeAt(0) * 100 + Number(row.slice(1))

/** Every script there is, in the order of their rows: B is the handshake, C the gate, D connections. */
export const HOSTILE_SCRIPTS: readonly HostileScript[] = [
  ...FRAME_ROWS,
  ...HELLO_ROWS,
  ...PROOF_ROWS,
  ...ROLE_ROWS,
  ...GATE_ROWS,
  ...STREAM_ROWS,
  ...CONNECTION_ROWS,
  ...LOSS_ROWS
].toSorted((a, b) => order(a) - order(b))
