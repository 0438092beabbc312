import type { PeerLifecycleInit } from '../../src/index.ts'
import type { Setting } from '../../src/testing/model/world.ts'

/** What does not change while a tour with two real nodes lasts. */
export interface NodeSetting extends Setting {
  readonly name: string
  /** What our node is set to; the table follows from it. */
  readonly init: Partial<PeerLifecycleInit<string>>
  /** Where our node thinks that the peer is: nobody knows, or a door that is shut. */
  readonly address: 'known' | 'unknown' | 'shut'
  /** Are handshakes held in secure channels, too? */
  readonly isSecured: boolean
}
