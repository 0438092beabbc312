import { describe, expect, it } from 'vitest'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { Peers } from '../../src/peers/peers.ts'
import { Waiters } from '../../src/peers/waiters.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import type { Connection, PeerId } from '@libp2p/interface'

const newPeerId = async (): Promise<PeerId> =>
  peerIdFromPrivateKey(await generateKeyPair('Ed25519'))

const peerIds = (count: number): Promise<PeerId[]> =>
  Promise.all(Array.from({ length: count }, newPeerId))

/** A connection as far as the peers' room looks at one. */
const connectionTo = (remotePeer: PeerId): Connection =>
  ({ remotePeer, status: 'open', direction: 'inbound' }) as Connection

const newPeers = async (maxTracked: number, awaited = new Set<string>()) => {
  const clock = new ManualClock()
  const forgotten: string[] = []
  const peers = new Peers(
    { self: await newPeerId(), maxTracked, maxBans: 10, clock, random: () => 0.5 },
    {
      carryOut: (effect, peer) => {
        if (effect === 'armCoolDown') {
          const { until } = peer.context
          clock.after(until - clock.now(), () => peers.send(peer, { type: 'coolDown.over', until }))
        }
      },
      onMove: () => {},
      onSettled: () => {},
      onUntaken: () => {},
      onFault: () => {},
      onQuiet: () => false,
      onForgotten: ({ key }) => forgotten.push(key),
      isAwaited: (key) => awaited.has(key)
    }
  )
  return { peers, clock, forgotten }
}

const wanted = (priority: 'static' | 'discovered') =>
  ({ type: 'peer.wanted', priority, lasting: true, urgent: false }) as const

describe('tracked peers', () => {
  it('never tracks ourselves', async () => {
    const clock = new ManualClock()
    const self = await newPeerId()
    const ports = { carryOut() {}, onMove() {}, onSettled() {}, onUntaken() {}, onFault() {} }
    const peers = new Peers(
      { self, maxTracked: 5, maxBans: 1, clock, random: () => 0 },
      { ...ports, onQuiet: () => false, onForgotten() {}, isAwaited: () => false }
    )
    expect(peers.track(self)).toBeUndefined()
    expect(peers.size).toBe(0)
  })

  it('says of a peer that is forgotten what it was in the end', async () => {
    const { peers } = await newPeers(1)
    const [old, newcomer] = await peerIds(2)
    const peer = peers.track(old!)
    peers.track(newcomer!)
    expect(peers.get(old!.toString())).toBeUndefined()
    expect(peer).toMatchObject({ path: 'forgotten', state: 'discovered' })
  })

  it('takes over from a memory that others share that a ban was lifted', async () => {
    const { peers, clock } = await newPeers(5)
    const [id] = await peerIds(1)
    const key = id!.toString()
    peers.opened(connectionTo(id!))
    peers.restoreBan(key, { at: 1, until: clock.now() + 60_000 })
    expect(peers.get(key)?.path).toBe('rejected.connected')
    // a word of before, and one that says the same
    expect(peers.restoreBan(key, { at: 0, until: undefined })).toBe(false)
    expect(peers.restoreBan(key, { at: 1, until: clock.now() + 60_000 })).toBe(false)
    expect(peers.restoreBan(key, { at: 2, until: undefined })).toBe(true)
    expect(peers.get(key)?.path).toBe('connected.unpromoted')
    expect(peers.bans.until(key)).toBeUndefined()
  })

  it('replaces the oldest that is merely known, never one that matters', async () => {
    const [linked, fixed, awaitedId, idle, queued, slotted, newcomer] = await peerIds(7)
    const awaited = new Set([String(awaitedId)])
    const { peers, forgotten } = await newPeers(6, awaited)
    peers.opened(connectionTo(linked!))
    peers.send(peers.track(fixed!)!, wanted('static'))
    peers.track(awaitedId!)
    peers.track(idle!)
    peers.send(peers.track(queued!)!, wanted('discovered'))
    const dialing = peers.track(slotted!)!
    peers.send(dialing, wanted('discovered'))
    peers.send(dialing, { type: 'slot.granted', session: 1, direction: 'outbound', usable: false })

    expect(peers.track(newcomer!)).toBeDefined()
    expect(forgotten).toEqual([String(idle)])
    const others = await peerIds(3)
    for (const other of others) peers.track(other)
    // the newcomers themselves, oldest first, for somebody wants the queued one
    expect(forgotten.slice(1)).toEqual([newcomer, others[0], others[1]].map(String))
    for (const kept of [linked, fixed, awaitedId, slotted, queued]) {
      expect(peers.get(String(kept))).toBeDefined()
    }
    expect(peers.size).toBe(6)
    // nobody is left that nobody wants
    peers.send(peers.track(others[2]!)!, wanted('discovered'))
    peers.track(newcomer!)
    expect(forgotten.at(-1)).toBe(String(queued))
  })

  it('refuses a newcomer when every one must be kept', async () => {
    const { peers } = await newPeers(2)
    const [one, two, three] = await peerIds(3)
    peers.opened(connectionTo(one!))
    peers.opened(connectionTo(two!))
    expect(peers.track(three!)).toBeUndefined()
    expect(peers.opened(connectionTo(three!))).toBeUndefined()
    expect(peers.size).toBe(2)
  })

  it('keeps a cool-down longer than what is merely known', async () => {
    const { peers, forgotten } = await newPeers(2)
    const [cooling, known, newcomer] = await peerIds(3)
    const peer = peers.track(cooling!)!
    peers.send(peer, { type: 'peer.dismissed', reason: 'requested', at: 0, luck: 0 })
    expect(peer.path).toBe('rejected.disconnected')
    peers.track(known!)
    peers.track(newcomer!)
    expect(forgotten).toEqual([String(known)])
  })

  it('is what the list of connections says, whatever upstream sends and in which order', async () => {
    const { peers } = await newPeers(5)
    const id = await newPeerId()
    const one = connectionTo(id)
    const two = connectionTo(id)
    peers.closed(one)
    expect(peers.get(String(id))).toBeUndefined()
    peers.opened(one)
    peers.opened(one)
    peers.opened(two)
    expect(peers.get(String(id))?.path).toBe('connected.unpromoted')
    peers.closed(one)
    peers.closed(one)
    expect(peers.get(String(id))?.path).toBe('connected.unpromoted')
    expect(peers.connected).toBe(1)
    peers.closed(two)
    expect(peers.get(String(id))?.path).toBe('discovered.idle')
    expect(peers.connected).toBe(0)
    // one that was closed before we heard of it
    peers.opened({ ...connectionTo(id), status: 'closed' } as Connection)
    expect(peers.get(String(id))?.path).toBe('discovered.idle')
  })

  it('bans a peer that is not known yet as soon as it is', async () => {
    const { peers, clock } = await newPeers(5)
    const id = await newPeerId()
    peers.ban(id, 1_000)
    expect(peers.standstill(String(id))).toMatchObject({
      reason: 'banned',
      by: 'local',
      until: 1_000
    })
    expect(peers.track(id)?.path).toBe('rejected.disconnected')
    clock.advance(1_000)
    expect(peers.standstill(String(id))).toBeUndefined()
    expect(peers.get(String(id))?.path).toBe('discovered.idle')
  })

  it('lets the last of ban and unban win', async () => {
    const { peers } = await newPeers(5)
    const id = await newPeerId()
    const peer = peers.track(id)!
    peers.ban(id, 1_000)
    peers.ban(id, 10)
    expect(peers.standstill(peer.key)?.until).toBe(10)
    expect(peers.unban(id)).toBe(true)
    expect(peers.unban(id)).toBe(false)
    expect(peer.path).toBe('discovered.idle')
    expect(peers.standstill(peer.key)).toBeUndefined()
  })
})

describe('waiters', () => {
  it('are each settled once, and released', () => {
    const waiters = new Waiters<string>()
    const log: string[] = []
    const waiter = (name: string) => ({
      resolve: (value: string) => log.push(`${name} got ${value}`),
      reject: (error: Error) => log.push(`${name} failed: ${error.message}`),
      release: () => log.push(`${name} released`)
    })
    const [one, two, three] = [waiter('one'), waiter('two'), waiter('three')]
    waiters.add('peer', one)
    waiters.add('peer', two)
    expect(waiters.remove('peer', one)).toBe(false)
    expect(waiters.remove('peer', one)).toBe(false)
    waiters.resolve('peer', 'it')
    waiters.resolve('peer', 'it again')
    waiters.add('peer', three)
    waiters.reject('peer', new Error('no'))
    expect(waiters.remove('peer', three)).toBe(false)
    expect(waiters.has('peer')).toBe(false)
    expect(log).toEqual([
      'one released',
      'two released',
      'two got it',
      'three released',
      'three failed: no'
    ])
  })
})
