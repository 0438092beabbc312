/** Handshakes that tell when they have changed their mind: how that begins, goes wrong, and ends. */
import { describe, expect, it } from 'vitest'
import { allOf } from '../../src/index.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { addressOf, authorize, ourNode, SOCKETS } from './nodes.ts'
import { TextHandshake } from '../../src/testing/text-handshake.ts'
import { eventually, journal, next, within } from './waiting.ts'
import type { Handshake, HandshakeChange } from '../../src/index.ts'

const boom = (): never => {
  throw new Error('boom')
}

/** What a handshake of words may do when it is subscribed to. */
type Subscribe = NonNullable<Handshake['subscribe']>

const changing = (subscribe: unknown): Handshake<string> => {
  const words = new TextHandshake()
  return {
    hello: () => words.hello(),
    verify: (payload) => words.verify(payload),
    subscribe: subscribe as Subscribe
  }
}

/** One of several handshakes that are combined. */
const part = (name: string, subscribe: Subscribe): Handshake<{}> => ({
  parts: [name],
  hello: () => new Uint8Array(0),
  verify: () => ({}),
  subscribe
})

describe('a subscription', () => {
  it('blast radius: that cannot begin fails start() with its error, and leaves nothing', async () => {
    const clock = new ManualClock()
    const broken = new Error('no list today')
    const handshake = changing(() => {
      throw broken
    })
    const b = await ourNode({ handshake: new TextHandshake() }, SOCKETS)
    const staticPeers = [addressOf(b)]
    const a = await ourNode({ clock, handshake, staticPeers }, { ...SOCKETS, start: false })
    await expect(Promise.resolve(a.start())).rejects.toBe(broken)
    expect(a.status).toBe('stopped')
    expect(clock.pending).toBe(0)
    expect(a.services.peers.status()).toMatchObject({ mode: 'stopped', slots: [], tracked: 0 })
    await eventually(() => expect(b.getConnections()).toEqual([]))
  })

  it('of which one part cannot begin leaves none of the others behind', () => {
    let isSubscribed = false
    const counted = part('counted', () => {
      isSubscribed = true
      return () => void (isSubscribed = false)
    })
    const faulty = part('faulty', () => boom())
    expect(() => allOf(counted, faulty).subscribe?.(() => {})).toThrow('boom')
    expect(isSubscribed).toBe(false)
  })

  it.each([
    ['nothing', () => {}],
    ['a word', () => 'subscribed'],
    ['a promise', async () => () => {}]
  ])('that gives %s instead of its end fails start(), too', async (_name, subscribe) => {
    const a = await ourNode({ handshake: changing(subscribe) }, { start: false })
    await expect(Promise.resolve(a.start())).rejects.toThrow(/Expected subscribe\(\) to return/)
    expect(a.status).toBe('stopped')
  })

  it('settle: of which the end throws is a fault that is told, and stop() ends all the same', async () => {
    const clock = new ManualClock()
    const a = await ourNode({ clock, handshake: changing(() => boom) }, SOCKETS)
    const b = await ourNode({ handshake: new TextHandshake() }, SOCKETS)
    await authorize(a, b)
    const faults = journal(a.services.peers, 'peer:fault')
    const told = next(b.services.peers, 'peer:deauthorized')
    await within(Promise.resolve(a.stop()))
    expect(await told).toMatchObject({ reason: 'shutting-down', by: 'remote' })
    expect(clock.pending).toBe(0)
    expect(faults).toMatchObject([
      ['peer:fault', { source: 'subscribe', error: { message: 'boom' } }]
    ])
  })

  it('of which the end of one part throws ends those of the others', () => {
    const ended: string[] = []
    const handshake = allOf(
      part('faulty', () => boom),
      part('other', () => () => void ended.push('other'))
    )
    const end = handshake.subscribe!(() => {})
    expect(() => end()).toThrow('A subscription could not be ended')
    expect(ended).toEqual(['other'])
  })

  it('that goes on after stop() changes nothing, and again after start() everything', async () => {
    const listeners: ((change: HandshakeChange) => void)[] = []
    // this one never lets go of a listener
    const handshake = changing((listener: (change: HandshakeChange) => void) => {
      listeners.push(listener)
      return () => {}
    })
    const a = await ourNode({ handshake }, SOCKETS)
    const b = await ourNode({ handshake: new TextHandshake() }, SOCKETS)
    const peer = b.peerId.toString()
    await authorize(a, b)
    await a.stop()
    const heard = journal(a.services.peers, 'peer:transition', 'peer:fault')
    const revoked = { type: 'revoked', peer, reason: 'not-allowed' } as const
    for (const listener of listeners) listener(revoked)
    for (const listener of listeners) listener({ type: 'allowed', peer })
    expect(heard).toEqual([])
    expect(a.services.peers.status()).toMatchObject({ tracked: 0, slots: [] })

    await a.start()
    await authorize(a, b)
    expect(listeners).toHaveLength(2)
    // the first was that of a node that has stopped
    listeners[0]!(revoked)
    expect(a.services.peers.isAuthorized(b.peerId)).toBe(true)
    listeners[1]!(revoked)
    expect(a.services.peers.isAuthorized(b.peerId)).toBe(false)
  })

  it('closed words: a word that is none is `refused`; of nobody, and of nothing, it changes nothing', async () => {
    const listeners: ((change: HandshakeChange) => void)[] = []
    const handshake = changing((listener: (change: HandshakeChange) => void) => {
      listeners.push(listener)
      return () => {}
    })
    const a = await ourNode({ handshake }, SOCKETS)
    const b = await ourNode({ handshake: new TextHandshake() }, SOCKETS)
    await authorize(a, b)
    const faults = journal(a.services.peers, 'peer:fault')
    const nonsense: unknown[] = [
      undefined,
      {},
      { type: 'revoked' },
      { type: 'revoked', peer: 7, reason: 'refused' },
      { type: 'revoked', peer: a.peerId.toString(), reason: 'refused' },
      { type: 'allowed', peer: b.peerId.toString() },
      { type: 'forgotten', peer: b.peerId.toString() }
    ]
    const tell = (change: unknown): void => listeners[0]!(change as HandshakeChange)
    for (const change of nonsense) tell(change)
    expect(a.services.peers.isAuthorized(b.peerId)).toBe(true)
    const told = next(b.services.peers, 'peer:deauthorized')
    tell({ type: 'revoked', peer: b.peerId.toString(), reason: 'because' })
    expect(a.services.peers.explain(b.peerId)).toMatchObject({ reason: 'refused', by: 'local' })
    expect(await told).toMatchObject({ reason: 'refused', by: 'remote' })
    expect(faults).toEqual([])
  })
})
