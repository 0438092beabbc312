import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P } from '@multiformats/multiaddr'
import type { ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Origin } from '../options/admission-options.ts'

/**
 * The user's connection gater with ours in front: both are asked, neither replaces the other. Ours comes
 * first, is synchronous and never throws; every hook that knows a peer asks it, because no single one sees
 * every connection (a dial by bare address knows its peer only once the connection is encrypted).
 *
 * The user's hooks are looked up at each call and keep their own `this`; a hook the user does not have
 * answers as if it did not exist. A plain object of functions, so that a later service can compose it once
 * more by spreading it.
 */
export function composeConnectionGater(
  user: ConnectionGater,
  denied: (peer: string, direction: 'inbound' | 'outbound', from?: Origin) => boolean
): Required<ConnectionGater> {
  const keepsOut = (...peers: PeerId[]): boolean =>
    peers.some((peer) => denied(peer.toString(), 'inbound'))
  const keepsOutOf = (maConn: MultiaddrConnection, peer: PeerId): boolean =>
    denied(peer.toString(), 'inbound', maConn)
  const keepsFrom = (...peers: (PeerId | string)[]): boolean =>
    peers.some((peer) => denied(peer.toString(), 'outbound'))

  return {
    denyDialPeer: (peer) => keepsFrom(peer) || (user.denyDialPeer?.(peer) ?? false),

    denyDialMultiaddr: (address) =>
      keepsFrom(...destination(address)) || (user.denyDialMultiaddr?.(address) ?? false),

    // a banned address is denied a step later, when the peer is known: those that matter pass all the same
    denyInboundConnection: (maConn) => user.denyInboundConnection?.(maConn) ?? false,

    denyOutboundConnection: (peer, maConn) =>
      keepsFrom(peer) || (user.denyOutboundConnection?.(peer, maConn) ?? false),

    denyInboundEncryptedConnection: (peer, maConn) =>
      keepsOutOf(maConn, peer) || (user.denyInboundEncryptedConnection?.(peer, maConn) ?? false),

    denyOutboundEncryptedConnection: (peer, maConn) =>
      keepsFrom(peer) || (user.denyOutboundEncryptedConnection?.(peer, maConn) ?? false),

    denyInboundUpgradedConnection: (peer, maConn) =>
      keepsOutOf(maConn, peer) || (user.denyInboundUpgradedConnection?.(peer, maConn) ?? false),

    denyOutboundUpgradedConnection: (peer, maConn) =>
      keepsFrom(peer) || (user.denyOutboundUpgradedConnection?.(peer, maConn) ?? false),

    denyInboundRelayReservation: (source) =>
      keepsOut(source) || (user.denyInboundRelayReservation?.(source) ?? false),

    denyOutboundRelayedConnection: (source, target) =>
      keepsOut(source, target) || (user.denyOutboundRelayedConnection?.(source, target) ?? false),

    denyInboundRelayedConnection: (relay, remote) =>
      keepsOut(relay, remote) || (user.denyInboundRelayedConnection?.(relay, remote) ?? false),

    // true keeps the address: the opposite sense, and no question of peers. The user's alone
    filterMultiaddrForPeer: (peer, address) => user.filterMultiaddrForPeer?.(peer, address) ?? true
  }
}

/** The peer an address leads to, if it says so: the one after the last `/p2p/`, provided nothing follows. */
function destination(address: Multiaddr): string[] {
  const last = address.getComponents().at(-1)
  if (last?.code !== CODE_P2P || last.value === undefined) return []
  // the usual form of an id is the one that peers are known by; every other is brought into it
  if (/^(1|Qm)/.test(last.value)) return [last.value]
  try {
    return [peerIdFromString(last.value).toString()]
  } catch {
    // an id of a kind this libp2p does not know belongs to no peer we could know; the dial will say so
    return []
  }
}
