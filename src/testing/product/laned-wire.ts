import { Wire } from '../simulation/wire.ts'
import { reasonOf } from '../../../machines/index.ts'
import { decodeMessage } from '../../handshake/messages.ts'
import type { ManualClock } from '../manual-clock.ts'
import type { Parcel } from '../simulation/wire.ts'

/** Who is at an end of a connection. */
export type Name = 'Ann' | 'Bob'

export const other = (name: Name): Name => (name === 'Ann' ? 'Bob' : 'Ann')

/** Something on its way that may arrive next. */
export interface Arrival {
  /** In plain words: what, over which connection and stream, where. */
  readonly label: string
  readonly to: Name
  readonly arrive: () => void
}

interface Carried {
  readonly parcel: Parcel
  readonly what: string
  readonly arrive: () => void
}

/**
 * A connection on which every stream has a lane of its own, each way: what is sent on one arrives in its
 * order, and overtakes what is sent on others. Nothing arrives until somebody takes it out.
 */
export class LanedWire extends Wire {
  /** In plain words, and unique in its meeting. */
  readonly name: string
  readonly #dialer: Name
  readonly #lanes = new Map<string, Carried[]>()
  /** What has arrived on each lane, in order. */
  readonly #arrived = new Map<string, string[]>()
  /** Streams by the order in which their openers opened them. */
  readonly #streams = new Map<string, string>()
  #isLost = false

  constructor(clock: ManualClock, name: string, dialer: Name) {
    super(clock, () => 0)
    this.name = name
    this.#dialer = dialer
  }

  /** Streams of the lifecycle protocol on which both have heard ACCEPT. */
  get agreements(): number {
    const isHeard = (key: string): boolean => this.#arrived.get(key)?.includes('ACCEPT') === true
    return [...this.#streams.keys()].filter((stream) =>
      ['outbound', 'inbound'].every((from) => isHeard(`${from} ${stream}`))
    ).length
  }

  /** Streams on which this one has heard ACCEPT from the other. */
  acceptsHeardBy(name: Name): number {
    const from = name === this.#dialer ? 'inbound' : 'outbound'
    const heard = [...this.#arrived].filter(([key]) => key.startsWith(from))
    return heard.filter(([, words]) => words.includes('ACCEPT')).length
  }

  get isEmpty(): boolean {
    return [...this.#lanes.values()].every(({ length }) => length === 0)
  }

  override carry(arrive: () => void, parcel: Parcel): void {
    if (this.#isLost) return
    const { from, stream = '' } = parcel
    const key = `${from} ${stream}`
    const lane = this.#lanes.get(key) ?? []
    this.#lanes.set(key, lane)
    lane.push({ parcel, arrive, what: wordOf(parcel) })
    if (stream !== '' && !this.#streams.has(stream)) this.#name(stream, from)
  }

  /** What may arrive next: the first of each lane, with ends of connections behind all else. */
  arrivals(): Arrival[] {
    const waiting = [...this.#lanes].flatMap(([key, lane]) => {
      const [first] = lane
      return first === undefined ? [] : { key, lane, first }
    })
    const isOpening = waiting.some(({ key, first }) => isWhole(key) && first.what === 'opens')
    return waiting.flatMap(({ key, lane, first }) => {
      const from = this.#nameOf(first.parcel.from)
      const isBehind =
        isWhole(key) &&
        first.what === 'closes' &&
        waiting.some((each) => each.key !== key && each.key.startsWith(first.parcel.from))
      if (isBehind || (isOpening && !isWhole(key))) return []
      const where = isWhole(key) ? this.name : `${this.#streams.get(key.split(' ')[1] ?? '')}`
      return {
        label: `${other(from)} hears from ${from}: ${first.what} (${where})`,
        to: other(from),
        arrive: () => {
          lane.shift()
          const arrived = this.#arrived.get(key) ?? []
          this.#arrived.set(key, [...arrived, first.what])
          first.arrive()
        }
      }
    })
  }

  /** The connection is lost with all that is on its way; each of these ends learns of it by itself. */
  lose(ends: readonly { readonly at: Name; readonly end: () => void }[]): void {
    this.#lanes.clear()
    for (const { at, end } of ends) {
      const from = at === this.#dialer ? 'inbound' : 'outbound'
      const parcel = { from, what: 'resets' } as const
      this.#lanes.set(`${from} `, [{ parcel, what: 'is lost', arrive: end }])
    }
    this.#isLost = true
  }

  /** Everything that is on its way or has arrived, as text. */
  print(): string {
    const named = (key: string): string => {
      const [from = '', stream = ''] = key.split(' ')
      return `${from} ${this.#streams.get(stream) ?? ''}`
    }
    const lanes = [...this.#lanes].flatMap(([key, lane]) =>
      lane.length === 0 ? [] : `${named(key)} < ${lane.map(({ what }) => what).join()}`
    )
    const arrived = [...this.#arrived].map(([key, words]) => `${named(key)} > ${words.join()}`)
    return `${this.name} ${this.#isLost}: ${[...lanes, ...arrived].toSorted().join('; ')}`
  }

  streamName(stream: string): string {
    return this.#streams.get(stream) ?? ''
  }

  #name(stream: string, from: Parcel['from']): void {
    const opener = this.#nameOf(from)
    const before = [...this.#streams.values()].filter((name) => name.startsWith(opener))
    this.#streams.set(stream, `${opener}'s stream ${before.length + 1} on ${this.name}`)
  }

  #nameOf(end: Parcel['from']): Name {
    return end === 'outbound' ? this.#dialer : other(this.#dialer)
  }
}

/** Is it the lane of the connection as a whole? */
const isWhole = (key: string): boolean => key.endsWith(' ')

/** The length of a frame stands before it. */
const HEADER = 2

function wordOf({ what }: Parcel): string {
  if (typeof what === 'string') return what
  try {
    const message = decodeMessage(what.subarray(HEADER))
    const word = message.type.toUpperCase()
    const isNo = message.type === 'reject' || message.type === 'goodbye'
    return isNo ? `${word} ${reasonOf(message.code)}` : word
  } catch {
    return 'bytes'
  }
}
