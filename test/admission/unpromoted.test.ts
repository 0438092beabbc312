/**
 * Connections without a slot, within their budget: without a network, on a clock that is moved by hand.
 *
 * Mutations that turn this file red: every one of `src/admission/unpromoted.ts` that
 * `npm run mutate -- slots` can think of, but for those on its list.
 */
import { describe, expect, it } from 'vitest'
import { UnpromotedConnections } from '../../src/admission/unpromoted.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { settled } from '../../src/testing/settled.ts'
import type { Connection, PeerId } from '@libp2p/interface'

type Fake = Connection & { streams: Array<{ status: string }> }

function newRoom(init: { maxUnpromoted?: number; unpromotedIdle?: number } = {}) {
  const clock = new ManualClock()
  const promoted = new Set<string>()
  const kept = new Set<string>()
  const asked: string[] = []
  const closed: string[] = []
  const ports = {
    isPromoted: (peer: string) => promoted.has(peer),
    isKeptAlive: (peer: PeerId): Promise<boolean> => {
      asked.push(peer.toString())
      return Promise.resolve(kept.has(peer.toString()))
    },
    close: (connection: Connection) => void closed.push(connection.remotePeer.toString())
  }
  const room = new UnpromotedConnections(
    { clock, maxUnpromoted: Infinity, unpromotedIdle: Infinity, ...init },
    ports
  )
  const open = (peer: string, ...statuses: string[]): Fake => {
    const remotePeer = { toString: () => peer }
    const streams = statuses.map((status) => ({ status }))
    const connection = { remotePeer, streams } as unknown as Fake
    room.opened(connection)
    return connection
  }
  /** Time passes, and everything that waits for nothing else happens. */
  const pass = async (ms = 0): Promise<void> => {
    clock.advance(ms)
    await settled()
  }
  /** Who was closed since the last time. */
  const gone = (): string[] => closed.splice(0)
  return { room, clock, promoted, kept, ports, asked, open, pass, gone }
}

describe('without limits', () => {
  it('nothing is looked at', async () => {
    const { room, ports, clock, asked, open, pass } = newRoom()
    ports.isPromoted = (peer) => {
      asked.push(peer)
      return false
    }
    for (const peer of ['a', 'b', 'c']) open(peer)
    room.changed()
    await pass(86_400_000)
    expect([asked, clock.pending]).toEqual([[], 0])
  })
})

describe('of too many', () => {
  it('the oldest that are idle go, and no more than are too many', async () => {
    const { open, pass, gone, clock, asked } = newRoom({ maxUnpromoted: 2 })
    for (const peer of ['a', 'b']) open(peer)
    await pass()
    expect([gone(), clock.pending]).toEqual([[], 0])
    for (const peer of ['c', 'd']) open(peer)
    await pass()
    expect(gone()).toEqual(['a', 'b'])
    expect(asked).toEqual(['a', 'b'])
    // they are on their way out, and not closed twice
    await pass(10_000)
    expect([gone(), clock.pending]).toEqual([[], 0])
  })

  it('none goes that is in use, has a slot, or that another part of the node keeps', async () => {
    const { promoted, kept, open, pass, gone, asked } = newRoom({ maxUnpromoted: 1 })
    promoted.add('slot')
    kept.add('dht')
    open('slot')
    open('dht')
    open('used', 'open')
    open('ending', 'closed', 'closing')
    open('idle', 'closed')
    await pass()
    // whoever comes while others are asked about has to wait for the next look
    await pass(10_000)
    expect(gone()).toEqual(['idle'])
    expect(new Set(asked)).toEqual(new Set(['dht', 'idle']))
  })

  it('those in use are looked at again every ten seconds', async () => {
    const { open, pass, gone } = newRoom({ maxUnpromoted: 0 })
    const used = open('used', 'open')
    await pass(9_999)
    used.streams = []
    await pass()
    expect(gone()).toEqual([])
    await pass(1)
    expect(gone()).toEqual(['used'])
  })

  it('one goes whose peer lost its slot, as soon as that is told', async () => {
    const { room, promoted, open, pass, gone } = newRoom({ maxUnpromoted: 0 })
    promoted.add('a')
    open('a')
    await pass(60_000)
    expect(gone()).toEqual([])
    promoted.delete('a')
    room.changed()
    await pass()
    expect(gone()).toEqual(['a'])
  })

  it('one that closed by itself is none', async () => {
    const { room, open, pass, gone } = newRoom({ maxUnpromoted: 1 })
    const first = open('a')
    room.closed(first)
    open('b')
    await pass()
    expect(gone()).toEqual([])
    // nor is one that was chosen, once it is closed: what comes anew is counted anew
    const third = open('c')
    await pass()
    expect(gone()).toEqual(['b'])
    room.closed(third)
    open('d')
    await pass()
    expect(gone()).toEqual([])
  })

  it('what changes while it is asked about counts', async () => {
    const { room, ports, promoted, open, pass, gone } = newRoom({ maxUnpromoted: 1 })
    const answers: Array<(isKept: boolean) => void> = []
    ports.isKeptAlive = () => new Promise((resolve) => answers.push(resolve))
    open('a')
    const second = open('b')
    await pass()
    expect(answers).toHaveLength(1)
    // one trimming at a time
    room.changed()
    await pass()
    expect(answers).toHaveLength(1)
    promoted.add('a')
    answers[0]?.(false)
    await pass()
    expect([gone(), answers.length]).toEqual([[], 1])
    promoted.delete('a')
    room.closed(second)
    open('c')
    await pass()
    answers[1]?.(false)
    await pass()
    expect(gone()).toEqual(['a'])
  })

  it('one that closes while it is asked about is not closed again', async () => {
    const { room, ports, open, pass, gone } = newRoom({ maxUnpromoted: 0 })
    const { promise, resolve } = Promise.withResolvers<boolean>()
    ports.isKeptAlive = () => promise
    const first = open('a')
    open('b')
    room.closed(first)
    resolve(false)
    await pass()
    await pass(10_000)
    expect(gone()).toEqual(['b'])
  })

  it('who cannot be asked about stays, and the others are asked about', async () => {
    const { ports, open, pass, gone } = newRoom({ maxUnpromoted: 0 })
    ports.isKeptAlive = (peer) =>
      peer.toString() === 'a' ? Promise.reject(new Error('no peer store')) : Promise.resolve(false)
    open('a')
    open('b')
    await pass()
    await pass(10_000)
    expect(gone()).toEqual(['b'])
  })
})

describe('idle for too long', () => {
  it('is as long as the option says, from the last time it was seen in use', async () => {
    const { open, pass, gone } = newRoom({ unpromotedIdle: 8_000 })
    open('idle')
    const used = open('used', 'open')
    await pass(7_999)
    expect(gone()).toEqual([])
    await pass(1)
    expect(gone()).toEqual(['idle'])
    used.streams = []
    await pass(7_999)
    expect(gone()).toEqual([])
    await pass(1)
    expect(gone()).toEqual(['used'])
  })

  it('is looked at every ten seconds at most', async () => {
    const { clock, open, pass, gone } = newRoom({ unpromotedIdle: 60_000 })
    open('a')
    expect(clock.next).toBe(10_000)
    await pass(10_000)
    expect(clock.next).toBe(20_000)
    await pass(50_000)
    expect(gone()).toEqual(['a'])
  })

  it('counts from the loss of the slot: whoever had one was in use', async () => {
    const { room, promoted, open, pass, gone } = newRoom({ unpromotedIdle: 8_000 })
    promoted.add('a')
    open('a')
    for (let i = 0; i < 50; i++) await pass(2_000)
    promoted.delete('a')
    room.changed()
    await pass(7_999)
    expect(gone()).toEqual([])
    await pass(1)
    expect(gone()).toEqual(['a'])
  })

  it('is not looked at while there is nobody, and one look is enough for all', async () => {
    const { room, clock, open, pass } = newRoom({ unpromotedIdle: 8_000 })
    expect(clock.pending).toBe(0)
    const [first, second] = [open('a'), open('b')]
    expect(clock.pending).toBe(1)
    room.closed(first)
    await pass(8_000)
    expect(clock.pending).toBe(1)
    room.closed(second)
    await pass(2_000)
    expect(clock.pending).toBe(0)
  })

  it('counts from the start of the connection, not of the node', async () => {
    const { open, pass, gone } = newRoom({ unpromotedIdle: 8_000 })
    await pass(100_000)
    open('a')
    await pass(7_999)
    expect(gone()).toEqual([])
  })
})

describe('when the node stops', () => {
  it('before anybody came, nothing is wrong', () => {
    const { room } = newRoom({ maxUnpromoted: 0 })
    expect(() => room.stop()).not.toThrow()
  })

  it('who was there before is not counted when it starts anew', async () => {
    const { room, open, pass, gone } = newRoom({ maxUnpromoted: 1 })
    open('old')
    room.stop()
    room.start()
    open('new')
    await pass()
    expect(gone()).toEqual([])
  })

  it('nothing is looked at any more, until it starts anew with what comes then', async () => {
    const { room, clock, open, pass, gone } = newRoom({ maxUnpromoted: 0, unpromotedIdle: 8_000 })
    open('used', 'open')
    expect(clock.pending).toBe(1)
    room.stop()
    expect(clock.pending).toBe(0)
    open('late')
    room.changed()
    await pass(60_000)
    expect([gone(), clock.pending]).toEqual([[], 0])
    room.start()
    // whoever was there before is not counted any more
    expect(clock.pending).toBe(0)
    open('new')
    await pass()
    expect(gone()).toEqual(['new'])
  })
})
