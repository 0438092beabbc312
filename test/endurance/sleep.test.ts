import { describe, expect, it, onTestFinished } from 'vitest'
import { settled } from '../../src/testing/settled.ts'
import { Network } from '../../src/testing/simulation/network.ts'
import { idOf, ScriptedPeer } from '../../src/testing/simulation/scripted-peer.ts'
import { SimulatedNode } from '../../src/testing/simulation/simulated-node.ts'
import { hours, seconds } from '../rounds/world.ts'
import { Sleeper } from './sleeper.ts'
import type { PeerLifecycleInit } from '../../src/index.ts'
import type { Script } from '../../src/testing/simulation/scripted-peer.ts'

const DAY = hours(24)

/** A node on a machine that can be put to sleep; other machines stay awake. */
const laptop = async (options: Partial<PeerLifecycleInit<string>> = {}) => {
  const network = new Network()
  const machine = new Sleeper(network.clock)
  const { clock } = machine
  const node = await SimulatedNode.start(network, idOf('self'), '/ip4/20.0.0.1/tcp/4001', {
    clock,
    ...options
  })
  onTestFinished(async () => {
    const stopped = node.stop()
    await network.advance(seconds(20))
    await stopped
    expect(clock.size).toBe(0)
  })
  let named = 0
  const peer = async (name: string, script: Script = 'honest'): Promise<ScriptedPeer> => {
    const address = `/ip4/40.${named >> 8}.${named++ & 255}.1/tcp/4001`
    const made = new ScriptedPeer(network, name, address, script)
    await node.peerStore.component.merge(made.peerId, { multiaddrs: [made.address] })
    return made
  }
  const is = ({ peerId }: ScriptedPeer): string => {
    const { path, reason, dial } = node.peers.explain(peerId)
    return reason === undefined || reason === dial ? path : `${path}: ${reason}`
  }
  /** The machine sleeps; the world goes on, up to the moment at which it wakes. */
  const sleep = async (ms: number, isCounted: boolean): Promise<void> => {
    machine.sleep(ms, isCounted)
    await network.advance(ms)
  }
  return { network, machine, node, peer, is, sleep }
}

const SYSTEMS = [
  ['on a system whose clock runs on', true],
  ['on a system whose clock stands still', false]
] as const

/** Who waits for what when the machine falls asleep: the state, and the word when it is over. */
const WAITING = [
  ['a dial', 'dialing', 'dial-failed'],
  ['a handshake', 'handshaking.initiating', 'timeout']
] as const

describe.each(SYSTEMS)('a laptop that sleeps %s', (_system, isCounted) => {
  it.each(WAITING)('during %s, night after night: counts no failure', async (_, state, word) => {
    const { network, node, peer, is, sleep } = await laptop({ random: () => 0.999 })
    const other = await peer('other', 'silent')
    if (state === 'dialing') network.route(other.peerId, 'hanging')
    node.peers.enqueue(other.peerId)
    /** The cool-down, in milliseconds, when this attempt is over; and the next one begins. */
    const coolDown = async (): Promise<number> => {
      for (let second = 0; is(other) === state; second++) {
        expect(second).toBeLessThan(11)
        await network.advance(seconds(1))
      }
      const { reason, retryAt = 0, since = 0 } = node.peers.explain(other.peerId)
      expect(reason).toBe(word)
      await network.advance(retryAt - since)
      expect(is(other)).toBe(state)
      return retryAt - since
    }
    await network.advance(seconds(1))
    for (let night = 0; night < 4; night++) {
      await sleep(hours(8), isCounted)
      // as after a first failure, every time
      expect(await coolDown()).toBe(4_995)
    }
    expect(node.peers.status()).toMatchObject({ banned: 0, mode: 'filling' })
    // by day failures count
    expect(await coolDown()).toBe(4_995)
    expect(await coolDown()).toBe(9_990)
  })
})

describe('a laptop that sleeps', () => {
  it('hears what was said while it slept before it gives up', async () => {
    const { network, node, peer, is, sleep } = await laptop()
    const slow = await peer('slow', 'silent')
    node.peers.enqueue(slow.peerId)
    await network.advance(seconds(1))
    expect(is(slow)).toBe('handshaking.initiating')
    await sleep(hours(1), true)
    expect(is(slow)).toBe('handshaking.initiating')
    await network.advance(seconds(4.9))
    expect(is(slow)).toBe('handshaking.initiating')
    await network.advance(seconds(0.1))
    expect(is(slow)).toBe('rejected.connected: timeout')
  })

  it('comes back to 250 peers whose cool-downs are over, and dials them no faster than ever', async () => {
    const { network, node, peer, sleep } = await laptop({
      maxPeers: 280,
      outboundShare: 1,
      parallelDials: 280
    })
    const peers = await Promise.all(Array.from({ length: 250 }, (_, i) => peer(`peer ${i}`)))
    network.down()
    for (const { peerId } of peers) node.peers.enqueue(peerId)
    await network.advance(hours(1))
    const { mode } = node.peers.status()
    expect(mode).toBe('offline')
    await sleep(hours(8), true)
    network.up()
    const began = node.dialer.journal.length
    const perSecond: number[] = []
    for (let second = 0, before = began; second < 90; second++) {
      await network.advance(seconds(1))
      perSecond.push(node.dialer.journal.length - before)
      before = node.dialer.journal.length
    }
    await network.advance(seconds(60))
    const { authorized } = node.peers.status().peers
    expect(authorized).toBe(250)
    // what the token bucket holds, and what it gets in that second
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(16 + 8)
    expect(perSecond.filter((dials) => dials > 8).length).toBeLessThanOrEqual(1)
    expect(perSecond.filter((dials) => dials > 0).length).toBeGreaterThanOrEqual(30)
    expect(node.peers.status().banned).toBe(0)
  })
})

/**
 * What becomes of a peer in each state, second by second, when the clock is set at the second `at`. Luck
 * is 0: however many failures are counted, a back-off has its shortest length.
 */
const course = async (by: number, at: number): Promise<string[]> => {
  const { network, machine, node, peer, is } = await laptop({ random: () => 0 })
  const peers = [
    await peer('honest'),
    await peer('silent', 'silent'),
    await peer('other', 'wrong chain'),
    await peer('full', 'too-many-peers'),
    await peer('hanging'),
    await peer('refusing'),
    await peer('banned')
  ]
  network.route(peers[4]!.peerId, 'hanging')
  network.route(peers[5]!.peerId, 'refused')
  for (const { peerId } of peers) node.peers.enqueue(peerId)
  node.peers.ban(peers[6]!.peerId, { duration: seconds(20) })
  const seen: string[] = []
  for (let second = 0; second < 40; second++) {
    if (second === at) machine.setWallClock(by)
    await network.advance(seconds(1))
    seen.push(peers.map(is).join(' '))
  }
  return seen
}

describe('a wall clock that is set by a day', () => {
  it.each([-DAY, DAY])(
    'by %i ms, in every state: no deadline comes sooner or later',
    async (by) => {
      const expected = await course(0, 0)
      expect(new Set(expected.flatMap((line) => line.split(' '))).size).toBeGreaterThan(8)
      for (const at of [1, 4, 7, 12, 21]) {
        expect(await course(by, at), `set at second ${at}`).toEqual(expected)
      }
    }
  )

  it.each([-DAY, DAY])('by %i ms: what is shown is right, before and after', async (by) => {
    const { network, machine, node, peer } = await laptop()
    const banned = await peer('banned')
    const other = await peer('other', 'wrong chain')
    node.peers.enqueue(other.peerId)
    await network.advance(seconds(1))
    const shown = node.peers.explain(other.peerId).retryAt ?? 0
    node.peers.ban(banned.peerId, { duration: hours(1) })
    machine.setWallClock(by)
    expect(node.peers.explain(other.peerId).retryAt).toBe(shown + by)
    expect(node.peers.explain(banned.peerId).retryAt).toBe(machine.epoch() + hours(1))
    await network.advance(hours(1) - 1)
    await settled()
    expect(node.peers.explain(banned.peerId).reason).toBe('banned')
    await network.advance(1)
    expect(node.peers.explain(banned.peerId).reason).not.toBe('banned')
  })
})
