/** What a house does when a chart goes wrong, and what its tables say of what is not in them. */
import { describe, expect, it } from 'vitest'
import { DISPOSITIONS } from '../../machines/index.ts'
import { CURRENT, FRESH, PeerChart } from '../../src/testing/product/peer-chart.ts'
import { NOBODY } from '../../src/testing/product/scene.ts'
import { SlotTable } from '../../src/testing/product/slot-table.ts'
import { codeOf, stepOf } from '../../src/testing/product/step-code.ts'
import { failsAt, ignores } from './bent-charts.ts'
import { Bench, happening } from './peer-bench.ts'

const OPENS = 'A connection with Ann opens'
const OFFERS = 'Ann, whose id is the larger, offers its handshake'
const FORGOTTEN = 'Ann makes room for another one, and comes back as one that nobody knows'

describe('a house', () => {
  it('gives the slot that a peer is granted to it', () => {
    const { scene } = new Bench().take(OPENS, OFFERS)
    expect(scene.peers).toMatchObject([{ token: 9 }])
  })

  it.each([
    ['does not take', ignores('slot.granted')],
    ['does not survive', failsAt('slot.granted')]
  ])('takes back a slot whose grant the chart %s', (_, bent) => {
    const bench = new Bench({ maxPeers: 1, outboundShare: 0 }).take(OPENS)
    const { chart } = bench.house
    chart.step = bent(chart.step.bind(chart), chart)
    expect(bench.breachesOf(OFFERS)).toEqual([])
    expect(bench.scene).toMatchObject({ mode: 'filling', peers: [{ token: 0 }] })
  })

  it('does not foresee what a step does that breaks a law in its midst', () => {
    const { house } = new Bench()
    expect(house.takeAlone(NOBODY, happening(FORGOTTEN))).toEqual(NOBODY)
    expect(house.takeAlone({ ...NOBODY, token: 7 }, happening(FORGOTTEN))).toBeUndefined()
  })

  it('takes no fault of its own for a broken law', () => {
    const { house } = new Bench()
    house.chart.step = () => {
      throw new TypeError('not a law')
    }
    expect(() => house.takeAlone(NOBODY, happening(FORGOTTEN))).toThrow(new TypeError('not a law'))
  })
})

describe('the chart of a peer as a table', () => {
  const chart = new PeerChart(DISPOSITIONS, 0)

  it('has no state that nobody came to', () => {
    const complaint = 'Expected a state of the chart, got 99'
    expect(() => chart.state(99)).toThrow(complaint)
    expect(() => chart.step(99, 0, () => ({ type: 'peer.unwanted' }))).toThrow(complaint)
  })

  it('leads nowhere from the end', () => {
    const { to } = chart.step(FRESH, 0, () => ({ type: 'peer.forgotten' }))
    expect(chart.state(to).isForgotten).toBe(true)
    const wanted = {
      type: 'peer.wanted',
      priority: 'static',
      lasting: true,
      urgent: false
    } as const
    expect(chart.step(to, 1, () => wanted)).toEqual({ to, effects: [] })
    const late = { type: 'dial.succeeded', session: CURRENT } as const
    expect(chart.step(to, 2, () => late)).toEqual({ to, effects: [] })
  })
})

it('nobody makes room for somebody else in a table of slots', () => {
  const slots = new SlotTable({ maxPeers: 1, outboundShare: 0, upgradeSlots: 1 }, 1)
  const { tokens } = slots.admit([0, 0], 0, 'inbound')
  expect(tokens).toEqual([9, 0])
  expect(slots.grant(tokens, 1, 'requested')).toMatchObject({ isDone: false, tokens })
})

describe('a step as one number', () => {
  it('is the step again', () => {
    for (const step of [
      { place: 0, which: 0, branch: 0 },
      { place: 3, which: 17, branch: 5 },
      { place: 15, which: 255, branch: 4_095 }
    ]) {
      expect(stepOf(codeOf(step.place, step.which, step.branch + 1) + step.branch)).toEqual(step)
    }
  })

  it.each([
    [16, 0, 1],
    [0, 256, 1],
    [0, 0, 4_097]
  ])('has no room for place %i, happening %i, %i branches', (place, which, branches) => {
    expect(() => codeOf(place, which, branches)).toThrow(RangeError)
  })
})
