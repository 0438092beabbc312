/** Bans that several nodes with one datastore share. */
import { describe, expect, it } from 'vitest'
import { House, newId } from './house.ts'
import { DAY, HOUR, MINUTE } from './times.ts'
import { Bans } from '../../src/peers/bans.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { TroubledDatastore } from './troubled-datastore.ts'
import { Key } from 'interface-datastore'
import type { PeerId } from '@libp2p/interface'
import type { MemoryInit } from '../../src/memory/memory.ts'

const [x, y] = [await newId(), await newId()]
const REFRESH = 30_000
const FLUSH = 5_000

/** Two nodes with one datastore; their wall clocks differ by so much. */
async function two(init: Partial<MemoryInit> & { skew?: number } = {}): Promise<{
  a: House
  b: House
  datastore: TroubledDatastore
  pass: (ms: number) => Promise<void>
}> {
  const { skew = 0, ...rest } = init
  const datastore = new TroubledDatastore()
  const epoch = Date.UTC(2026, 0, 1)
  const a = new House(await newId(), datastore, { ...rest, clock: new ManualClock(epoch) })
  const b = new House(await newId(), datastore, { ...rest, clock: new ManualClock(epoch + skew) })
  await a.memory.load()
  await b.memory.load()
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= FLUSH) {
      for (const house of [a, b]) await house.passes(Math.min(left, FLUSH))
    }
  }
  return { a, b, datastore, pass }
}

const untilOf = (house: House, peer: PeerId): unknown => house.bans.get(peer.toString())?.until

async function keysOf(datastore: TroubledDatastore): Promise<string[]> {
  const keys: string[] = []
  for await (const key of datastore.queryKeys({})) keys.push(key.toString())
  return keys
}

const keyOf = (peer: PeerId): Key => new Key(`/peer-lifecycle/v1/bans/${peer.toString()}`)
const write = (datastore: TroubledDatastore, key: Key, value: unknown): unknown =>
  datastore.put(key, new TextEncoder().encode(JSON.stringify(value)))

describe('a ban on one node', () => {
  it('holds on the other within the refresh interval and the flush interval, not before it is written', async () => {
    const { a, b, pass } = await two()
    a.ban(x)
    await pass(REFRESH - FLUSH)
    expect(untilOf(b, x)).toBeUndefined()
    await pass(2 * FLUSH)
    expect(b.bans.get(x.toString())).toEqual(a.bans.get(x.toString()))
  })

  it('holds for one that starts later, and is not written again by it', async () => {
    const { a, datastore, pass } = await two()
    a.ban(x)
    await pass(FLUSH)
    const batches = [...datastore.batches]
    const later = new House(await newId(), datastore, { clock: new ManualClock(a.clock.epoch()) })
    await later.memory.load()
    expect(later.bans.get(x.toString())).toEqual(a.bans.get(x.toString()))
    await later.passes(MINUTE)
    expect(datastore.batches).toEqual(batches)
  })

  it('lifted on the other is lifted on both', async () => {
    const { a, b, pass } = await two()
    a.ban(x)
    await pass(REFRESH + FLUSH)
    b.ban(x, 'lifted')
    await pass(REFRESH + FLUSH)
    expect([untilOf(a, x), untilOf(b, x)]).toEqual(['lifted', 'lifted'])
  })

  it.each([DAY, -DAY])(
    'the last word holds although the wall clocks are %i ms apart',
    async (skew) => {
      const { a, b, pass } = await two({ skew })
      a.ban(x)
      await pass(REFRESH + FLUSH)
      b.ban(x, 'lifted')
      await pass(REFRESH + FLUSH)
      expect([untilOf(a, x), untilOf(b, x)]).toEqual(['lifted', 'lifted'])
      a.ban(x, 2 * HOUR)
      await pass(REFRESH + FLUSH)
      expect(b.bans.get(x.toString())).toEqual(a.bans.get(x.toString()))
      expect(untilOf(b, x)).not.toBe('lifted')
    }
  )

  it('row F2: ban and unban that cross end alike on both', async () => {
    const { a, b, pass } = await two()
    a.ban(x)
    await pass(1)
    b.ban(x, 'lifted')
    b.ban(y)
    await pass(1)
    a.ban(y, 'lifted')
    await pass(2 * REFRESH)
    expect([untilOf(a, x), untilOf(b, x)]).toEqual(['lifted', 'lifted'])
    expect([untilOf(a, y), untilOf(b, y)]).toEqual(['lifted', 'lifted'])
  })

  it('said in the same moment in which the other lifts it: the ban holds on both', async () => {
    const { a, b, pass } = await two()
    a.ban(x)
    b.ban(x, 'lifted')
    await pass(3 * REFRESH)
    expect(untilOf(b, x)).toBe(untilOf(a, x))
    expect(untilOf(a, x)).not.toBe('lifted')
  })

  it('that could be written late only undoes nothing that was said since', async () => {
    const { a, b, datastore, pass } = await two({
      memory: { flushInterval: FLUSH, refreshInterval: Infinity }
    })
    datastore.mood = 'throws'
    a.ban(x)
    await a.passes(FLUSH)
    datastore.mood = 'works'
    b.ban(x, 'lifted')
    await b.passes(1)
    b.ban(x, 'lifted')
    await b.passes(FLUSH)
    await a.passes(5 * MINUTE)
    const bytes = await datastore.get(keyOf(x))
    expect(new TextDecoder().decode(bytes)).toContain('lifted')
    await pass(1)
  })

  it('is written again if the datastore has lost it', async () => {
    const { a, b, datastore, pass } = await two()
    a.ban(x)
    a.ban(y, 'lifted')
    await pass(REFRESH + FLUSH)
    for (const peer of [x, y]) await datastore.delete(keyOf(peer))
    b.bans.clear()
    await pass(2 * REFRESH + FLUSH)
    expect(b.bans.get(x.toString())).toEqual(a.bans.get(x.toString()))
  })

  it('that made room in one table is removed only by the node that said it', async () => {
    const { a, b, datastore, pass } = await two()
    a.ban(x)
    await pass(REFRESH + FLUSH)
    b.bans.delete(x.toString())
    b.memory.banned(x.toString())
    b.ban(y)
    await pass(FLUSH)
    expect(await keysOf(datastore)).toContain(keyOf(x).toString())
    a.bans.delete(x.toString())
    a.memory.banned(x.toString())
    a.fail('somebody')
    await a.passes(FLUSH)
    expect(await keysOf(datastore)).not.toContain(keyOf(x).toString())
  })
})

describe('the ban table', () => {
  it.each([
    ['the ban first', [HOUR, undefined]],
    ['its end first', [undefined, HOUR]]
  ])('of two decisions of one moment takes the ban: %s', (_name, ends) => {
    const clock = new ManualClock()
    const bans = new Bans({ limit: 9, clock, limitPrivate: false })
    for (const until of ends) bans.restore('peer', { until, at: clock.epoch() })
    expect(bans.until('peer')).toBe(HOUR)
  })
})

describe('what the datastore has', () => {
  it('of bans that are over is removed an hour later, of those that were lifted two days later', async () => {
    const { a, datastore } = await two()
    const now = a.clock.epoch()
    const [over, lifted] = [await newId(), await newId()]
    await write(datastore, keyOf(over), { v: 1, at: now - HOUR, until: now - HOUR + 1 })
    await write(datastore, keyOf(lifted), { v: 1, at: now - 2 * DAY, until: 'lifted' })
    const restarted = new House(await newId(), datastore, { clock: new ManualClock(now) })
    restarted.memory.banned('nobody')
    await restarted.memory.load()
    expect(await keysOf(datastore)).toHaveLength(2)
    await restarted.passes(REFRESH + FLUSH)
    expect(await keysOf(datastore)).toEqual([])
  })

  it('of another version, and of others, is left alone', async () => {
    const { a, datastore } = await two()
    const foreign = [
      '/peers/abc',
      '/peer-lifecycle/v2/bans/abc',
      '/peer-lifecycle/v1/bansX/abc',
      `/peer-lifecycle/v1/${x.toString()}/peers/${y.toString()}`
    ]
    for (const key of foreign) await write(datastore, new Key(key), { v: 1, at: 1, until: 2 })
    await write(datastore, keyOf(x), { v: 2, at: 1, until: 2, of: 'a later version' })
    await datastore.put(keyOf(y), new Uint8Array([0x7b]))
    await datastore.put(new Key('/peer-lifecycle/v1/bans/nobody'), new Uint8Array(5_000))
    const restarted = new House(await newId(), datastore, {
      clock: new ManualClock(a.clock.epoch())
    })
    await restarted.memory.load()
    expect(restarted.warnings).toEqual([
      'records in the datastore skipped: 1 future, 1 torn, 1 bad-key'
    ])
    await restarted.passes(10 * REFRESH)
    await restarted.memory.stop()
    expect(restarted.warnings).toHaveLength(1)
    expect(await keysOf(datastore)).toHaveLength(7)
  })

  it('is more than the table holds: the longest bans come in, and the same ones every time', async () => {
    const { a, datastore } = await two()
    const now = a.clock.epoch()
    const ids = await Promise.all(Array.from({ length: 16 }, newId))
    for (const [i, id] of ids.entries()) {
      await write(datastore, keyOf(id), { v: 1, at: now, until: now + DAY + i })
    }
    const small = new House(await newId(), datastore, { clock: new ManualClock(now), maxBans: 8 })
    await small.memory.load()
    expect([...small.bans.keys()].toSorted()).toEqual(ids.slice(8).map(String).toSorted())
    await small.passes(3 * REFRESH)
    expect(small.bans.size).toBe(8)
  })

  it('cannot be read for a while: one warning, and what the others say is heard when it can', async () => {
    const { a, b, datastore, pass } = await two()
    datastore.mood = 'throws'
    a.ban(x)
    // in the middle of the five minutes between two attempts
    await pass(17 * MINUTE)
    expect(b.warnings).toEqual([expect.stringContaining('could not be read')])
    expect(a.warnings).toHaveLength(2)
    datastore.mood = 'works'
    // the one that has waited for so long is not made to wait any longer
    await pass(2 * REFRESH + 2 * FLUSH)
    expect(b.bans.get(x.toString())).toEqual(a.bans.get(x.toString()))
    expect(b.notes).toEqual(['the datastore works again'])
  })
})
