import { randomPeer } from './links.ts'
import { cpuOf, heapInUse, median, ratios, summary } from './measure.ts'
import { World } from './world.ts'
import type { Figure } from './report.ts'

export interface TrackedPeersSize {
  readonly few: number
  readonly many: number
  /** Dials and cool-downs that every peer goes through in a world. */
  readonly lives: number
  /** Worlds of each size; the first of all warms up and does not count. */
  readonly worlds: number
}

const TRACKED_PEERS_SIZE: TrackedPeersSize = {
  few: 1_000,
  many: 10_000,
  lives: 7,
  worlds: 3
}

/** Microseconds of CPU. */
const EVENT_TARGET = 50

/** Bytes of heap, with everything that hangs on the peer: its id, its chart, its deadline, its history. */
const PEER_TARGET = 6_000

/** Ten times the peers may cost each of them a little in cache misses, and nothing else. */
const FLAT = 1.5

interface Costs {
  /** Microseconds of CPU per event, one value for each life. */
  readonly event: number[]
  /** Bytes of heap per peer that waits for its first dial. */
  readonly fresh: number
  /** Bytes of heap per peer in a cool-down, with as long a history as is kept. */
  readonly aged: number
  /** Writes to the peer store per dial. */
  readonly writes: number
}

/**
 * What one event costs, and what one tracked peer weighs, in a small crowd and in one ten times as large.
 * The peers are candidates of discovery; the whole service runs, without a network (see `World`). One
 * life of a peer: a slot is granted, the dial fails, or the connection is useless and closes, the
 * cool-down ends, it waits for the next slot; now and then it is discovered once more.
 */
export async function trackedPeers(size: TrackedPeersSize = TRACKED_PEERS_SIZE): Promise<Figure[]> {
  const few: Costs[] = []
  const many: Costs[] = []
  await measure(size.few, size.lives)
  for (let i = 0; i < size.worlds; i++) {
    few.push(await measure(size.few, size.lives))
    many.push(await measure(size.many, size.lives))
  }
  const weigh = (of: readonly Costs[], what: 'fresh' | 'aged'): number[] => of.map((c) => c[what])
  const eventOfFew = few.flatMap(({ event }) => event)
  const eventOfMany = many.flatMap(({ event }) => event)
  return [
    ...[
      { count: size.few, costs: few },
      { count: size.many, costs: many }
    ].flatMap(({ count, costs }): Figure[] => [
      {
        name: `CPU of an event, ${count} tracked`,
        unit: 'us',
        target: EVENT_TARGET,
        ...summary(costs.flatMap(({ event }) => event))
      },
      {
        name: `heap of a candidate, ${count} tracked`,
        unit: 'B',
        target: PEER_TARGET,
        ...summary(weigh(costs, 'fresh'))
      },
      {
        name: `heap of a peer with a full history, ${count} tracked`,
        unit: 'B',
        target: PEER_TARGET,
        ...summary(weigh(costs, 'aged'))
      }
    ]),
    {
      name: `CPU of an event, ${size.many} / ${size.few} tracked`,
      unit: 'x',
      target: FLAT,
      ...summary(ratios(eventOfMany, eventOfFew))
    },
    {
      name: `heap of a peer, ${size.many} / ${size.few} tracked`,
      unit: 'x',
      target: FLAT,
      ...summary(ratios(weigh(many, 'aged'), weigh(few, 'aged')))
    },
    { name: 'peer store writes of a dial', unit: '', value: median(many.map((c) => c.writes)) }
  ]
}

/** @param lines - Decisions that the flight recorder keeps; 0 if it is off */
export async function measure(count: number, lives: number, lines = 0): Promise<Costs> {
  const names = Array.from({ length: count }, () => randomPeer().toString())
  // one more than are discovered: a stranger is connected
  const world = await World.create(count + 1, 1, lines)
  const empty = await heapInUse()
  world.discover(names)
  const fresh = ((await heapInUse()) - empty) / count

  const event: number[] = []
  for (let life = 0; life < lives; life++) {
    const before = world.events
    const cpu = await cpuOf(async () => {
      await world.dialAll()
      // the cool-downs of the last life are left for the scales
      if (life === lives - 1) return
      world.discover(names.filter((_, i) => i % 5 === life % 5))
      world.coolDown()
    })
    event.push((cpu * 1_000) / (world.events - before))
  }
  const aged = ((await heapInUse()) - empty) / count
  const { tracked } = world.peers.status()
  if (tracked !== count + 1) throw new Error(`Expected ${count + 1} tracked peers, got ${tracked}`)
  const writes = world.writes / (count * lives)
  await world.stop()
  return { event, fresh, aged, writes }
}
