import { Code, ConnectError } from '@connectrpc/connect'
import { isWireReason } from '../../machines/index.ts'
import { headlineOf, nameOf } from '../printable.ts'
import type { GrpcNode } from './grpc-node.ts'
import type { Clock } from '../clock.ts'
import type { Connection, PeerId, Stream } from '@libp2p/interface'

/** Milliseconds in which the peer must have agreed to the protocol. */
const NEGOTIATION_TIMEOUT = 10_000

export interface PeerStreamInit {
  node: GrpcNode
  peerId: PeerId
  protocol: string
  clock: Clock
  runOnLimitedConnection: boolean
}

/**
 * Fails if no call to the peer can be made now. Nothing is sent.
 *
 * @throws ConnectError `permission_denied` if somebody said no: a verdict, a ban, a goodbye;
 * `unauthenticated` if there was no handshake yet, or its connection is gone
 */
export function assertAuthorized({ node, peerId }: Pick<PeerStreamInit, 'node' | 'peerId'>): void {
  const { peers } = node.services
  if (peers.isAuthorized(peerId)) return
  const { reason, by, text } = peers.explain(peerId)
  // `timeout` has a code, but nobody's verdict is behind it
  const isVerdict = reason !== undefined && isWireReason(reason) && reason !== 'timeout'
  const code = isVerdict && by !== 'network' ? Code.PermissionDenied : Code.Unauthenticated
  throw new ConnectError(`The peer is not authorized: ${text}`, code)
}

/**
 * Opens a stream to an authorized peer, on a connection that is there: it never dials.
 *
 * @throws ConnectError as `assertAuthorized` does; `unimplemented` if the peer does not serve the protocol;
 * `unavailable` if the stream could not be opened
 */
export async function openPeerStream(init: PeerStreamInit, signal: AbortSignal): Promise<Stream> {
  const { protocol, clock, runOnLimitedConnection } = init
  assertAuthorized(init)
  const deadline = new AbortController()
  const cancel = clock.after(NEGOTIATION_TIMEOUT, () => {
    deadline.abort(new Error('The peer did not agree to the protocol in time'))
  })
  try {
    return await connectionOf(init).newStream(protocol, {
      signal: AbortSignal.any([signal, deadline.signal]),
      runOnLimitedConnection
    })
  } catch (err) {
    throw refusalOf(init, err)
  } finally {
    cancel()
  }
}

function connectionOf({ node, peerId, runOnLimitedConnection }: PeerStreamInit): Connection {
  const open = node.getConnections(peerId).filter(({ status }) => status === 'open')
  const connection =
    open.findLast(({ limits }) => limits === undefined) ??
    (runOnLimitedConnection ? open.at(-1) : undefined)
  if (connection !== undefined) return connection
  throw new ConnectError('No connection with the peer carries calls', Code.Unavailable)
}

function refusalOf(init: PeerStreamInit, err: unknown): ConnectError {
  if (nameOf(err) === 'ConnectError') return err as ConnectError
  if (nameOf(err) === 'PeerNotAuthorizedError') {
    // the peer may have lost its standing on the way
    assertAuthorized(init)
  }
  const code = nameOf(err) === 'UnsupportedProtocolError' ? Code.Unimplemented : Code.Unavailable
  return new ConnectError(
    `No stream of ${init.protocol}: ${headlineOf(err)}`,
    code,
    undefined,
    undefined,
    err
  )
}
