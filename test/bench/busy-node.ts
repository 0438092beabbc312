import { setTimeout as sleep } from 'node:timers/promises'
import { realClock } from '../../src/real-clock.ts'
import { randomPeer } from './links.ts'
import { World } from './world.ts'
import type { PeerId } from '@libp2p/interface'

/** Milliseconds between two handfuls of decisions. */
const PACE = 20

/** A node with many peers, about which it decides so many times a second. */
export class BusyNode {
  readonly #world: World
  readonly #ids: readonly PeerId[]
  /** The peer that is banned next; the one so many places before it is banned no more. */
  #next = 0

  private constructor(world: World, ids: readonly PeerId[]) {
    this.#world = world
    this.#ids = ids
  }

  /** All peers were dialed once, and wait until their cool-downs are over. */
  static async create(tracked: number): Promise<BusyNode> {
    const world = await World.create(2 * tracked, 1, 0, realClock())
    const ids = Array.from({ length: tracked }, randomPeer)
    world.find(ids)
    await world.dialAll()
    return new BusyNode(world, ids)
  }

  get peers(): World['peers'] {
    return this.#world.peers
  }

  /** Decides for so many milliseconds, evenly. Every decision is what the whole service makes of it. */
  async decide(perSecond: number, milliseconds: number): Promise<void> {
    const begin = performance.now()
    for (let decided = 0; performance.now() - begin < milliseconds;) {
      const due = Math.floor(((performance.now() - begin) / 1_000) * perSecond)
      for (; decided + 1 < due; decided += 2) this.#banOne()
      await sleep(PACE)
    }
  }

  async stop(): Promise<void> {
    await this.#world.stop()
  }

  #banOne(): void {
    const { peers } = this.#world
    const { length } = this.#ids
    const [next, before] = [
      this.#ids[this.#next % length],
      this.#ids[(this.#next + length / 2) % length]
    ]
    if (next !== undefined) peers.ban(next, { duration: 3_600_000 })
    if (before !== undefined) peers.unban(before)
    this.#next++
  }
}
