import { isPeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P, isMultiaddr, multiaddr } from '@multiformats/multiaddr'
import { InvalidPeerError } from './errors.ts'
import { printable } from './printable.ts'
import type { PeerTarget } from './options.ts'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** A peer that was named: who it is, and where the caller says it can be reached. */
export interface NamedPeer {
  readonly peerId: PeerId
  readonly addresses: readonly Multiaddr[]
}

/**
 * Reads a peer id, an address that ends in `/p2p/<peer id>`, or several addresses of one peer.
 *
 * @throws InvalidPeerError if it is neither
 */
export function readPeerTarget(target: PeerTarget): NamedPeer {
  if (isPeerId(target)) return { peerId: target, addresses: [] }
  if (isMultiaddr(target)) return ofAddress(target)
  if (Array.isArray(target)) return ofAddresses(target)
  if (typeof target !== 'string') {
    throw new InvalidPeerError(`Expected a peer id or a multiaddr, got ${typeof target}`)
  }
  try {
    if (target.startsWith('/')) return ofAddress(multiaddr(target))
    return { peerId: peerIdFromString(target), addresses: [] }
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'InvalidPeerError') throw cause
    throw new InvalidPeerError(`Expected a peer id or a multiaddr, got "${printable(target, 80)}"`)
  }
}

function ofAddresses(targets: readonly (Multiaddr | string)[]): NamedPeer {
  const [first, ...others] = targets.map((target) => readPeerTarget(target))
  if (first === undefined) throw new InvalidPeerError('Expected at least one multiaddr, got none')
  const stranger = others.find(({ peerId }) => !peerId.equals(first.peerId))
  if (stranger !== undefined) {
    throw new InvalidPeerError(
      `Expected addresses of one peer, got some of ${first.peerId.toString()} and of ${stranger.peerId.toString()}`
    )
  }
  return {
    peerId: first.peerId,
    addresses: [first, ...others].flatMap(({ addresses }) => addresses)
  }
}

function ofAddress(address: Multiaddr): NamedPeer {
  const peerId = peerIdIn(address)
  if (peerId !== undefined) return { peerId, addresses: [address] }
  throw new InvalidPeerError(
    `Expected a multiaddr that ends in /p2p/<peer id>, got "${printable(address.toString(), 80)}"`
  )
}

/**
 * The peer that an address ends in. It may hold what is no peer's id there, or at a relay before: what that
 * throws differs from one text to the next, and is not thrown before somebody asks for the bytes.
 */
function peerIdIn(address: Multiaddr): PeerId | undefined {
  const last = address.getComponents().findLast(({ code }) => code === CODE_P2P)
  if (last?.value === undefined) return undefined
  try {
    return address.bytes.byteLength > 0 ? peerIdFromString(last.value) : undefined
  } catch {
    return undefined
  }
}
