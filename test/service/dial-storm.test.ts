/**
 * Crowds on the simulated clock: what begins to dial in which second, when hundreds of peers are gone and
 * come back, or were never there.
 */
import { describe, expect, it } from 'vitest'
import { DialWorld } from './dial-world.ts'
import { seeded } from '../policies/seeded.ts'
import type { WorldInit } from './dial-world.ts'

const seconds = (count: number): number => count * 1_000
const minutes = (count: number): number => seconds(60 * count)

/** Milliseconds in which somebody who is there answers, and after which we give up on who is not. */
const ANSWER = 50
const GIVEN_UP = seconds(10)

/** A crowd in a network that is there, or not: dials to whom it cannot reach hang until their deadline. */
class Crowd {
  readonly names: string[]
  /** When each dial began. */
  readonly dials: { at: number; name: string }[] = []
  isAlive: (name: string) => boolean = () => true
  world!: DialWorld

  private constructor(names: string[]) {
    this.names = names
  }

  static async gather(names: string[], init: WorldInit): Promise<Crowd> {
    const crowd = new Crowd(names)
    crowd.world = await DialWorld.create(names, {
      maxTracked: 2_000,
      isRecounted: false,
      ...init,
      onDial: (name) => crowd.#dial(name)
    })
    return crowd
  }

  get now(): number {
    return this.world.clock.now()
  }

  get authorized(): string[] {
    return this.names.filter((name) => this.world.peer(name).path === 'authorized')
  }

  advance(ms: number): void {
    this.world.play({ advance: ms, dials: [] })
  }

  /** Lets time pass until it is so; the milliseconds that took, or Infinity if it is not so by then. */
  until(isSo: () => boolean, limit: number): number {
    const began = this.now
    while (!isSo()) {
      if (this.now - began >= limit) return Infinity
      this.advance(100)
    }
    return this.now - began
  }

  since(time: number): number[] {
    return this.dials.map(({ at }) => at).filter((at) => at >= time)
  }

  #dial(name: string): void {
    this.dials.push({ at: this.now, name })
    const isAnswered = this.isAlive(name)
    this.world.clock.after(isAnswered ? ANSWER : GIVEN_UP, () => {
      if (this.world.peer(name).path !== 'dialing') return
      this.world.play(
        isAnswered ? { authorized: [name], dials: [] } : { failed: [name], dials: [] }
      )
    })
  }
}

/** The most that began in any second. */
function peakOf(times: number[]): number {
  let [peak, first] = [0, 0]
  for (const [last, time] of times.entries()) {
    while (times[first]! <= time - 1_000) first++
    peak = Math.max(peak, last - first + 1)
  }
  return peak
}

const shown = ({ time, dials }: { time: number; dials: number }): string =>
  `${(time / 1_000).toFixed(0)} s in ${dials} dials`

const many = (count: number, letter: string): string[] =>
  Array.from({ length: count }, (_, i) => `${letter}${i}`)

describe('500 peers that are gone for ten minutes and come back', () => {
  const names = many(500, 's')

  async function outage(isAlone: boolean): Promise<{ crowd: Crowd; back: number }> {
    const crowd = await Crowd.gather([...names, 'x1'], { maxPeers: 600, random: seeded(11) })
    const { world } = crowd
    world.play({ fixed: names, ...(!isAlone && { connected: ['x1'] }), dials: [] })
    expect(crowd.until(() => crowd.authorized.length === 500, minutes(2))).toBeLessThan(minutes(2))
    // at the start nothing storms either: the burst, and then eight a second
    expect(peakOf(crowd.since(0))).toBeLessThanOrEqual(16 + 8)
    crowd.advance(minutes(5))
    crowd.isAlive = () => false
    world.play({ lost: names, dials: [] })
    crowd.advance(minutes(10))
    crowd.isAlive = () => true
    return { crowd, back: crowd.now }
  }

  it.each([
    // all within the 15 s of a probe and the 61 s that the bucket takes; nobody has paid for it but for the
    // session that was lost and, of those ten who told us, the dial
    ['it was our network', true, seconds(15 + 61 + 1), 2],
    // theirs: each has its back-off, of at most 5 min
    ['somebody else was connected all the time', false, minutes(5), 12]
  ])('%s: no storm, nobody banned, everybody back', async (_, isAlone, limit, failures) => {
    const { crowd, back } = await outage(isAlone)
    const { peers, scheduler } = crowd.world
    expect(scheduler.mode).toBe(isAlone ? 'offline' : 'filling')
    const first = crowd.until(() => crowd.authorized.length > 0, minutes(10))
    const all = crowd.until(() => crowd.authorized.length === 500, minutes(30))
    const times = crowd.since(back)
    const spread = times.at(-1)! - times[0]!
    const peak = peakOf(times)
    console.log(
      `${isAlone ? 'our' : 'their'} outage: first back after ${first} ms, all 500 after ${first + all} ms,`,
      `peak ${peak} dials in a second, spread over ${spread} ms, ${times.length} dials`
    )
    // the first within a probe, or the dials that were under way
    expect(first).toBeLessThanOrEqual(seconds(15))
    // never more in a second than the burst and what the bucket gives meanwhile
    expect(peak).toBeLessThanOrEqual(16 + 8)
    // (500 - 16) / 8 are 60.5 s
    expect(spread).toBeGreaterThanOrEqual(seconds(30))
    expect(first + all).toBeLessThan(limit)
    expect(peers.banned).toBe(0)
    const counts = names.map((name) => crowd.world.peer(name).context.failures)
    expect(Math.max(...counts)).toBeLessThanOrEqual(failures)
  })

  it('while our network is gone one dial in ten seconds looks for it', async () => {
    const crowd = await Crowd.gather(names, { maxPeers: 600, random: seeded(12) })
    crowd.isAlive = () => false
    crowd.world.play({ fixed: names, dials: [] })
    crowd.advance(minutes(1))
    const begin = crowd.now
    crowd.advance(minutes(10))
    expect(crowd.since(begin + 1)).toHaveLength(60)
  })
})

describe('candidates of which 95 % are dead', () => {
  // dead ones first, as somebody would who poisons a DHT
  const dead = many(380, 'd')
  const alive = many(20, 'a')
  const WANTED = 8

  /** Default limits: 16 slots for what was found, 16 dials at once. */
  async function fill(seed: number): Promise<{ time: number; dials: number }> {
    const random = seeded(seed)
    const crowd = await Crowd.gather([...dead, ...alive, 'x1'], { maxPeers: 50, random })
    crowd.isAlive = (name) => name.startsWith('a')
    // somebody is connected, so that this is no outage
    crowd.world.play({ connected: ['x1'], discovered: [...dead, ...alive], dials: [] })
    const count = (): number => crowd.authorized.length
    return { time: crowd.until(() => count() >= WANTED, minutes(60)), dials: crowd.dials.length }
  }

  /** A queue in the order of discovery; who fails goes to its end. */
  function plainFifo(parallel: number): { time: number; dials: number } {
    const queue = [...dead, ...alive]
    const ends = Array.from({ length: parallel }, () => 0)
    let [found, dials, time] = [0, 0, 0]
    while (found < WANTED) {
      const place = ends.indexOf(Math.min(...ends))
      const name = queue.shift()!
      dials++
      ends[place]! += name.startsWith('a') ? ANSWER : GIVEN_UP
      if (!name.startsWith('a')) queue.push(name)
      else if (++found === WANTED) time = ends[place]!
    }
    return { time, dials }
  }

  it('eight slots are filled with honest peers, sooner than a plain FIFO dialer does it', async () => {
    const runs = await Promise.all([1, 2, 3, 4, 5].map(fill))
    const [one, sixteen] = [plainFifo(1), plainFifo(16)]
    console.log(
      `eight honest of 400: ours ${runs.map(shown).join(', ')};`,
      `FIFO, one at a time: ${shown(one)}; FIFO, 16 at once: ${shown(sixteen)}`
    )
    for (const { time } of runs) {
      expect(time).toBeLessThan(BOUND)
      expect(time).toBeLessThan(sixteen.time)
      expect(time * 10).toBeLessThan(one.time)
    }
  })

  /**
   * A dead dial holds its place for 10 s, and with seven slots filled 9 of the 16 are left to dial in: at
   * least 0.9 dials end in a second. At worst nobody who failed is told from who was not tried, and 13 of
   * 393 answer, 1 in 30: eight are found in 242 dials on average, with a deviation of 84. With five
   * deviations more that is 662 dials, or 736 s.
   */
  const BOUND = seconds(736)
})
