import { COUNTERS, GAUGES, HISTOGRAMS } from './catalogue.ts'
import { dialOutcomeOf, handshakeOutcomeOf, stageOf } from './outcomes.ts'
import type { CounterName, GaugeName, Group, HistogramName } from './catalogue.ts'
import type { Move } from './outcomes.ts'
import type { Clock } from '../clock.ts'
import type { Histogram, Metrics } from '@libp2p/interface'

/** Numbers by the value of a label; one that is left out is 0. */
export type Reading = Readonly<Partial<Record<string, number>>>

/** What the meter counts by itself. */
type Counted = 'transitions' | 'causes' | 'dials' | 'handshakes'

/** Where the other numbers are read; each is asked when somebody looks at the metrics, and not before. */
export type Readings = Readonly<Record<GaugeName | Exclude<CounterName, Counted>, () => Reading>>

/**
 * The metrics of the service, through libp2p's `Metrics` interface. Whatever can be read is read when
 * somebody looks; only what has no trace elsewhere is counted as it happens. Labels come from closed
 * lists: what is not in them is not shown, so that no peer can make a series.
 */
export class Meter {
  readonly #clock: Clock
  readonly #counts: Record<Counted, Record<string, number>> = {
    transitions: {},
    causes: {},
    dials: {},
    handshakes: {}
  }

  readonly #durations: Readonly<Record<HistogramName, Histogram>>
  /** When the stage began that a peer is in (entered -> left | forgotten). */
  readonly #began = new Map<string, number>()

  constructor(metrics: Metrics, readings: Readings, clock: Clock) {
    this.#clock = clock
    for (const [name, group] of Object.entries(GAUGES)) {
      const read = readings[name as GaugeName]
      metrics.registerMetricGroup(group.name, {
        ...described(group),
        calculate: () => shown(group, read())
      })
    }
    const all = { ...readings, ...this.#countedReadings() }
    for (const [name, group] of Object.entries(COUNTERS)) {
      // both implementations add up what they are given: it is the growth since the last look
      const calculate = growth(() => shown(group, all[name as CounterName]()))
      metrics.registerCounterGroup(group.name, { ...described(group), calculate })
    }
    this.#durations = {
      dial: metrics.registerHistogram(HISTOGRAMS.dial.name, histogram('dial')),
      handshake: metrics.registerHistogram(HISTOGRAMS.handshake.name, histogram('handshake'))
    }
  }

  /** A peer has moved in its chart. */
  moved(move: Move): void {
    const { peer, from, to, event } = move
    const word = wordOf(to)
    if (word !== wordOf(from)) {
      this.#count('transitions', word)
      this.#count('causes', event)
    }
    const stage = stageOf(from)
    const next = stageOf(to)
    if (stage === next) return
    if (stage !== undefined) this.#end(peer, stage)
    if (next !== undefined) this.#began.set(peer, this.#clock.now())
    if (stage === 'dial') this.#count('dials', dialOutcomeOf(move))
    // in the secure channel of our own dial there is no stage of its own for it
    const isVerdict = event === 'handshake.accepted' || event === 'handshake.refused'
    if (stage === 'handshake' || (stage === 'dial' && isVerdict)) {
      this.#count('handshakes', handshakeOutcomeOf(move))
    }
  }

  /** The peer is tracked no more. */
  forgotten(peer: string): void {
    this.#began.delete(peer)
  }

  #end(peer: string, stage: HistogramName): void {
    const began = this.#began.get(peer)
    this.#began.delete(peer)
    if (began !== undefined) this.#durations[stage].observe((this.#clock.now() - began) / 1_000)
  }

  #count(name: Counted, value: string): void {
    const counts = this.#counts[name]
    counts[value] = (counts[value] ?? 0) + 1
  }

  #countedReadings(): Record<Counted, () => Reading> {
    return {
      transitions: () => this.#counts.transitions,
      causes: () => this.#counts.causes,
      dials: () => this.#counts.dials,
      handshakes: () => this.#counts.handshakes
    }
  }
}

/** The series of a group: every value of its label, and no other. */
function shown({ values }: Group, reading: Reading): Record<string, number> {
  return Object.fromEntries(values.map((value) => [value, reading[value] ?? 0]))
}

/** How much each number has grown since the last time. */
function growth(read: () => Record<string, number>): () => Record<string, number> {
  let before: Record<string, number> = {}
  return () => {
    const now = read()
    const grown = Object.entries(now).map(([key, value]) => [key, value - (before[key] ?? 0)])
    before = now
    return Object.fromEntries(grown) as Record<string, number>
  }
}

const described = ({ label, help }: Group): { label: string; help: string } => ({ label, help })

const histogram = (name: HistogramName): { help: string; buckets: number[] } => {
  const { help, buckets } = HISTOGRAMS[name]
  return { help, buckets: [...buckets] }
}

const wordOf = (path: string): string => path.split('.', 1).join()
