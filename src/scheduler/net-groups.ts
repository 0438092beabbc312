import { fullGroups } from '../../machines/index.ts'
import { ipOf, isLocal, netGroupOf } from '../ip.ts'
import type { Ip } from '../ip.ts'
import type { LocatedPeer } from '../../machines/index.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

/** The rest of the house, as far as net groups depend on it. */
export interface NetGroupsPorts {
  /** Who holds a slot, and in which net group. */
  held(): readonly LocatedPeer[]
  /** The net group that the peer is connected from; undefined if it is not connected. */
  connectedIn(peer: string): { readonly group: string | undefined } | undefined
}

/** The net group of an address; undefined if it is in none: local, relayed, a name, or no IP at all. */
export function groupOf(ip: Ip | undefined): string | undefined {
  return ip === undefined || isLocal(ip) ? undefined : netGroupOf(ip)
}

/**
 * Which net groups have room for another discovered peer, and in which ones candidates are: known for
 * sure only when somebody has looked up where to dial them.
 */
export class NetGroups {
  readonly #limit: number
  readonly #ports: NetGroupsPorts
  /** The groups of the addresses that a candidate has, the best address first (looked up -> forgotten). */
  readonly #known = new Map<string, readonly (string | undefined)[]>()

  constructor(limit: number, ports: NetGroupsPorts) {
    this.#limit = limit
    this.#ports = ports
  }

  /** Does the rule hold at all? */
  get isOn(): boolean {
    return this.#limit !== Infinity
  }

  /** Groups without room for a discovered peer, `except` left out of the count. */
  full(except?: string): ReadonlySet<string> {
    if (!this.isOn) return NONE
    const others = this.#ports.held().filter(({ peer }) => peer !== except)
    return fullGroups(others, this.#limit)
  }

  /** Is the peer in full groups only, as far as is known? */
  isRefused(peer: string, full = this.full(peer)): boolean {
    if (full.size === 0) return false
    const connected = this.#ports.connectedIn(peer)
    const groups = connected === undefined ? (this.#known.get(peer) ?? []) : [connected.group]
    return groups.length > 0 && groups.every((group) => group !== undefined && full.has(group))
  }

  /** Those of a peer's addresses that are in no full group. */
  open<At extends { readonly multiaddr: Multiaddr }>(peer: string, addresses: readonly At[]): At[] {
    const full = this.full(peer)
    if (full.size === 0) return [...addresses]
    return addresses.filter(({ multiaddr }) => {
      const group = groupOf(ipOf(multiaddr))
      return group === undefined || !full.has(group)
    })
  }

  /**
   * Those of a candidate's addresses, the best first, that are in no full group, for it is dialed there
   * now: while it is, it counts for the group of the first.
   */
  choose<At extends { readonly multiaddr: Multiaddr }>(
    peer: string,
    addresses: readonly At[]
  ): At[] {
    if (!this.isOn) return [...addresses]
    const open = this.open(peer, addresses)
    const known = open.length > 0 ? open : addresses
    this.#known.set(
      peer,
      known.map(({ multiaddr }) => groupOf(ipOf(multiaddr)))
    )
    return open
  }

  /** The net group that the peer is being dialed in. */
  dialedIn(peer: string): string | undefined {
    return this.#known.get(peer)?.[0]
  }

  /** The peer is a candidate no more. */
  forget(peer: string): void {
    this.#known.delete(peer)
  }
}

const NONE: ReadonlySet<string> = new Set()
