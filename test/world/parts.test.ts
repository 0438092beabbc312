/** The parts of a simulated world that must not lie: its clocks, its files, its wires and its plans. */
import { Key } from 'interface-datastore'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { luckOf } from '../../src/testing/simulation/luck.ts'
import { Wire } from '../../src/testing/simulation/wire.ts'
import { drawPlan } from '../../src/testing/world/draw-plan.ts'
import { FAULT_CLASSES } from '../../src/testing/world/fault-classes.ts'
import { Files } from '../../src/testing/world/files.ts'
import { NodeClock } from '../../src/testing/world/node-clock.ts'
import { planFor } from '../../src/testing/world/plan.ts'

describe('the clock of a node', () => {
  it('fires nothing while its process stands still, and gives grace for what it missed', () => {
    const world = new ManualClock()
    const clock = new NodeClock(world)
    const fired: number[] = []
    clock.after(1_000, () => fired.push(clock.now()))
    clock.stall()
    world.advance(60_000)
    expect(fired).toEqual([])
    clock.resume()
    world.advance(999)
    expect(fired).toEqual([])
    world.advance(1)
    expect(fired).toEqual([61_000])
  })

  it('is set to another time of day without anything being due', () => {
    const world = new ManualClock()
    const clock = new NodeClock(world)
    clock.after(1_000, () => {})
    clock.jump(86_400_000)
    expect([clock.epoch() - world.epoch(), clock.now(), clock.pending]).toEqual([86_400_000, 0, 1])
  })

  it('fires nothing when its process is gone', () => {
    const world = new ManualClock()
    const clock = new NodeClock(world)
    clock.after(1_000, () => expect.unreachable())
    clock.end()
    world.advance(2_000)
    expect(clock.isDead).toBe(true)
  })
})

describe('files', () => {
  const bytes = new TextEncoder().encode('a record of some length')
  const keys = ['/a', '/b', '/c', '/d'].map((name) => new Key(name))

  async function written(): Promise<Files> {
    const files = new Files()
    const batch = files.batch()
    for (const key of keys) batch.put(key, bytes)
    await batch.commit()
    return files
  }

  const whole = async (files: Files): Promise<boolean[]> =>
    Promise.all(
      keys.map(async (key) => {
        const isThere = await files.has(key)
        return isThere && (await files.get(key)).length === bytes.length
      })
    )

  it('that were copied are others from then on', async () => {
    const files = await written()
    const copy = await files.copy()
    await files.delete(new Key('/a'))
    expect(await whole(copy)).toEqual([true, true, true, true])
  })

  it('that were torn hold the beginning of the last batch, and records that are cut off', async () => {
    const seen = new Set<string>()
    for (let seed = 1; seed <= 60; seed++) {
      const torn = await (await written()).torn(luckOf(seed))
      seen.add((await whole(torn)).join())
    }
    // everything there is between nothing and all
    expect(seen).toContain('false,false,false,false')
    expect(seen).toContain('true,true,false,false')
    expect(seen.size).toBeGreaterThan(5)
  })
})

const PARCEL = { from: 'outbound', what: 'opens' } as const

describe('a wire', () => {
  it('keeps the order over a cut, and while it becomes faster', () => {
    const clock = new ManualClock()
    let latency = 100
    const wire = new Wire(clock, () => latency)
    const arrived: number[] = []
    wire.carry(() => arrived.push(1), PARCEL)
    clock.advance(50)
    wire.cut()
    wire.carry(() => arrived.push(2), PARCEL)
    clock.advance(1_000)
    expect(arrived).toEqual([])
    wire.mend()
    latency = 1
    wire.carry(() => arrived.push(3), PARCEL)
    clock.advance(1_000)
    expect(arrived).toEqual([1, 2, 3])
  })
})

describe('a plan', () => {
  const init = { seed: 3, nodes: 20, hours: 24, rate: 1, faults: FAULT_CLASSES }

  it('is data, and the same for the same seed', () => {
    const plan = drawPlan(init)
    expect(structuredClone(plan)).toEqual(drawPlan(init))
    expect(drawPlan({ ...init, seed: 4 })).not.toEqual(plan)
  })

  it('has every class of faults, several for each node and day, in the order of time', () => {
    const { steps, peers, duration } = drawPlan(init)
    const counts = Map.groupBy(steps, ({ fault }) => fault)
    for (const fault of FAULT_CLASSES.filter((name) => name !== 'nat' && name !== 'relays')) {
      const least = fault === 'partitions' ? 3 : 2 * init.nodes
      expect(counts.get(fault)?.length, fault).toBeGreaterThanOrEqual(least - 3)
    }
    expect(new Set(peers.map(({ reach }) => reach)).size).toBe(3)
    const times = steps.map(({ at }) => at)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times.at(-1)).toBeLessThanOrEqual(duration)
  })

  it('without a peer has no step that needs it, and is the same otherwise', () => {
    const plan = drawPlan(init)
    const few = plan.peers.filter(({ index }) => index < 5)
    const { steps } = planFor(plan, few)
    const rest = plan.steps.filter(({ deed }) => {
      const of = 'of' in deed ? deed.of : 0
      return of < 5 && ('node' in deed ? deed.node : 0) < 5
    })
    expect(steps).toEqual(rest)
  })
})
