import { ipFrom } from './ip.ts'
import { printable } from './printable.ts'
import type { Cancel, Clock } from './clock.ts'
import type { PeerRefusal } from './refusals.ts'
import type { Reason } from '../machines/index.ts'
import type { Logger } from '@libp2p/interface'

/** A ban, as the log tells of it. */
export interface BanNote {
  /** Absent if it is the address that is banned. */
  readonly peer?: string
  readonly reason: Reason
  /** Epoch milliseconds of its end; Infinity if it has none. */
  readonly until: number
  readonly ip?: string | undefined
}

/** Lines of one kind in a minute; the rest are summed up when it is over. */
export const LINES_PER_MINUTE = 10

const MINUTE = 60_000

/** Characters of a detail that are shown. */
const DETAIL_LENGTH = 64

/** What a line says, in the order in which it says it. Every value is fit for a log. */
type Fields = Readonly<Record<string, string>>

/** One kind of line in this minute. */
interface Tally {
  readonly verb: string
  lines: number
  /** What those that were not written have in common, and how many they are. */
  rest: { fields: Fields; count: number } | undefined
}

/**
 * The canonical log line of every refusal and ban: one line, always the same keys in the same order, a
 * dash where there is nothing to say, so that a program such as fail2ban can read it (libp2p's guide to
 * DoS mitigation). Whatever a peer may have got into a value is escaped and cut.
 *
 * Of one kind (a word, and a class of IP addresses or, without an address, a door) ten lines a minute are
 * written; what is beyond is one line with a number when the minute is over.
 */
export class RefusalLog {
  readonly #clock: Clock
  readonly #log: Logger
  /** Kinds of lines in this minute (first line -> the minute is over). */
  readonly #tallies = new Map<string, Tally>()
  /** The end of the minute (first line -> over | stop). */
  #deadline: Cancel | undefined

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock
    this.#log = log
  }

  refused({ at, peer, door, direction, reason, by, ip, detail, retryAt }: PeerRefusal): void {
    if (!this.#log.enabled) return
    const place = ip === undefined ? door : (ipFrom(ip)?.class ?? door)
    this.#tell('refused', `${reason} ${place}`, {
      reason,
      by,
      door,
      direction,
      peer: word(peer),
      ip: word(ip),
      retry: retryAt === undefined ? '-' : secondsBetween(at, retryAt),
      detail: quoted(detail)
    })
  }

  banned({ peer, reason, until, ip }: BanNote): void {
    if (!this.#log.enabled) return
    this.#tell('banned', reason, {
      peer: word(peer),
      reason,
      until: until === Infinity ? 'never' : String(Math.round(until / 1_000)),
      ip: word(ip)
    })
  }

  /** Writes what is left to say, and takes the deadline back. */
  stop(): void {
    this.#deadline?.()
    this.#deadline = undefined
    for (const { verb, rest } of this.#tallies.values()) {
      if (rest !== undefined) this.#write(verb, rest.fields, rest.count)
    }
    this.#tallies.clear()
  }

  #tell(verb: string, kind: string, fields: Fields): void {
    this.#deadline ??= this.#clock.after(MINUTE, () => this.stop())
    const key = `${verb} ${kind}`
    const tally = this.#tallies.get(key) ?? { verb, lines: 0, rest: undefined }
    this.#tallies.set(key, tally)
    if (tally.lines < LINES_PER_MINUTE) {
      tally.lines++
      return this.#write(verb, fields, 1)
    }
    const { rest } = tally
    tally.rest =
      rest === undefined
        ? { fields, count: 1 }
        : { fields: common(rest.fields, fields), count: rest.count + 1 }
  }

  #write(verb: string, { detail, ...fields }: Fields, count: number): void {
    const said = Object.entries({ ...fields, n: count, ...(detail !== undefined && { detail }) })
    this.#log('%s', [verb, ...said.map(([key, value]) => `${key}=${value}`)].join(' '))
  }
}

/** Two lines in one: a dash where they differ. */
function common(a: Fields, b: Fields): Fields {
  const entries = Object.entries(a).map(([key, value]) => [key, value === b[key] ? value : '-'])
  return Object.fromEntries(entries) as Fields
}

function secondsBetween(at: number, then: number): string {
  return then === Infinity ? 'never' : `${Math.max(0, Math.ceil((then - at) / 1_000))}s`
}

/** A name or an address: it cannot end its value, whatever it is. */
function word(text: string | undefined): string {
  if (text === undefined || text === '') return '-'
  return printable(text, DETAIL_LENGTH).replaceAll(/[^\w.:%/-]/gu, '?')
}

/** Free text: without quotes and without anything that could be taken for another key. */
function quoted(text: string | undefined): string {
  if (text === undefined) return '-'
  return `"${printable(text, DETAIL_LENGTH)
    .replaceAll('"', String.raw`\u{22}`)
    .replaceAll('=', String.raw`\u{3d}`)}"`
}
