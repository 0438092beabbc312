import { CODE_P2P, CODE_P2P_CIRCUIT } from '@multiformats/multiaddr'
import { ipOf } from '../ip.ts'
import { addressFault, addressKey } from './address-rules.ts'
import type { AddressBook } from './address-book.ts'
import type { AddressFault, AddressWorld } from './address-rules.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

/** An address of a peer, and who says so. */
export interface KnownAddress {
  readonly multiaddr: Multiaddr
  /** In a record that the peer has signed. */
  readonly isCertified?: boolean
  /** The application said so. */
  readonly isNamed?: boolean
}

/** An address that is to be dialed. */
export interface ChosenAddress {
  /** Ends in the peer's id. */
  readonly multiaddr: Multiaddr
  /** What it is called in the address book. */
  readonly key: string
}

export interface AddressChoice {
  /** The best first. */
  readonly addresses: readonly ChosenAddress[]
  /** How many addresses are not dialed, by the word for why. */
  readonly refused: ReadonlyMap<AddressFault, number>
}

/**
 * Addresses of one peer that are looked at, those in a signed record and those that the application named
 * first: of a peer with 20,000 addresses the rest is not worth the time.
 */
const EXAMINED = 1_024

/**
 * Where to dial a peer: at most `limit` addresses, the best first. Those that failed lately are left out
 * as long as there are others. Nothing of what was given is kept.
 */
export function chooseAddresses(
  peer: string,
  known: readonly KnownAddress[],
  limit: number,
  world: AddressWorld,
  book: AddressBook
): AddressChoice {
  const refused = new Map<AddressFault, number>()
  const candidates = new Map<string, Ranked>()
  for (const address of examined(known)) {
    const { multiaddr, isNamed = false } = address
    const fault = addressFault(multiaddr, peer, world, isNamed)
    const key = fault === undefined ? addressKey(multiaddr) : ''
    if (candidates.has(key)) continue
    const standing = book.standing(peer, key)
    const isMisleading = standing?.isResting === true && standing.isMisleading
    const no = fault ?? (isMisleading && !isNamed ? 'misleading' : undefined)
    if (no === undefined) candidates.set(key, rankedOf(address, key, standing))
    else refused.set(no, (refused.get(no) ?? 0) + 1)
  }
  const all = [...candidates.values()]
  const fresh = all.filter(({ isResting }) => !isResting)
  const chosen = (fresh.length > 0 ? fresh : all).toSorted(byRank).slice(0, limit)
  return {
    addresses: chosen.map(({ multiaddr, key }) => ({ multiaddr: of(peer, multiaddr), key })),
    refused
  }
}

interface Ranked {
  readonly multiaddr: Multiaddr
  readonly key: string
  readonly isResting: boolean
  /** The smaller, the sooner; the first that differs decides. */
  readonly rank: readonly number[]
}

function rankedOf(
  { multiaddr, isCertified = false }: KnownAddress,
  key: string,
  standing: ReturnType<AddressBook['standing']>
): Ranked {
  const isRelayed = multiaddr.getComponents().some(({ code }) => code === CODE_P2P_CIRCUIT)
  return {
    multiaddr,
    key,
    isResting: standing?.isResting ?? false,
    rank: [
      -(standing?.reachedAt ?? -Infinity),
      Number(isRelayed),
      Number(!isCertified),
      distanceOf(multiaddr),
      standing?.failures ?? 0
    ]
  }
}

/** What is published for the internet before what may be in another house's network. */
function distanceOf(address: Multiaddr): number {
  const kind = ipOf(address)?.class
  return kind === 'loopback' ? 2 : kind === 'private' ? 1 : 0
}

function byRank(a: Ranked, b: Ranked): number {
  const at = a.rank.findIndex((value, i) => value !== b.rank[i])
  return at === -1 ? 0 : (a.rank[at] ?? 0) < (b.rank[at] ?? 0) ? -1 : 1
}

function examined(known: readonly KnownAddress[]): readonly KnownAddress[] {
  if (known.length <= EXAMINED) return known
  const isTrusted = ({ isCertified, isNamed }: KnownAddress): boolean =>
    isCertified === true || isNamed === true
  const first = known.filter(isTrusted).slice(0, EXAMINED)
  if (first.length === EXAMINED) return first
  return [
    ...first,
    ...known.filter((address) => !isTrusted(address)).slice(0, EXAMINED - first.length)
  ]
}

/** The address with the peer's id at its end, so that nobody else is taken for it. */
function of(peer: string, address: Multiaddr): Multiaddr {
  const last = address.getComponents().at(-1)
  return last?.code === CODE_P2P ? address : address.encapsulate(`/p2p/${peer}`)
}

/** The refusals in words: `3 addresses refused: 2 private, 1 own`. */
export function refusalsOf(refused: ReadonlyMap<AddressFault, number>): string {
  const total = [...refused.values()].reduce((sum, count) => sum + count, 0)
  if (total === 0) return 'no address is known'
  const words = [...refused].map(([fault, count]) => `${count} ${fault}`)
  return `${total} ${total === 1 ? 'address' : 'addresses'} refused: ${words.join(', ')}`
}
