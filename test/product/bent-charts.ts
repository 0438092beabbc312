/** Ways in which the chart of every peer can go wrong. */
import { vi } from 'vitest'
import { CURRENT, FRESH, PeerChart } from '../../src/testing/product/peer-chart.ts'

type Take = PeerChart['step']

/** What comes of an event in a bent chart, made of what comes of it in the real one. */
export type BentChart = (step: Take, chart: PeerChart) => Take

/** The charts of every house that is built from now on go another way. */
export function bendEveryChart(bent: BentChart): void {
  const real = Object.getOwnPropertyDescriptor(PeerChart.prototype, 'step')?.value as Take
  vi.spyOn(PeerChart.prototype, 'step').mockImplementation(function (this: PeerChart, ...given) {
    return bent(real.bind(this), this)(...given)
  })
}

/** It takes every answer for one of this session. */
export const takesAnyAnswer: BentChart = (step) => (from, key, event) =>
  step(from, key, (context) => {
    const given = event(context)
    const isLate = 'session' in given && given.session < CURRENT
    return isLate ? { ...given, session: CURRENT } : given
  })

/** It goes where it should at such an event, and names no effect. */
export const keepsQuietAt =
  (type: string): BentChart =>
  (step, chart) =>
  (from, key, event) => {
    const isBent = event(chart.state(from).context).type === type
    const { to, effects } = step(from, key, event)
    return { to, effects: isBent ? [] : effects }
  }

/** It changes nothing at such an event. */
export const ignores =
  (type: string): BentChart =>
  (step, chart) =>
  (from, key, event) =>
    event(chart.state(from).context).type === type
      ? { to: from, effects: [] }
      : step(from, key, event)

/** A key that no event has. */
const OTHER = 10_000

/** The peer is banned at such an event instead. */
export const failsAt =
  (type: string): BentChart =>
  (step, chart) =>
  (from, key, event) =>
    event(chart.state(from).context).type === type
      ? step(from, OTHER, () => ({ type: 'peer.banned', at: 0, until: Infinity }))
      : step(from, key, event)

/** A peer with a slot is forgotten at once at such an event. */
export const forgetsAt =
  (type: string): BentChart =>
  (step, chart) =>
  (from, key, event) => {
    const { context, holdsSlot } = chart.state(from)
    if (event(context).type !== type || !holdsSlot) return step(from, key, event)
    return step(FRESH, OTHER, () => ({ type: 'peer.forgotten' }))
  }
