import { GROWTH, NEWCOMER } from './genesis.ts'
import { FAITHFUL, MEMBERS, STRAYS } from './members.ts'
import type { Hex } from './encoding.ts'
import type { Member } from './members.ts'
import type { Network } from './network.ts'
import type { Place } from './place.ts'
import type { Outcome } from './recount.ts'

/** Those who are there from the beginning: four of the five, and one of the strays. */
const FIRST: readonly Member[] = FAITHFUL.filter((name) => name !== NEWCOMER)
const [FIRST_STRAY, LATE_STRAY] = STRAYS

/** Transactions that each of the five hands in at the next one. */
const TRANSACTIONS = 3

export interface StoryInit {
  readonly network: Network
  /** Blocks to be made after the second fork. */
  readonly blocks: number
  /** Filled with the members' names by their peer ids, as they join. */
  readonly names: Map<string, string>
  readonly tell: (sentence: string) => void
}

/**
 * The life of the network, from seven processes that know nobody to one head. Every step waits for what it needs, and
 * for nothing else.
 */
export async function runStory({ network, blocks, names, tell }: StoryInit): Promise<Outcome> {
  const goal = GROWTH + blocks
  const places = new Map<Member, Place>()
  const join = async (name: Member, by: Member[] = []): Promise<void> => {
    const bootstrap = by.flatMap((other) => places.get(other)?.addresses.slice(0, 1) ?? [])
    const place = await network.within(network.of(name).ask('join', bootstrap), `${name} to join`)
    places.set(name, place)
    names.set(place.peer, name)
  }
  const arePeers = (members: readonly Member[]): boolean =>
    members.every((name) => peersOf(network, places, name).length === members.length - 1)
  const haveReached = (members: readonly Member[], number: number): boolean =>
    members.every((name) => (network.of(name).standing?.number ?? 0) >= number)
  const submit = async (name: Member): Promise<Hex[]> => {
    const peer = places.get(nextOf(name))?.peer ?? ''
    return network.within(network.of(name).ask('submit', peer, TRANSACTIONS), 'transactions')
  }

  tell('ada is there; three others and wren, a stray, know her address and no other')
  await join('ada')
  await Promise.all([...FIRST.slice(1), FIRST_STRAY].map(async (name) => join(name, ['ada'])))
  await network.until(() => arePeers(FIRST), 'the four to find each other')

  tell('the four are peers of one another; blocks are made from now on')
  await network.each([...FIRST, FIRST_STRAY], async (node) => node.ask('propose'))
  await network.until(() => haveReached(FIRST, GROWTH), 'the second fork')

  tell(
    `the four have passed the fork; ${NEWCOMER}, who has no block yet, and yuri, a stray, come late`
  )
  await Promise.all([join(NEWCOMER, ['ben']), join(LATE_STRAY, ['cleo'])])
  await network.each([LATE_STRAY], async (node) => node.ask('propose'))
  await network.until(() => arePeers(FAITHFUL), 'the five to find each other')

  tell('the five are peers of one another; each hands in transactions at the next')
  const submitted = (await Promise.all(FAITHFUL.map(submit))).flat()

  tell('the strays try every door of the five, and the five those of the strays and of one another')
  const placesOf = (members: readonly Member[]): Place[] =>
    members.flatMap((name) => places.get(name) ?? [])
  await network.each(STRAYS, async (node) => node.ask('tryDoors', placesOf(FAITHFUL)))
  await network.each(FAITHFUL, async (node) =>
    node.ask('tryDoors', placesOf([...STRAYS, nextOf(node.name)]))
  )

  await network.until(
    () =>
      haveReached(FAITHFUL, goal) &&
      FAITHFUL.every((name) => network.of(name).standing?.transactions === submitted.length),
    `block ${goal}, and every transaction in a block`
  )
  tell(`block ${goal} is reached; nobody makes another one`)
  await network.each(MEMBERS, async (node) => node.ask('rest'))
  await network.until(() => headsOf(network).size === 1, 'one head')

  const reports = await network.each(MEMBERS, async (node) => node.ask('report'))
  tell('everybody says goodbye')
  await network.each(MEMBERS, async (node) => node.ask('leave'))
  return { reports, submitted, goal }
}

/** The next one of the five. */
function nextOf(name: Member): Member {
  const at = FAITHFUL.findIndex((other) => other === name)
  return FAITHFUL[(at + 1) % FAITHFUL.length] ?? name
}

/** The heads of the five, each once. */
function headsOf(network: Network): Set<Hex | undefined> {
  return new Set(FAITHFUL.map((name) => network.of(name).standing?.hash))
}

/** Which of the five the node says are its peers. */
function peersOf(network: Network, places: ReadonlyMap<Member, Place>, name: Member): Member[] {
  const peers = network.of(name).standing?.peers ?? []
  return FAITHFUL.filter((other) => peers.includes(places.get(other)?.peer ?? ''))
}
