import type { PeerTransition } from '../../index.ts'
import type { Entry } from './event-log.ts'
import type { Law, Violation } from './laws.ts'
import type { Member } from './member.ts'
import type { Deed } from './plan.ts'

/** A deed as a sentence, and whom it touches: nobody if it touches all. */
export function tellDeed(
  deed: Deed,
  members: ReadonlyMap<number, Member>
): { peers: number[]; text: string } {
  const nameOf = (index: number): string => members.get(index)?.name ?? `peer ${index}`
  if (deed.type === 'partition') {
    const way = deed.isSilent ? 'silently' : 'with a reset'
    const share = Math.round(deed.share * 100)
    return { peers: [], text: `${share} % of the world are cut off ${way} for ${time(deed.for)}` }
  }
  const node = nameOf(deed.node)
  const other = 'of' in deed ? nameOf(deed.of) : ''
  const peers = 'of' in deed ? [deed.node, deed.of] : [deed.node]
  return { peers, text: sentence(deed, node, other) }
}

function sentence(deed: Exclude<Deed, { type: 'partition' }>, node: string, other: string): string {
  switch (deed.type) {
    case 'learn':
      return `${node} discovers ${other}`
    case 'hear of ghost':
      return `${node} hears of a peer that is nowhere`
    case 'connect':
    case 'enqueue':
      return `the application of ${node} asks for ${other} with ${deed.type}()`
    case 'meet':
      return `${node} and ${other} ask for each other at the same moment`
    case 'disconnect':
      return `the application of ${node} disconnects a peer`
    case 'ban':
      return `the application of ${node} bans a peer for ${time(deed.for)}`
    case 'stream':
      return `the application of ${node} opens a stream`
    case 'dial as DHT':
      return `the DHT of ${node} dials ${other}`
    case 'lose':
      return `${node} and a peer lose their connection`
    case 'half-open':
      return `${node} loses a connection, and its peer hears of it ${time(deed.for)} later`
    case 'silence':
      return `a connection of ${node} carries nothing for ${time(deed.for)}`
    case 'slow':
      return `everything takes ${node} ${time(deed.by)} longer for ${time(deed.for)}`
    case 'stall':
      return `the process of ${node} stands still for ${time(deed.for)}`
    case 'jump':
      return `the wall clock of ${node} is set by ${time(deed.by)}`
    case 'restart':
      return `${node} ${deed.how === 'stop' ? 'stops' : 'is killed'}, and is back in ${time(deed.for)} with files ${deed.files}`
    case 'assail':
      return `${other} assails ${node}: ${deed.act}`
    case 'lapse':
      return `the code of ${node}'s application fails for ${time(deed.for)}: ${deed.how}`
  }
}

/** A transition as a sentence. */
export function tellMove(
  node: Member,
  other: Member | undefined,
  { from, to, toPath, event, reason }: PeerTransition
): string {
  const why = reason === event ? event : `${event}, ${reason}`
  const where = toPath.includes('.') ? toPath : to
  return `for ${node.name}, ${other?.name ?? 'a stranger'} goes from ${from} to ${where} (${why})`
}

/** Laws of one node's own books: everything that it does counts, with whomever. */
const BOOKS: ReadonlySet<Law> = new Set(['slot', 'capacity', 'settle'])

/** Lines of a story: what is longer nobody reads. */
const LONGEST = 11

/** The last steps before a law was broken that touch whom it is about, each on a line, and what was found. */
export function tellStory(
  entries: readonly Entry[],
  { law, at, peers, what }: Violation
): string[] {
  const [seenBy = -1] = peers
  const isOfOneNode = peers.length === 1 || BOOKS.has(law)
  const touching = entries.filter((entry) =>
    isOfOneNode
      ? entry.peers.length === 0 || entry.peers.includes(seenBy)
      : entry.peers.every((peer) => peers.includes(peer))
  )
  const lines = touching.slice(1 - LONGEST).map((entry) => `${clockTime(entry.at)} ${entry.text}`)
  const whom = peers.join(' and ')
  return [...lines, `${clockTime(at)} the law "${law}" is broken, seen at ${whom}: ${what}`]
}

/** A time of the world as a wall clock shows it, which begins at midnight. */
function clockTime(ms: number): string {
  const rest = ms % 86_400_000
  const day = ms >= 86_400_000 ? `day ${Math.floor(ms / 86_400_000) + 1} ` : ''
  const clock = [rest / 3_600_000, (rest / 60_000) % 60, (rest / 1_000) % 60].map((it) =>
    pad(it, 2)
  )
  return `${day}${clock.join(':')}.${pad(rest % 1_000, 3)}`
}

const pad = (value: number, length: number): string =>
  String(Math.floor(value)).padStart(length, '0')

/** A length of time for people. */
function time(ms: number): string {
  const size = Math.abs(ms)
  const sign = ms < 0 ? '-' : ''
  if (size < 1_000) return `${sign}${size} ms`
  if (size < 120_000) return `${sign}${Math.round(size / 100) / 10} s`
  return size < 7_200_000
    ? `${sign}${Math.round(size / 60_000)} min`
    : `${sign}${Math.round(size / 3_600_000)} h`
}
