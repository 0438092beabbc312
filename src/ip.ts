import { CODE_IP4, CODE_IP6, CODE_P2P_CIRCUIT } from '@multiformats/multiaddr'
import ipaddr from 'ipaddr.js'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * What an IP address is good for:
 *
 * - `public`: reaches a host in the internet
 * - `private`: of a local network (RFC 1918, RFC 4193, carrier-grade NAT)
 * - `loopback`: this machine
 * - `link-local`, `unspecified`, `multicast`, `reserved`: nothing that anybody could be dialed at
 */
export type IpClass =
  | 'public'
  | 'private'
  | 'loopback'
  | 'link-local'
  | 'unspecified'
  | 'multicast'
  | 'reserved'

/** An IP address as limits and address rules see it. Plain data. */
export interface Ip {
  /** 4 also for an IPv4 address inside an IPv6 one (mapped, NAT64, 6to4). */
  readonly version: 4 | 6
  /** In its one usual form. */
  readonly text: string
  readonly class: IpClass
}

/**
 * The IP address that a connection to this multiaddr goes to or comes from. Undefined for a relayed one,
 * whose IP is the relay's, and for addresses without an IP: memory, DNS names.
 */
export function ipOf(address: Multiaddr): Ip | undefined {
  const known = read.get(address)
  if (known !== undefined) return known.ip
  const ip = ipIn(address)
  read.set(address, { ip })
  return ip
}

/** What was read before: a connection's address is asked about at every door. */
const read = new WeakMap<Multiaddr, { readonly ip: Ip | undefined }>()

function ipIn(address: Multiaddr): Ip | undefined {
  const components = address.getComponents()
  if (components.some(({ code }) => code === CODE_P2P_CIRCUIT)) return undefined
  const [first] = components.filter(({ code }) => code === CODE_IP4 || code === CODE_IP6)
  return first?.value === undefined ? undefined : ipFrom(first.value)
}

/** An IP address from its text; undefined if it is none. */
export function ipFrom(text: string): Ip | undefined {
  if (!ipaddr.isValid(text)) return undefined
  const given = ipaddr.parse(text)
  const inner = given instanceof ipaddr.IPv6 ? ipv4Inside(given) : given
  const ip = inner ?? given
  return {
    version: ip.kind() === 'ipv4' ? 4 : 6,
    text: ip.toString(),
    class: isUnassigned(ip) ? 'reserved' : (CLASSES[ip.range()] ?? 'reserved')
  }
}

/**
 * In `::/8`, which nobody is given (RFC 4291): what has a meaning there has a range of its own. The IPv4
 * addresses that were once written there, `::10.0.0.1`, would pass for public ones.
 */
function isUnassigned(ip: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return ip.kind() === 'ipv6' && ip.range() === 'unicast' && ip.toByteArray()[0] === 0
}

/** Is the address one of a local network or of this machine? */
export function isLocal({ class: kind }: Ip): boolean {
  return kind === 'private' || kind === 'loopback' || kind === 'link-local'
}

/** The network of `bits` bits that an address is in, as text that is the same for all its addresses. */
export function subnetOf({ text }: Ip, bits: number): string {
  const ip = ipaddr.parse(text)
  const bytes = ip.toByteArray().map((byte, i) => byte & maskOf(bits - 8 * i))
  return `${ipaddr.fromByteArray(bytes).toString()}/${bits}`
}

/**
 * What one host has to itself: an IPv4 address, or an IPv6 /56, within which it can be at a new address with
 * every connection.
 */
export function hostOf(ip: Ip): string {
  return subnetOf(ip, ip.version === 4 ? 32 : 56)
}

/**
 * The group of addresses that one attacker or one provider is likely to own together: an IPv4 /16 or an
 * IPv6 /32 (Bitcoin Core's net groups).
 */
export function netGroupOf(ip: Ip): string {
  return subnetOf(ip, ip.version === 4 ? 16 : 32)
}

const maskOf = (bits: number): number =>
  bits <= 0 ? 0 : bits >= 8 ? 0xff : (0xff << (8 - bits)) & 0xff

const CLASSES: Readonly<Record<string, IpClass>> = {
  unicast: 'public',
  private: 'private',
  uniqueLocal: 'private',
  deprecatedSiteLocal: 'private',
  carrierGradeNat: 'private',
  loopback: 'loopback',
  linkLocal: 'link-local',
  unspecified: 'unspecified',
  multicast: 'multicast'
}

/** Where the IPv4 address begins in the ranges of IPv6 that carry one, in bytes. */
const INNER: Readonly<Record<string, number>> = {
  ipv4Mapped: 12,
  rfc6145: 12,
  rfc6052: 12,
  '6to4': 2
}

function ipv4Inside(ip: ipaddr.IPv6): ipaddr.IPv4 | undefined {
  const at = INNER[ip.range()]
  return at === undefined ? undefined : new ipaddr.IPv4(ip.toByteArray().slice(at, at + 4))
}
