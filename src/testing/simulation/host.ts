import type { Connection, ConnectionGater, PeerId, Stream } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Somebody in the simulated network: a node with the whole service, or a peer that follows a script. */
export interface Host {
  readonly peerId: PeerId
  /** Where it can be dialed, without its peer id. */
  readonly address: Multiaddr
  readonly gater: ConnectionGater

  /** Are inbound connections refused, because there are too many connections? */
  readonly isFull: boolean

  opened(connection: Connection): void
  closed(connection: Connection): void

  /** The protocol for a stream, undefined if it knows none of them; `nothing` if it never answers. */
  select(protocols: readonly string[]): string | undefined

  /** A stream was opened to this host. A rejection resets it. */
  incoming(stream: Stream, connection: Connection): Promise<void>

  /** A stream that this host opens has been negotiated. A rejection resets it. */
  outgoing(stream: Stream, connection: Connection): Promise<void>
}

/** What a host selects that leaves the question open for ever. */
export const NO_ANSWER = 'no answer'
