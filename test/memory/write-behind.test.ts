/** When and what is written, on a datastore that does as it is told to. */
import { describe, expect, it } from 'vitest'
import { House, newId, settled } from './house.ts'
import { DAY, HOUR, MINUTE } from './times.ts'
import { shelfOf } from '../../src/memory/keys.ts'
import { PeerBook } from '../../src/memory/peer-book.ts'
import { TroubledDatastore } from './troubled-datastore.ts'
import type { PeerRecord } from '../../src/memory/record.ts'
import type { PeerId } from '@libp2p/interface'
import type { Datastore } from 'interface-datastore'

const self = await newId()
const [a, b, c] = [await newId(), await newId(), await newId()]

async function open(init: ConstructorParameters<typeof House>[2] = {}): Promise<{
  house: House
  datastore: TroubledDatastore
}> {
  const datastore = new TroubledDatastore()
  const house = new House(self, datastore, init)
  await house.memory.load()
  return { house, datastore }
}

/** Every record, by its key. */
async function contents(datastore: Datastore): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {}
  for await (const { key, value } of datastore.query({})) {
    all[key.toString()] = JSON.parse(new TextDecoder().decode(value))
  }
  return all
}

const banKey = (peer: PeerId): string => `/peer-lifecycle/v1/bans/${peer.toString()}`
const peerKey = (peer: PeerId): string =>
  `/peer-lifecycle/v1/${self.toString()}/peers/${peer.toString()}`

describe('what is written', () => {
  it('all changes in one batch, five seconds after the first', async () => {
    const { house, datastore } = await open()
    house.fail(a)
    await house.passes(3_000)
    house.fail(b)
    house.ban(c)
    await house.passes(1_999)
    expect(datastore.batches).toEqual([])
    await house.passes(1)
    expect(datastore.batches).toEqual([3])
    expect(Object.keys(await contents(datastore)).toSorted()).toEqual(
      [peerKey(a), peerKey(b), banKey(c)].toSorted()
    )
    // nothing changes, nothing is written
    await house.passes(20_000)
    expect(datastore.batches).toEqual([3])
  })

  it('what changes while a batch is under way is in the next one, and there is one at a time', async () => {
    const { house, datastore } = await open()
    house.fail(a, 1)
    datastore.mood = 'hangs'
    await house.passes(5_000)
    house.fail(a, 2)
    house.fail(b)
    await house.passes(9_000)
    expect(datastore.batches).toEqual([1])
    datastore.mood = 'works'
    datastore.release()
    await settled()
    await house.passes(5_000)
    expect(datastore.batches).toEqual([1, 2])
    expect((await contents(datastore))[peerKey(a)]).toMatchObject({ failures: 2 })
    expect(house.warnings).toEqual([])
  })

  it('a peer that is of no interest any more is removed, one that never was written is not', async () => {
    const { house, datastore } = await open()
    house.fail(a)
    await house.passes(5_000)
    house.peers.clear()
    house.memory.touched(a.toString())
    house.memory.touched(b.toString())
    await house.passes(5_000)
    expect(datastore.batches).toEqual([1, 1])
    expect(await contents(datastore)).toEqual({})
  })

  it('where a good peer is; where it was, if that cannot be told any more', async () => {
    const { house, datastore } = await open()
    house.addresses.set(a.toString(), ['/ip4/192.0.2.1/tcp/1'])
    house.memory.good(a.toString())
    await house.passes(5_000)
    house.addresses.clear()
    house.memory.good(a.toString())
    await house.passes(5_000)
    expect(await contents(datastore)).toEqual({
      [peerKey(a)]: {
        v: 1,
        at: house.clock.epoch() - 5_000,
        goodAt: house.clock.epoch() - 5_000,
        addresses: ['/ip4/192.0.2.1/tcp/1']
      }
    })
  })

  it('who is an anchor, and who was one and is not any more', async () => {
    const { house, datastore } = await open()
    for (const peer of [a, b]) house.memory.good(peer.toString())
    house.anchors = [a.toString()]
    await house.passes(5_000)
    expect((await contents(datastore))[peerKey(a)]).toMatchObject({ isAnchor: true })
    expect((await contents(datastore))[peerKey(b)]).not.toHaveProperty('isAnchor')
    house.anchors = [b.toString()]
    house.fail(c)
    await house.passes(5_000)
    expect((await contents(datastore))[peerKey(a)]).not.toHaveProperty('isAnchor')
    expect((await contents(datastore))[peerKey(b)]).toMatchObject({ isAnchor: true })
  })

  it('of many good peers those that were good last, and no more than 260', async () => {
    const { house, datastore } = await open()
    const ids = await Promise.all(Array.from({ length: 300 }, newId))
    for (const id of ids) {
      house.memory.good(id.toString())
      house.clock.advance(1)
    }
    await house.passes(10_000)
    const kept = Object.keys(await contents(datastore))
    expect(kept.toSorted()).toEqual(ids.slice(40).map(peerKey).toSorted())
  })

  it('for 10^5 peers that come and go no more waits than is tracked', async () => {
    const { house, datastore } = await open()
    for (let i = 0; i < 100_000; i++) {
      house.fail(`stranger ${i}`)
      house.peers.delete(`stranger ${i - 1_000}`)
      house.memory.forgotten(`stranger ${i - 1_000}`)
    }
    await house.passes(5_000)
    expect(datastore.batches).toEqual([1_000])
  })

  it('nor is any of them kept in mind', () => {
    const known = new Map<string, PeerRecord>()
    const book = new PeerBook(shelfOf(self), 10, {
      recordOf: (peer) => known.get(peer),
      anchors: () => [],
      addressesOf: async () => []
    })
    for (let i = 0; i < 100_000; i++) {
      known.set(`stranger ${i}`, { at: i, failures: 1 })
      book.touched(`stranger ${i}`)
      known.delete(`stranger ${i - 1_000}`)
      book.forgotten(`stranger ${i - 1_000}`)
    }
    expect(book.waiting).toBe(1_000)
  })

  it('of 10^6 bans in one interval no more than the table holds', async () => {
    const { house, datastore } = await open()
    for (let i = 0; i < 1_000_000; i++) {
      house.ban(`stranger ${i}`)
      house.bans.delete(`stranger ${i - 1_000}`)
    }
    await house.passes(5_000)
    expect(datastore.batches).toEqual([1_000])
    // and those that made room later are removed
    for (let i = 1_000_000; i < 1_000_500; i++) {
      house.ban(`stranger ${i}`)
      house.bans.delete(`stranger ${i - 1_000}`)
    }
    await house.passes(5_000)
    expect(datastore.batches).toEqual([1_000, 1_000])
    expect(Object.keys(await contents(datastore))).toHaveLength(1_000)
  })
})

describe('a datastore that', () => {
  it.each(['throws', 'is full'] as const)(
    '%s: one warning, less and less attempts, nothing lost when it works again',
    async (mood) => {
      const { house, datastore } = await open({
        memory: { flushInterval: 5_000, refreshInterval: Infinity }
      })
      datastore.mood = mood
      house.fail(a)
      house.ban(b, DAY)
      const attempts: number[] = []
      for (let second = 1; second <= 3_600; second++) {
        const before = attemptsOf(datastore)
        await house.passes(1_000)
        if (attemptsOf(datastore) > before) attempts.push(second)
      }
      expect(attempts.slice(0, 6)).toEqual([5, 15, 35, 75, 155, 315])
      expect(attempts.slice(6)).toEqual(Array.from({ length: 10 }, (_, i) => 615 + 300 * i))
      expect(house.warnings).toHaveLength(1)
      expect(house.warnings[0]).toContain('could not be written')

      datastore.mood = 'works'
      await house.passes(5 * MINUTE)
      expect(Object.keys(await contents(datastore)).toSorted()).toEqual(
        [peerKey(a), banKey(b)].toSorted()
      )
      expect(house.notes).toEqual(['the datastore works again'])
      house.fail(c)
      await house.passes(5_000)
      expect(await contents(datastore)).toHaveProperty([peerKey(c)])
    }
  )

  it('hangs: is given up after ten seconds, and asked for no more than a sign of life', async () => {
    const { house, datastore } = await open({
      memory: { flushInterval: 5_000, refreshInterval: Infinity }
    })
    datastore.mood = 'hangs'
    house.fail(a)
    for (let second = 0; second < 86_400; second += 5) {
      house.fail(`stranger ${second}`)
      house.peers.delete(`stranger ${second - 5_000}`)
      house.memory.forgotten(`stranger ${second - 5_000}`)
      house.clock.advance(5_000)
      if (second % 100 === 0) await settled()
    }
    // what it holds on to: three batches, and questions of a few bytes
    expect(datastore.batches).toHaveLength(3)
    expect(datastore.asked.has).toBeGreaterThan(100)
    expect(datastore.asked.has).toBeLessThan(300)
    expect(house.warnings).toHaveLength(1)

    // it works again, and never answers what it was asked before
    datastore.mood = 'works'
    await house.passes(5 * MINUTE)
    await house.passes(5 * MINUTE)
    expect(await contents(datastore)).toHaveProperty([peerKey(a)])
    expect(house.notes).toEqual(['the datastore works again'])
  })

  it('hangs at the start: the node goes on without after three seconds, and says so', async () => {
    const datastore = new TroubledDatastore()
    datastore.mood = 'hangs'
    const house = new House(self, datastore)
    let isLoaded = false
    const loading = house.memory.load().then((known) => {
      isLoaded = true
      return known
    })
    await house.passes(2_999)
    expect(isLoaded).toBe(false)
    await house.passes(1)
    expect(await loading).toEqual([])
    expect(house.warnings).toEqual([expect.stringContaining('could not be read')])
    // it remembers what it learns, as soon as that is possible
    datastore.mood = 'works'
    house.fail(a)
    await house.passes(5_000)
    expect(await contents(datastore)).toHaveProperty([peerKey(a)])
  })

  it('says nonsense: the node starts, and goes on', async () => {
    const datastore = new TroubledDatastore()
    datastore.mood = 'says nonsense'
    const house = new House(self, datastore)
    expect(await house.memory.load()).toEqual([])
    house.ban(a)
    house.fail(b)
    await house.passes(5_000)
    expect(datastore.batches).toEqual([2])
    await house.passes(DAY)
    expect(house.warnings).toEqual([])
  })

  it('answers without end: no more is looked at than was asked for', async () => {
    const datastore = new TroubledDatastore()
    let answers = 0
    datastore.query = async function* () {
      for (;;) {
        answers++
        yield { key: { toString: () => banKey(a) }, value: new Uint8Array(1) } as never
      }
    }
    const house = new House(self, datastore, { maxBans: 10, maxTracked: 10 })
    await house.memory.load()
    expect(answers).toBeLessThan(300)
    expect(house.warnings).toEqual([
      expect.stringMatching(/^records in the datastore skipped: \d+ torn$/)
    ])
  })
})

describe('the end', () => {
  it('what is known is written, and what comes of the end is not', async () => {
    const { house, datastore } = await open()
    house.fail(a, 1)
    house.ban(b)
    const stopped = house.memory.stop()
    house.fail(a, 9)
    house.fail(c)
    house.memory.banned(c.toString())
    await stopped
    expect(datastore.batches).toEqual([2])
    expect((await contents(datastore))[peerKey(a)]).toMatchObject({ failures: 1 })
    expect(house.clock.pending).toBe(0)
    await house.passes(HOUR)
    expect(datastore.batches).toEqual([2])
  })

  it('a datastore that hangs holds it up for a second, and is warned of', async () => {
    const { house, datastore } = await open()
    datastore.mood = 'hangs'
    house.fail(a)
    let isStopped = false
    const stopped = house.memory.stop().then(() => void (isStopped = true))
    await house.passes(999)
    expect(isStopped).toBe(false)
    await house.passes(1)
    await stopped
    expect(house.warnings).toEqual([expect.stringContaining('could not be written')])
    expect(house.clock.pending).toBe(0)
  })

  it('in the middle of a batch waits for it, and writes the rest', async () => {
    const { house, datastore } = await open()
    datastore.mood = 'hangs'
    house.fail(a)
    await house.passes(5_000)
    house.fail(b)
    const stopped = house.memory.stop()
    datastore.mood = 'works'
    datastore.release()
    await stopped
    expect(datastore.batches).toEqual([1, 1])
    expect(Object.keys(await contents(datastore)).toSorted()).toEqual(
      [peerKey(a), peerKey(b)].toSorted()
    )
  })

  it('of the wait for a batch leaves nothing that writes later', async () => {
    const { house, datastore } = await open()
    datastore.mood = 'hangs'
    house.fail(a)
    await house.passes(5_000)
    house.fail(b)
    const stopped = house.memory.stop()
    await house.passes(1_000)
    await stopped
    datastore.mood = 'works'
    datastore.release()
    await house.passes(HOUR)
    expect(datastore.batches).toEqual([1])
    expect(house.clock.pending).toBe(0)
  })
})

const attemptsOf = ({ batches, asked }: TroubledDatastore): number => batches.length + asked.get
