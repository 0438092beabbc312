import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { describe, expect, test } from 'vitest'
import { LONGEST_PAUSE, Walk, WALK_TIMEOUT } from '../../src/scheduler/walk.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import type { Logger, PeerInfo, PeerRouting } from '@libp2p/interface'

const id = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
const PEER: PeerInfo = { id, multiaddrs: [] }
const turn = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

type Answer = (signal: AbortSignal) => AsyncIterable<PeerInfo>

/** A walk through a network that answers as it is told. */
function walking(answer: Answer = nobody, queryInterval = 5_000) {
  const clock = new ManualClock()
  const asked: { at: number; key: Uint8Array; signal: AbortSignal }[] = []
  const logged: unknown[][] = []
  const state = { isNeeded: true, isNew: true, answer, found: 0 }
  const routing: Pick<PeerRouting, 'getClosestPeers'> = {
    getClosestPeers: (key, { signal } = {}) => {
      asked.push({ at: clock.now(), key, signal: signal! })
      return state.answer(signal!)
    }
  }
  const log = ((...words: unknown[]) => void logged.push(words)) as unknown as Logger
  const walk = new Walk(
    { queryInterval, clock, random: () => 0.5, log, routing },
    {
      isNeeded: () => state.isNeeded,
      onFound: () => {
        state.found++
        return state.isNew
      }
    }
  )
  /** Lets so much time pass, with everything that comes of it. */
  const pass = async (ms: number, step = 1_000): Promise<void> => {
    for (let left = ms; left > 0; left -= step) {
      clock.advance(Math.min(step, left))
      await turn()
    }
  }
  return { walk, clock, asked, logged, state, pass, times: () => asked.map(({ at }) => at) }
}

async function* nobody(): AsyncGenerator<PeerInfo> {}

async function* somebody(): AsyncGenerator<PeerInfo> {
  yield PEER
}

const fails =
  (name: string): Answer =>
  () => ({
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.reject(Object.assign(new Error('no'), { name }))
    })
  })

describe('a walk', () => {
  test('begins once in an interval while candidates are missing, at a random place', async () => {
    const { walk, pass, asked, times } = walking(somebody)
    walk.start()
    walk.check()
    await pass(21_000)
    expect(times()).toEqual([5_000, 10_000, 15_000, 20_000])
    expect(asked[0]?.key).toEqual(new Uint8Array(32).fill(128))
  })

  test('is not begun while there are enough, and ended as soon as there are', async () => {
    const { walk, pass, state, asked, times, clock } = walking(async function* (signal) {
      for (; !signal.aborted; await turn()) yield PEER
    })
    state.isNeeded = false
    walk.start()
    await pass(60_000)
    expect(asked).toEqual([])
    expect(clock.pending).toBe(0)
    state.isNeeded = true
    walk.check()
    expect(times()).toEqual([60_000])
    await turn()
    expect(state.found).toBeGreaterThan(0)
    state.isNeeded = false
    walk.check()
    expect(asked[0]?.signal.aborted).toBe(true)
    expect(clock.pending).toBe(0)
    await turn()
    const { found } = state
    await turn()
    expect(state.found).toBe(found)
    // missing again at once: the interval holds all the same
    state.isNeeded = true
    walk.check()
    await pass(4_000)
    expect(asked).toHaveLength(1)
    await pass(1_000)
    expect(times()).toEqual([60_000, 65_000])
  })

  test('that is answered in the moment in which it ends has found nobody', async () => {
    const { walk, pass, state } = walking(async function* (signal) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      yield PEER
      yield PEER
    })
    walk.start()
    await pass(5_000)
    walk.stop()
    await turn()
    expect(state.found).toBe(0)
  })

  test('that finds nobody new doubles the pause, up to five minutes; one that does ends that', async () => {
    const { walk, pass, state, times } = walking(somebody)
    state.isNew = false
    walk.start()
    await pass(1_200_000, 5_000)
    const pauses = (): number[] => times().map((at, i) => at - (times()[i - 1] ?? 0))
    expect(pauses()).toEqual([5, 10, 20, 40, 80, 160, 300, 300].map((each) => each * 1_000))
    state.isNew = true
    await pass(LONGEST_PAUSE, 5_000)
    state.isNew = false
    await pass(10_000, 5_000)
    expect(pauses().at(-1)).toBe(5_000)
    // what was missing is there, and is missing anew: no old pause counts
    await pass(600_000, 5_000)
    state.isNeeded = false
    walk.check()
    state.isNeeded = true
    const before = times().length
    walk.check()
    await pass(60_000, 5_000)
    expect(times().length).toBeGreaterThan(before)
  })

  test.each(['NoPeerRoutersError', 'Error'])(
    'that ends in %s is tried again, later',
    async (name) => {
      const { walk, pass, times, logged } = walking(fails(name))
      walk.start()
      await pass(36_000)
      expect(times()).toEqual([5_000, 15_000, 35_000])
      // who has no DHT knows it
      expect(logged).toHaveLength(name === 'Error' ? 3 : 0)
    }
  )

  test('is over in time, also with a router that never answers and heeds no signal', async () => {
    const { walk, pass, times, asked } = walking(() => ({
      [Symbol.asyncIterator]: () => ({ next: async () => new Promise(() => {}) })
    }))
    walk.start()
    await pass(5_000 + WALK_TIMEOUT + 10_000)
    expect(asked[0]?.signal.aborted).toBe(true)
    expect(times()).toEqual([5_000, 35_000])
  })

  test('ends with stop, and leaves no deadline', async () => {
    const { walk, pass, asked, clock } = walking(async function* (signal) {
      for (; !signal.aborted; await turn()) yield PEER
    })
    walk.start()
    await pass(6_000)
    walk.stop()
    expect([asked[0]?.signal.aborted, clock.pending]).toEqual([true, 0])
    walk.check()
    await pass(60_000)
    expect(asked).toHaveLength(1)
    walk.start()
    await pass(5_000)
    expect(asked).toHaveLength(2)
    walk.stop()
  })

  test('is never begun where there is nobody to ask, or if that is the interval', async () => {
    const never = walking(somebody, Infinity)
    never.walk.start()
    await never.pass(3_600_000, 600_000)
    expect([never.asked.length, never.clock.pending]).toEqual([0, 0])
    const clock = new ManualClock()
    const log = (() => {}) as unknown as Logger
    const alone = new Walk(
      { queryInterval: 5_000, clock, random: () => 0, log, routing: undefined },
      { isNeeded: () => true, onFound: () => true }
    )
    alone.start()
    expect(clock.pending).toBe(0)
  })
})
