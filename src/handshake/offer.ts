import type { Connection, PeerId, Stream } from '@libp2p/interface'

/** A stream of the lifecycle protocol that a peer opened, and nobody has answered yet. */
export interface Offer {
  readonly peerId: PeerId
  readonly stream: Stream
  readonly connection: Connection
}
