import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { Interpreter } from '../../src/peers/interpreter.ts'
import { settled } from '../../src/testing/settled.ts'
import { Network } from '../../src/testing/simulation/network.ts'
import { idOf, ScriptedPeer } from '../../src/testing/simulation/scripted-peer.ts'
import { SimulatedNode } from '../../src/testing/simulation/simulated-node.ts'
import { silent } from '../../src/testing/simulation/simulated-stream.ts'
import { seconds } from '../rounds/world.ts'
import { heapInUse, slopeOf } from './heap.ts'
import type { PeerLifecycleInit } from '../../src/index.ts'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** A node with the whole service in a network without sockets, and what it warned of. */
const flooded = async (options: Partial<PeerLifecycleInit<string>> = {}) => {
  const warn = vi.spyOn(silent, 'error')
  const network = new Network()
  const node = await SimulatedNode.start(network, idOf('self'), '/ip4/20.0.0.1/tcp/4001', options)
  onTestFinished(async () => {
    const stopped = node.stop()
    await network.advance(seconds(2))
    await stopped
  })
  /** The kinds of warnings, and how often there was each. */
  const warnings = (): Record<string, number> => {
    const counts: Record<string, number> = {}
    for (const [format, what] of warn.mock.calls) {
      const text = `${String(format)} ${String(what)}`
      for (const word of ['share of the queue', 'ban table', 'peer table', 'every tracked peer']) {
        if (text.includes(word)) counts[word] = (counts[word] ?? 0) + 1
      }
    }
    return counts
  }
  /** What the simulation writes down for other tests. */
  const forget = (): void => {
    warn.mock.calls.length = Math.min(warn.mock.calls.length, 1_000)
    for (const journal of [node.dialer.journal, ...Object.values(node).filter(Array.isArray)]) {
      journal.length = 0
    }
  }
  return { network, node, warnings, forget }
}

/** A peer id as far as a candidate needs one: cheap, for there are to be a million of them. */
const cheapId = (name: string): PeerId =>
  ({
    type: 'Ed25519',
    toString: () => name,
    equals: (other?: unknown) => String(other) === name
  }) as PeerId

afterEach(() => void vi.restoreAllMocks())

describe('a million discoveries', () => {
  it('make a few thousand charts, and no heap', { timeout: 300_000 }, async () => {
    const { network, node, warnings, forget } = await flooded()
    const created = vi.spyOn(Interpreter.prototype, 'create')
    const heaps: number[] = []
    let charts = 0
    for (let i = 0; i < 1_000_000; i++) {
      const id = cheapId(`12D3KooW${i}`)
      node.components.events.safeDispatchEvent('peer:discovery', { detail: { id, multiaddrs: [] } })
      if (i % 10_000 === 9_999) await network.advance(seconds(1))
      if (i % 100_000 !== 99_999) continue
      charts += created.mock.calls.length
      created.mockClear()
      forget()
      heaps.push(await heapInUse())
    }
    const { tracked, queued, slots } = node.peers.status()
    expect(tracked).toBeLessThanOrEqual(1_000)
    // those whose cool-downs are over wait beside the sample
    expect(queued.discovered).toBeLessThanOrEqual(1_000)
    expect(slots.length).toBeLessThanOrEqual(16)
    // the half of the table, filled anew as often as it is dialed empty, and the sample of all others
    expect(charts).toBeLessThan(20_000)
    expect(slopeOf(heaps.slice(1)) / 100_000).toBeLessThan(1)
    expect(warnings()['share of the queue']).toBe(1)
  })
})

describe('one peer with 20,000 addresses', () => {
  it('is dialed at eight, in time, and nothing of the others is kept', async () => {
    const { network, node } = await flooded()
    const id = idOf('sprawling')
    const addresses = Array.from({ length: 20_000 }, (_, i) =>
      multiaddr(`/ip4/50.${i >> 8}.${i & 255}.1/tcp/${1 + (i % 60_000)}`)
    )
    const refs = addresses.map((address) => new WeakRef(address))
    const dials: Multiaddr[][] = []
    const open = node.dialer.open.bind(node.dialer)
    vi.spyOn(node.dialer, 'open').mockImplementation((target, options) => {
      dials.push([target].flat() as Multiaddr[])
      return open(target, options)
    })
    await node.peerStore.component.merge(id, { multiaddrs: addresses.splice(0) })
    const before = process.cpuUsage()
    await settled()
    const { user, system } = process.cpuUsage(before)
    // one dial, address by address
    expect(new Set(dials.flat().map(String)).size).toBe(8)
    // reading a thousand addresses takes milliseconds, whatever machine this is
    expect((user + system) / 1_000).toBeLessThan(2_000)
    await network.advance(seconds(60))
    expect(dials.length).toBeGreaterThan(8)
    dials.length = 0
    vi.restoreAllMocks()
    await node.peerStore.component.delete(id)
    await network.advance(seconds(60))
    await heapInUse()
    const kept = refs.filter((ref) => ref.deref() !== undefined).length
    expect(kept).toBeLessThanOrEqual(8)
  })
})

describe('ten thousand peer ids from one IP address', () => {
  it('get in at the rate of one host, and leave nothing behind', { timeout: 300_000 }, async () => {
    const { network, node, forget } = await flooded({ maxTracked: 200 })
    const from = multiaddr('/ip4/66.66.66.66/tcp/4001')
    // a network that does not remember its visitors
    const visitors = {
      add() {},
      dial: (...dial: Parameters<Network['dial']>) => network.dial(...dial)
    } as unknown as Network
    const heard: Record<string, number> = {}
    const heaps: number[] = []
    for (let i = 0; i < 10_000; i++) {
      const peer = new ScriptedPeer(visitors, `id ${i}`, from.toString(), 'silent')
      await peer.greet(node)
      await settled()
      const [word = 'nothing'] = peer.heard
      heard[word] = (heard[word] ?? 0) + 1
      await peer.leave()
      await network.advance(10)
      // libp2p's store remembers everybody who was ever connected
      await node.peerStore.component.delete(peer.peerId)
      if (i % 1_000 !== 999) continue
      forget()
      heaps.push(await heapInUse())
    }
    const { slots, tracked, banned } = node.peers.status()
    // the last comes after 99.99 s: a burst of 16, and one in five seconds
    expect(heard).toEqual({ hello: 16 + 19, 'reject: busy': 10_000 - 35 })
    expect(slots).toEqual([])
    expect([tracked, banned]).toEqual([200, 0])
    expect(slopeOf(heaps.slice(2)) / 1_000).toBeLessThan(50)
  })
})

describe('bans without end', () => {
  it('a hundred thousand: the last thousand hold, with one warning', async () => {
    const { node, warnings } = await flooded()
    const ids = Array.from({ length: 2_000 }, (_, i) => idOf(`banned ${i}`))
    for (let round = 0; round < 50; round++) {
      for (const id of ids) node.peers.ban(id, { duration: seconds(3_600 + round) })
    }
    expect(node.peers.status().banned).toBe(1_000)
    for (const id of ids.slice(-1_000)) expect(node.peers.explain(id).reason).toBe('banned')
    expect(warnings()['ban table']).toBe(1)
  })
})
