/** The metrics through libp2p's interface: what they are called, what they show, and what they never show. */
import { prometheusMetrics } from '@libp2p/prometheus-metrics'
import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { COUNTERS, GAUGES, HISTOGRAMS } from '../../src/metrics/catalogue.ts'
import { Meter } from '../../src/metrics/meter.ts'
import { Refusals } from '../../src/refusals.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { HOSTILE_STRINGS, Notebook } from './notebook.ts'
import type { Reading, Readings } from '../../src/metrics/meter.ts'
import type { Move } from '../../src/metrics/outcomes.ts'
import type { RefusalNote } from '../../src/refusals.ts'

const ALL = [...Object.values(GAUGES), ...Object.values(COUNTERS), ...Object.values(HISTOGRAMS)]

const NOTHING = (): Reading => ({})
const STRANGE = (): Reading => Object.fromEntries(HOSTILE_STRINGS.map((text) => [text, 1]))

/** Readings of nothing, but for those that are given. */
const readings = (given: Partial<Readings> = {}): Readings => ({
  peers: NOTHING,
  slots: NOTHING,
  slotLimits: NOTHING,
  queue: NOTHING,
  mode: NOTHING,
  connections: NOTHING,
  entries: NOTHING,
  limits: NOTHING,
  underWay: NOTHING,
  health: NOTHING,
  refusals: NOTHING,
  doors: NOTHING,
  sides: NOTHING,
  streams: NOTHING,
  ...given
})

/** A meter on libp2p's own metrics for Prometheus, in a registry of its own. */
function newMeter(given: Partial<Readings> = {}) {
  const registry = new Registry()
  const clock = new ManualClock()
  const factory = prometheusMetrics({ registry, collectDefaultMetrics: false })
  const metrics = factory({ logger: new Notebook('nobody') } as never)
  const meter = new Meter(metrics, readings(given), clock)
  const page = async (): Promise<string[]> => {
    const lines = (await registry.metrics()).split('\n')
    return lines.filter((line) => line.startsWith('libp2p_peer_lifecycle_'))
  }
  const shown = async (metric: string): Promise<string[]> => {
    const lines = await page()
    return lines.flatMap((line) => {
      const [series = '', value] = line.split(' ')
      const isOf = series.startsWith(`libp2p_peer_lifecycle_${metric}`) && value !== '0'
      return isOf ? [`${/"(.*)"/.exec(series)?.[1] ?? series} ${value}`] : []
    })
  }
  return { clock, meter, page, shown }
}

const move = (from: string, to: string, event: Move['event'], no: Partial<Move> = {}): Move => ({
  peer: 'a',
  from,
  to,
  event,
  ...no
})

describe('the names of the metrics', () => {
  it.each(ALL)('$name is legal for Prometheus and for OpenTelemetry', ({ name, help }) => {
    expect(name).toMatch(/^[a-z][a-z0-9_]{0,62}$/)
    // what Prometheus' exporter would have to change
    expect(name).not.toContain('__')
    expect(help).toMatch(/^[A-Z][\w ,]+$/)
  })

  it("are each other's only once, and say what they count", () => {
    const names = ALL.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const { name } of Object.values(COUNTERS)) expect(name).toMatch(/_total$/)
    for (const { name } of Object.values(HISTOGRAMS)) expect(name).toMatch(/_seconds$/)
    for (const { name } of Object.values(GAUGES)) expect(name).not.toMatch(/_(total|seconds)$/)
  })

  it('have one label with few values, which are words', () => {
    for (const { label, values } of [...Object.values(GAUGES), ...Object.values(COUNTERS)]) {
      expect(label).toMatch(/^[a-z]+$/)
      expect(new Set(values).size).toBe(values.length)
      for (const value of values) expect(value).toMatch(/^[a-zA-Z.-]+$/)
    }
  })
})

describe('what is read when somebody looks', () => {
  it('is shown as it is, and every value of the label from the start', async () => {
    const counts: Record<string, number> = { authorized: 3 }
    const { page, shown } = newMeter({ peers: () => counts })
    expect(await shown('peers')).toEqual(['authorized 3'])
    counts['authorized'] = 2
    counts['rejected'] = 1
    expect(await shown('peers')).toEqual(['authorized 2', 'rejected 1'])
    const states = (await page()).filter((line) => line.includes('_peers{'))
    expect(states).toHaveLength(GAUGES.peers.values.length)
  })

  it('grows by what it has grown, however often it is looked at', async () => {
    let banned = 5
    const { shown } = newMeter({ refusals: () => ({ banned }) })
    expect(await shown('refusals_total')).toEqual(['banned 5'])
    expect(await shown('refusals_total')).toEqual(['banned 5'])
    banned = 7
    expect(await shown('refusals_total')).toEqual(['banned 7'])
  })
})

describe('what is counted as it happens', () => {
  it('changes between the six words, by the new one and by the event', async () => {
    const { meter, shown } = newMeter()
    meter.moved(move('discovered.idle', 'discovered.queued', 'peer.wanted'))
    meter.moved(move('discovered.queued', 'dialing', 'slot.granted'))
    meter.moved(move('dialing', 'connected.promoting', 'dial.succeeded'))
    expect(await shown('transitions_total')).toEqual(['dialing 1', 'connected 1'])
    expect(await shown('transition_causes_total')).toEqual(['slot.granted 1', 'dial.succeeded 1'])
  })

  it.each<[outcome: string, ...Parameters<typeof move>]>([
    ['connected', 'dialing', 'connected.promoting', 'dial.succeeded'],
    ['connected', 'dialing', 'handshaking.responding', 'handshake.offered'],
    ['connected', 'dialing', 'authorized', 'handshake.accepted'],
    ['failed', 'dialing', 'discovered.coolingDown', 'dial.failed', { reason: 'dial-failed' }],
    ['no-address', 'dialing', 'discovered.coolingDown', 'dial.failed', { reason: 'no-address' }],
    ['timed-out', 'dialing', 'discovered.coolingDown', 'dial.expired'],
    ['refused', 'dialing', 'rejected.disconnected', 'handshake.refused'],
    ['abandoned', 'dialing', 'discovered.idle', 'peer.unwanted']
  ])('a dial that is %s', async (outcome, ...args) => {
    const { clock, meter, shown } = newMeter()
    meter.moved(move('discovered.queued', 'dialing', 'slot.granted'))
    clock.advance(1_500)
    meter.moved(move(...args))
    expect(await shown('dials_total')).toEqual([`${outcome} 1`])
    expect(await shown('dial_seconds_sum')).toEqual(['libp2p_peer_lifecycle_dial_seconds_sum 1.5'])
  })

  it.each<[outcome: string, ...Parameters<typeof move>]>([
    ['accepted', 'handshaking.initiating', 'authorized', 'handshake.accepted'],
    [
      'refused',
      'handshaking.responding',
      'rejected.connected',
      'handshake.refused',
      { by: 'local' }
    ],
    [
      'refused-by-peer',
      'connected.promoting',
      'rejected.connected',
      'handshake.refused',
      { by: 'remote' }
    ],
    ['lost', 'handshaking.yielding', 'rejected.connected', 'handshake.refused', { by: 'network' }],
    ['lost', 'handshaking.initiating', 'discovered.coolingDown', 'connection.closed'],
    ['timed-out', 'handshaking.securing', 'rejected.connected', 'handshake.expired'],
    ['abandoned', 'handshaking.initiating', 'rejected.connected', 'peer.banned']
  ])('a handshake that is %s', async (outcome, ...args) => {
    const { clock, meter, shown } = newMeter()
    meter.moved(move('connected.queued', 'connected.promoting', 'slot.granted'))
    clock.advance(20)
    meter.moved(move('connected.promoting', 'handshaking.initiating', 'handshake.opened'))
    clock.advance(30)
    meter.moved(move(...args))
    expect(await shown('handshakes_total')).toEqual([`${outcome} 1`])
    expect(await shown('handshake_seconds_sum')).toEqual([
      'libp2p_peer_lifecycle_handshake_seconds_sum 0.05'
    ])
  })

  it("an agreement in the secure channel of our dial, whose time is the dial's", async () => {
    const { meter, shown } = newMeter()
    meter.moved(move('discovered.queued', 'dialing', 'slot.granted'))
    meter.moved(move('dialing', 'authorized', 'handshake.accepted'))
    expect(await shown('handshakes_total')).toEqual(['accepted 1'])
    expect(await shown('handshake_seconds_count')).toEqual([])
  })

  it('no time of a peer that was forgotten', async () => {
    const { clock, meter, shown } = newMeter()
    meter.moved(move('discovered.queued', 'dialing', 'slot.granted'))
    meter.forgotten('a')
    clock.advance(1_000)
    meter.moved(move('dialing', 'discovered.idle', 'peer.unwanted'))
    expect(await shown('dial_seconds_count')).toEqual([])
  })
})

describe('row I3: metric cardinality', () => {
  it('100,000 hostile strings, wherever they get in: not one series more, and under 200', async () => {
    const refusals = new Refusals({
      clock: new ManualClock(),
      isTracked: () => false,
      onNoted: () => {}
    })
    const by = (what: 'reason' | 'door' | 'by') => () =>
      Object.fromEntries(refusals.totals().map((no) => [no[what], no.count]))
    const { meter, page } = newMeter({
      ...Object.fromEntries(Object.keys(readings()).map((name) => [name, STRANGE])),
      refusals: by('reason'),
      doors: by('door'),
      sides: by('by')
    })
    const before = (await page()).map((line) => line.split(' ')[0])
    for (let i = 0; i < 100_000; i++) {
      const text = `${HOSTILE_STRINGS[i % HOSTILE_STRINGS.length]?.slice(0, 40)}${i}`
      const no = { peer: text, ip: text, detail: text, reason: 'refused', by: 'local' }
      refusals.note({ ...no, door: 'handshake', direction: 'inbound' } as RefusalNote)
      // what no peer can do, as long as the words are closed; and if they were not?
      if (i % 100 === 0) {
        refusals.note({ ...no, reason: text, door: text, by: text } as unknown as RefusalNote)
      }
      meter.moved(move(text, text.toUpperCase(), text as Move['event'], { peer: text }))
    }
    const after = (await page()).map((line) => line.split(' ')[0])
    expect(after).toEqual(before)
    expect(after.length).toBeLessThan(200)
  })
})
