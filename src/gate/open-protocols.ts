/**
 * The protocols that are never gated, each with the reason. They make and keep a connection, or say where
 * peers are; none of them carries the application's data. Whatever is not on the list is gated.
 *
 * The ids are the defaults of the js-libp2p packages. A network that renames one (a DHT under
 * `/mychain/kad/1.0.0`) adds its own id to the service's option `openProtocols`.
 */
export const BUILT_IN_OPEN_PROTOCOLS: readonly string[] = Object.freeze([
  // @libp2p/identify. Says which protocols and addresses a peer has. Without it no topology ever fires and
  // libp2p prunes the fresh connection first.
  '/ipfs/id/1.0.0',
  '/ipfs/id/push/1.0.0',

  // @libp2p/ping. The connection monitor of the remote closes a connection on which its ping is refused.
  '/ipfs/ping/1.0.0',

  // @libp2p/kad-dht, wide and local network. Peers are found before they can be authorized; the DHT's
  // own connections stay unpromoted.
  '/ipfs/kad/1.0.0',
  '/ipfs/lan/kad/1.0.0',

  // @libp2p/circuit-relay-v2. The connection to a peer is still being made when the relay is asked.
  '/libp2p/circuit/relay/0.2.0/hop',
  '/libp2p/circuit/relay/0.2.0/stop',

  // @libp2p/dcutr. Turns a relayed connection into a direct one, often before there is a handshake.
  '/libp2p/dcutr',

  // @libp2p/webrtc. Signalling over a relayed connection, by which the direct one is made.
  '/webrtc-signaling/0.0.1',

  // @libp2p/autonat and @libp2p/autonat-v2. Tell this node whether others can reach it.
  '/libp2p/autonat/1.0.0',
  '/libp2p/autonat/2/dial-request',
  '/libp2p/autonat/2/dial-back'
])
