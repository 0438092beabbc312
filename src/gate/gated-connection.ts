import { notAuthorized } from './standing.ts'
import type { GateCounts, GateRules } from './standing.ts'
import type { Connection } from '@libp2p/interface'

/**
 * Puts a guard in front of `connection.newStream`, through which every outbound stream of the node is opened:
 * `dialProtocol`, services and topologies alike. A gated protocol with a peer that is not authorized fails at
 * once with `PeerNotAuthorizedError` and nothing on the wire; of a list, the open protocols are left. The
 * answer never waits for a handshake.
 *
 * To be called once per connection. The guard stays for the connection's life.
 */
export function gateConnection(
  connection: Connection,
  rules: GateRules,
  counts: Pick<GateCounts, 'refusedOutbound'>
): void {
  const newStream = connection.newStream.bind(connection)
  const peer = connection.remotePeer.toString()

  connection.newStream = async (protocols, options) => {
    // Yamux 8 sends a stream's first frame a microtask after it was made, and a connection that has failed
    // by then brings the process down. A caller may stand in a tick (a Node stream that is being
    // constructed), whose batch can hold the socket's error; the next microtask comes after the batch.
    await Promise.resolve()
    const wanted = Array.isArray(protocols) ? protocols : [protocols]
    const allowed =
      rules.standing(peer) === 'authorized' ? wanted : wanted.filter((name) => rules.isOpen(name))

    if (allowed.length === 0 && wanted.length > 0) {
      counts.refusedOutbound++
      throw notAuthorized(peer, protocols)
    }

    const stream = await newStream(allowed, options)

    // the peer may have lost its standing while the stream was negotiated; what deauthorization has reset in
    // that time is not handed out either, even if the peer is authorized anew
    const stands = rules.standing(peer) === 'authorized' && stream.status !== 'aborted'
    if (stands || rules.isOpen(stream.protocol)) return stream

    counts.refusedOutbound++
    const err = notAuthorized(peer, stream.protocol)
    stream.abort(err)
    throw err
  }
}
