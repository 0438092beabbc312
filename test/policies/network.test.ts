/**
 * Every policy once over real connections: sockets for streams, and for handshakes in secure channels.
 */
import { generateKeyPair } from '@libp2p/crypto/keys'
import { multiaddr } from '@multiformats/multiaddr'
import { MemoryDatastore } from 'datastore-core'
import { describe, expect, it } from 'vitest'
import { realClock } from '../../src/real-clock.ts'
import { addressOf, authorize, ourNode, SOCKETS } from '../network/nodes.ts'
import { eventually, next } from '../network/waiting.ts'
import type { PolicyInit } from '../../src/options/policy-options.ts'
import type { OurNode, Security } from '../network/nodes.ts'
import type { PeerLifecycleInit } from '../../src/index.ts'
import type { Clock } from '../../src/clock.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

type Init = Partial<PeerLifecycleInit>

const node = async (init: Init = {}, security: Security = 'plain'): Promise<OurNode> =>
  ourNode(init, { ...SOCKETS, security })

const nodes = async (count: number, security: Security = 'plain'): Promise<OurNode[]> =>
  Promise.all(Array.from({ length: count }, async () => node({}, security)))

const hub = async (policies: PolicyInit, init: Init, security: Security): Promise<OurNode> =>
  node({ policies, ...init }, security)

/** The peer is found: its address is stored, which libp2p calls a discovery. */
const find = async (by: OurNode, peer: OurNode): Promise<void> =>
  void (await by.peerStore.merge(peer.peerId, { multiaddrs: [addressOf(peer)] }))

const pathOf = (at: OurNode, peer: OurNode): string | undefined =>
  at.services.peers.getPeer(peer.peerId)?.path

const slotsOf = (at: OurNode): number => at.services.peers.status().slots.length

/** Real time, which can be put forward. */
function skippingClock(): { clock: Clock; skip: (ms: number) => void } {
  const real = realClock()
  let skipped = 0
  const clock: Clock = {
    now: () => real.now() + skipped,
    epoch: () => real.epoch() + skipped,
    after: (delay, callback) => real.after(delay, callback)
  }
  return {
    clock,
    skip: (ms) => {
      skipped += ms
    }
  }
}

describe.each(['plain', 'secured'] as const)('policies over the network, %s', (security) => {
  it('upgrade: connect() evicts the inbound peer that came last', async () => {
    const center = await hub({ upgradeSlots: 1 }, { maxPeers: 2 }, security)
    const [first, last, wanted] = (await nodes(3, security)) as [OurNode, OurNode, OurNode]
    await authorize(first, center)
    await authorize(last, center)
    const evicted = next(last.services.peers, 'peer:deauthorized')
    await center.services.peers.connect(addressOf(wanted))
    await expect(evicted).resolves.toMatchObject({ reason: 'evicted', by: 'remote' })
    await eventually(() => {
      expect(center.services.peers.isAuthorized(first.peerId)).toBe(true)
      expect(pathOf(center, last)).toMatch(/^rejected/)
      expect(slotsOf(center)).toBe(2)
    })
  })

  it('upgrade: a dial that fails costs nobody his slot', async () => {
    const center = await hub({ upgradeSlots: 1 }, { maxPeers: 1 }, security)
    const [guest, gone] = (await nodes(2, security)) as [OurNode, OurNode]
    await authorize(guest, center)
    const address = addressOf(gone)
    await gone.stop()
    await expect(center.services.peers.connect(address)).rejects.toMatchObject({
      reason: 'dial-failed'
    })
    expect(center.services.peers.isAuthorized(guest.peerId)).toBe(true)
    expect(slotsOf(center)).toBe(1)
  })

  it('eviction: a newcomer takes the place of the youngest of the largest net group', async () => {
    // whoever connects next comes from here
    let from = ''
    const seen = new Map<string, Multiaddr>()
    const addressOfPeer = ({ remoteAddr }: { remoteAddr: Multiaddr }): Multiaddr => {
      const port = remoteAddr.getComponents().find(({ name }) => name === 'tcp')?.value ?? ''
      const known = seen.get(port) ?? multiaddr(`/ip4/${from}/tcp/1`)
      seen.set(port, known)
      return known
    }
    const init = { maxPeers: 8, admission: { addressOf: addressOfPeer } }
    const center = await hub({ evictInbound: true }, init, security)
    const [rare, newcomer, ...crowd] = (await nodes(9, security)) as [
      OurNode,
      OurNode,
      ...OurNode[]
    ]
    for (const [index, peer] of crowd.entries()) {
      from = `66.66.${index}.1`
      await authorize(peer, center)
    }
    from = '77.7.7.7'
    await authorize(rare, center)
    const youngest = crowd.at(-1)!
    from = '88.8.8.8'
    const evicted = next(youngest.services.peers, 'peer:deauthorized')
    await authorize(newcomer, center)
    await expect(evicted).resolves.toMatchObject({ reason: 'evicted', by: 'remote' })
    expect(center.services.peers.isAuthorized(rare.peerId)).toBe(true)
    expect(slotsOf(center)).toBe(8)
  })

  it('churn: a peer of a full share leaves when its ten minutes are over, and another one comes', async () => {
    const { clock, skip } = skippingClock()
    const init = { maxPeers: 1, outboundShare: 1, clock, random: () => 0.5 }
    const center = await hub({ churnInterval: 50 }, init, security)
    const [one, other] = (await nodes(2, security)) as [OurNode, OurNode]
    await find(center, one)
    await eventually(() => expect(pathOf(center, one)).toBe('authorized'))
    await find(center, other)
    // several intervals long nothing happens
    const left = next(one.services.peers, 'peer:deauthorized')
    await new Promise((resolve) => realClock().after(200, () => resolve(undefined)))
    expect(pathOf(center, one)).toBe('authorized')
    skip(600_000)
    await expect(left).resolves.toMatchObject({ reason: 'evicted', by: 'remote' })
    await eventually(() => expect(pathOf(center, other)).toBe('authorized'))
    expect(slotsOf(center)).toBe(1)
  })

  it('feelers: a candidate is visited, never promoted, and left again', async () => {
    const init = { maxPeers: 1, outboundShare: 1, random: () => 0.5 }
    const center = await hub({ feelerInterval: 50 }, init, security)
    const [one, other] = (await nodes(2, security)) as [OurNode, OurNode]
    await find(center, one)
    await eventually(() => expect(pathOf(center, one)).toBe('authorized'))
    const paths: (string | undefined)[] = []
    other.services.peers.addEventListener('peer:transition', ({ detail }) =>
      paths.push(detail.toPath)
    )
    await find(center, other)
    await eventually(() => expect(pathOf(center, other)).toBe('connected.queued'))
    await eventually(() => expect(pathOf(center, other)).toBe('discovered.queued'))
    await eventually(() => expect(other.getConnections(center.peerId)).toEqual([]))
    expect(new Set(paths)).toEqual(new Set(['connected.unpromoted', 'discovered.idle']))
    expect(slotsOf(center)).toBe(1)
  })

  it('net groups: addresses of the local network are in none', async () => {
    const init = { maxPeers: 2, outboundShare: 1 }
    const center = await hub({ outboundPerGroup: 1 }, init, security)
    const [one, other] = (await nodes(2, security)) as [OurNode, OurNode]
    await find(center, one)
    await find(center, other)
    await eventually(() => {
      expect([pathOf(center, one), pathOf(center, other)]).toEqual(['authorized', 'authorized'])
    })
  })

  it('net groups: a peer that turns out to be in a full one leaves again', async () => {
    const everywhere = multiaddr('/ip4/66.66.1.1/tcp/1')
    const admission = { addressOf: () => everywhere }
    const init = { maxPeers: 2, outboundShare: 1, admission }
    const center = await hub({ outboundPerGroup: 1 }, init, security)
    const [one, other] = (await nodes(2, security)) as [OurNode, OurNode]
    await find(center, one)
    await eventually(() => expect(pathOf(center, one)).toBe('authorized'))
    const left = next(other.services.peers, 'peer:deauthorized')
    await find(center, other)
    await expect(left).resolves.toMatchObject({ reason: 'evicted', by: 'remote' })
    await eventually(() => expect(slotsOf(center)).toBe(1))
  })

  it('anchors: whom we dialed is dialed first after a restart', async () => {
    const datastore = new MemoryDatastore()
    const privateKey = await generateKeyPair('Ed25519')
    const lifecycle = { policies: { anchors: 1 }, outboundShare: 1, maxPeers: 3 }
    const start = async (): Promise<OurNode> =>
      ourNode(lifecycle, { ...SOCKETS, security, datastore, privateKey })
    const [one, other] = (await nodes(2, security)) as [OurNode, OurNode]
    const before = await start()
    await find(before, one)
    await eventually(() => expect(pathOf(before, one)).toBe('authorized'))
    await find(before, other)
    await eventually(() => expect(pathOf(before, other)).toBe('authorized'))
    await before.stop()

    const after = await start()
    await eventually(() => expect(pathOf(after, one)).toBe('authorized'))
    const kinds = after.services.peers.status().slots.map(({ peer, kind }) => [peer, kind])
    // wanted for one attempt, outside of the share of what is found
    expect(kinds).toContainEqual([one.peerId.toString(), 'requested'])
    expect(kinds).not.toContainEqual([other.peerId.toString(), 'requested'])
  })
})
