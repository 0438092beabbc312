import { randomPeer } from './links.ts'
import { cpuOf, heapInUse, summary } from './measure.ts'
import { World } from './world.ts'
import type { Figure } from './report.ts'
import type { PeerId } from '@libp2p/interface'

export interface DiscoveriesSize {
  readonly tracked: number
  /** Strangers that are found before anything is measured: enough for every table to be full. */
  readonly before: number
  /** Strangers that are found in one round. */
  readonly found: number
  readonly rounds: number
}

const DISCOVERIES_SIZE: DiscoveriesSize = {
  tracked: 1_000,
  before: 20_000,
  found: 10_000,
  rounds: 12
}

/** Microseconds of CPU, whatever becomes of the candidate. */
const DISCOVERY_TARGET = 20

/** Bytes that a stranger may leave behind: of a million not more than a megabyte. */
const HEAP_TARGET = 1

const strangers = (count: number): PeerId[] => Array.from({ length: count }, randomPeer)

/**
 * What it costs to be told of one stranger more, when the table of candidates is full: from libp2p's
 * event to the decision whether it is kept, the text of its peer id included.
 */
export async function discoveries(size: DiscoveriesSize = DISCOVERIES_SIZE): Promise<Figure[]> {
  const world = await World.create(size.tracked, 1 / 2)
  world.find(strangers(size.before))
  const cpu: number[] = []
  const heap: number[] = []
  let last = await heapInUse()
  for (let round = 0; round < size.rounds; round++) {
    const found = strangers(size.found)
    const spent = await cpuOf(async () => world.find(found))
    cpu.push((spent * 1_000) / size.found)
    found.length = 0
    const now = await heapInUse()
    heap.push((now - last) / size.found)
    last = now
  }
  await world.stop()
  return [
    {
      name: 'CPU of a discovery, table full',
      unit: 'us',
      target: DISCOVERY_TARGET,
      ...summary(cpu)
    },
    { name: 'heap of a discovery, table full', unit: 'B', target: HEAP_TARGET, ...summary(heap) }
  ]
}
