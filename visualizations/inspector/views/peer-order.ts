import type { Choice } from '../model/choice.ts'
import type { PeerNow } from '../model/scene.ts'

/** Which peers the table shows, and in which order. Pure: it is asked a few times a second, of ten thousand peers. */

/** What can be filtered by a word of its own. */
const FACETS = ['state', 'reason', 'direction', 'source'] as const

export type Facet = (typeof FACETS)[number]

/** Word to number of peers. */
export type FacetCounts = Readonly<Record<Facet, ReadonlyMap<string, number>>>

export interface Found {
  /** The keys of the peers that are shown, in their order. */
  readonly keys: readonly string[]
  /** Peers that there are, whatever the filters say. */
  readonly total: number
  /** Peers that each word would show, with the other filters as they are. */
  readonly counts: FacetCounts
}

/** The columns, in their order. */
export const COLUMNS = [
  'peer',
  'node',
  'state',
  'since',
  'reason',
  'direction',
  'source',
  'priority',
  'connections',
  'failures',
  'next'
] as const

export type Column = (typeof COLUMNS)[number]

export type Filter = Pick<Choice, 'node' | 'text' | 'sort' | Facet>

/** @param order - The paths of all states, in the order of the chart: by it they are sorted */
export function found(
  peers: Iterable<PeerNow>,
  filter: Filter,
  order: ReadonlyMap<string, number>
): Found {
  const text = filter.text?.trim().toLowerCase() ?? ''
  const shown: PeerNow[] = []
  const counts = { state: counter(), reason: counter(), direction: counter(), source: counter() }
  let total = 0
  for (const peer of peers) {
    if (filter.node !== undefined && filter.node !== peer.node) continue
    total++
    if (text !== '' && !textsOf(peer).some((each) => each.toLowerCase().includes(text))) continue
    // a word is counted of a peer that only this word's own filter may leave out
    const failing = FACETS.filter((facet) => !passes(peer, facet, filter[facet]))
    if (failing.length === 0) shown.push(peer)
    for (const facet of failing.length === 0 ? FACETS : failing.length === 1 ? failing : []) {
      for (const word of wordsOf(peer, facet)) {
        counts[facet].set(word, (counts[facet].get(word) ?? 0) + 1)
      }
    }
  }
  return { keys: sorted(shown, filter.sort, order), total, counts }
}

const counter = (): Map<string, number> => new Map()

function passes(peer: PeerNow, facet: Facet, wanted: string | undefined): boolean {
  return wanted === undefined || wanted === '' || wordsOf(peer, facet).includes(wanted)
}

/** A peer is in a state and in the one around it. */
function wordsOf(peer: PeerNow, facet: Facet): readonly string[] {
  if (facet === 'state') return peer.path === peer.state ? [peer.path] : [peer.state, peer.path]
  const word = peer[facet]
  return word === undefined ? [] : [word]
}

function textsOf({ peer, detail, connections }: PeerNow): string[] {
  const addresses = connections.flatMap(({ address }) => (address === undefined ? [] : [address]))
  return detail === undefined ? [peer, ...addresses] : [peer, detail, ...addresses]
}

/** The column that is sorted by, and whether the other way round. */
export function sortOf(sort: string | undefined): { column: Column; isDown: boolean } {
  const name = sort?.replace(/^-/, '')
  const column = COLUMNS.find((each) => each === name)
  return column === undefined
    ? { column: 'state', isDown: false }
    : { column, isDown: sort?.startsWith('-') === true }
}

type Value = number | string

function sorted(
  peers: readonly PeerNow[],
  sort: string | undefined,
  order: ReadonlyMap<string, number>
): string[] {
  const { column, isDown } = sortOf(sort)
  const sign = isDown ? -1 : 1
  const keyed = peers.map((peer) => ({ key: peer.key, value: valueOf(peer, column, order), peer }))
  keyed.sort((a, b) => sign * compared(a.value, b.value) || compared(a.peer.peer, b.peer.peer))
  return keyed.map(({ key }) => key)
}

/** What is not there comes last. */
const LAST = '\uffff'

function valueOf(peer: PeerNow, column: Column, order: ReadonlyMap<string, number>): Value {
  switch (column) {
    case 'state':
      return order.get(peer.path) ?? order.size
    case 'since':
      // who has been there longest has the largest time
      return -peer.since
    case 'connections':
      return peer.connections.length
    case 'next':
      return peer.until ?? Number.MAX_VALUE
    case 'node':
      return peer.node
    case 'failures':
      return peer.failures
    case 'peer':
      return peer.peer
    case 'reason':
    case 'direction':
    case 'priority':
    case 'source':
      return peer[column] ?? LAST
  }
}

function compared(a: Value, b: Value): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
