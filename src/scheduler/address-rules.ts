import {
  CODE_P2P,
  CODE_P2P_CIRCUIT,
  CODE_TCP,
  CODE_UDP,
  type Multiaddr
} from '@multiformats/multiaddr'
import { ipFrom, ipOf } from '../ip.ts'
import type { IpClass } from '../ip.ts'

/** Why an address is not dialed, in the order in which it is asked. */
export const ADDRESS_FAULTS = [
  'too-long',
  'no-transport',
  'another-peer',
  'relayed',
  'own',
  'unspecified',
  'link-local',
  'multicast',
  'reserved',
  'no-port',
  'private',
  'misleading'
] as const

/** The word for why an address is not dialed. */
export type AddressFault = (typeof ADDRESS_FAULTS)[number]

/** What the rules know of this node. */
export interface AddressWorld {
  /** Keys of our own addresses, from {@link ownKeys}. */
  readonly own: ReadonlySet<string>
  /** Are addresses of local networks and of this machine dialed? */
  readonly dialsPrivate: boolean
  readonly allowRelayed: boolean
  /** Is there a transport that can dial the address? */
  isDialable(address: Multiaddr): boolean
}

/** Bytes of an address; longer ones are nobody's. One with a relay and two certificate hashes has 200. */
const MAX_LENGTH = 512

/** Kinds of IP addresses at which nobody can be reached. */
const NOWHERE: ReadonlySet<IpClass> = new Set([
  'unspecified',
  'link-local',
  'multicast',
  'reserved'
])

/**
 * Why this address of the peer is not to be dialed; undefined if it may be. An attacker can publish any
 * address for any peer: our own, one in our local network, one of a stranger.
 *
 * @param isNamed - The application named the address itself: then it may be private or relayed
 */
export function addressFault(
  address: Multiaddr,
  peer: string,
  world: AddressWorld,
  isNamed: boolean
): AddressFault | undefined {
  const length = lengthOf(address)
  if (length === undefined) return 'no-transport'
  if (length > MAX_LENGTH) return 'too-long'
  const components = address.getComponents()
  const relay = components.findLastIndex(({ code }) => code === CODE_P2P_CIRCUIT)
  const named = components.slice(relay + 1).findLast(({ code }) => code === CODE_P2P)
  if (named !== undefined && named.value !== peer) return 'another-peer'
  if (components.every(({ code }) => code === CODE_P2P)) return 'no-transport'
  if (relay !== -1) return relayFault(address, world, isNamed)
  const key = addressKey(address)
  if (world.own.has(key) || world.own.has(anyLoopback(key))) return 'own'
  const ip = ipOf(address)
  if (ip !== undefined && NOWHERE.has(ip.class)) return ip.class as AddressFault
  const hasNoPort = components.some(
    ({ code, value }) => (code === CODE_TCP || code === CODE_UDP) && Number(value) === 0
  )
  if (hasNoPort) return 'no-port'
  const isPrivate = ip?.class === 'private' || ip?.class === 'loopback'
  if (isPrivate && !isNamed && !world.dialsPrivate) return 'private'
  return world.isDialable(address) ? undefined : 'no-transport'
}

/**
 * Bytes of the address; undefined if it has none. One that was made of text is not looked at until somebody
 * asks for its bytes: it may name a peer that is none.
 */
function lengthOf(address: Multiaddr): number | undefined {
  try {
    return address.bytes.byteLength
  } catch {
    return undefined
  }
}

/** A relayed address says nothing of where the peer is. From there it may be that a hole is punched. */
function relayFault(
  address: Multiaddr,
  world: AddressWorld,
  isNamed: boolean
): AddressFault | undefined {
  if (!world.allowRelayed && !isNamed) return 'relayed'
  return world.isDialable(address) ? undefined : 'no-transport'
}

/**
 * An address as text that is the same for all its forms: without the peer's id at its end, an IPv4
 * address inside an IPv6 one as what it is.
 */
export function addressKey(address: Multiaddr): string {
  const components = address.getComponents()
  const relay = components.findLastIndex(({ code }) => code === CODE_P2P_CIRCUIT)
  return components
    .filter(({ code }, at) => code !== CODE_P2P || at < relay)
    .map(({ name, value }) => {
      const ip = name === 'ip4' || name === 'ip6' ? ipFrom(value ?? '') : undefined
      if (ip !== undefined) return `/ip${ip.version}/${ip.text}`
      return value === undefined ? `/${name}` : `/${name}/${value}`
    })
    .join('')
}

/**
 * The keys of our own addresses. Who listens on every interface is at each address of the loopback range:
 * at the ports of our own addresses there, for `listening` may say no more than that any port will do.
 */
export function ownKeys(
  addresses: readonly Multiaddr[],
  listening: readonly Multiaddr[]
): Set<string> {
  const keys = new Set(addresses.map(addressKey))
  const isEverywhere = listening.some((address) => ipOf(address)?.class === 'unspecified')
  if (isEverywhere) for (const key of keys) keys.add(anyLoopback(key))
  return keys
}

const LOOPBACK = '/loopback'

const anyLoopback = (key: string): string =>
  key.replace(/^\/ip4\/127\.\d+\.\d+\.\d+|^\/ip6\/::1(?=\/)/, LOOPBACK)
