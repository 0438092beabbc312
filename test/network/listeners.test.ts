/** Listeners that throw, reject, or call whatever there is: law "blast radius", row H1 and H5. */
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { addressOf, authorize, ourNode, states, stockNode, PROTOCOL, streamsWith } from './nodes.ts'
import { only, TextHandshake } from '../../src/testing/text-handshake.ts'
import { eventually, failure, fence, journal, within } from './waiting.ts'
import type { PeerLifecycle } from '../../src/index.ts'
import type { OurNode } from './nodes.ts'

const EVENTS = [
  'peer:transition',
  'peer:authorized',
  'peer:rejected',
  'peer:deauthorized',
  'peer:fault'
] as const
type EventName = (typeof EVENTS)[number]

interface Scene {
  node: OurNode
  peer: OurNode
  third: OurNode
  clock: ManualClock
  handshake: TextHandshake
}

async function scene(): Promise<Scene> {
  const clock = new ManualClock()
  const handshake = new TextHandshake()
  return {
    clock,
    handshake,
    node: await ourNode({ clock, handshake }),
    peer: await ourNode({ clock: new ManualClock(), handshake: new TextHandshake() }),
    third: await ourNode({ clock: new ManualClock(), handshake: new TextHandshake() })
  }
}

/** Makes the event happen at the node, about the peer. */
async function provoke(event: EventName, { node, peer, handshake }: Scene): Promise<void> {
  const { peers } = node.services
  if (event === 'peer:fault' || event === 'peer:rejected') {
    handshake.judge =
      event === 'peer:rejected'
        ? only('nothing')
        : () => {
            throw new Error('a fault')
          }
  }
  await within(peers.connect(addressOf(peer)).catch(() => {}))
  if (event === 'peer:deauthorized') await within(peers.disconnect(peer.peerId))
}

describe('a listener of the service', () => {
  it.each(EVENTS)(
    'row H1: of %s that throws, or rejects: contained, reported, and the others run',
    async (event) => {
      const stage = await scene()
      const { peers } = stage.node.services
      const faults = journal(peers, 'peer:fault')
      let thrown = 0
      peers.addEventListener(event, () => {
        // a report of a fault of a listener of reports would have no end
        if (thrown > 0) return
        thrown++
        throw new Error('thrown by a listener')
      })
      let rejected = 0
      const rejecting = async (): Promise<void> => {
        if (rejected > 0) return
        rejected++
        throw new Error('rejected by a listener')
      }
      // the types forbid what users do all the same
      peers.addEventListener(event, rejecting as () => void)
      const after = journal(peers, event)
      await provoke(event, stage)
      await eventually(() => {
        const messages = faults
          .filter(([, { source }]) => source === 'listener')
          .map(([, { error }]) => (error as Error).message)
        expect(messages.toSorted()).toEqual(['rejected by a listener', 'thrown by a listener'])
      })
      expect(after.length).toBeGreaterThan(0)
    }
  )

  it('that is removed hears nothing more, once-listeners hear once', async () => {
    const stage = await scene()
    const { peers } = stage.node.services
    const seen: string[] = []
    const listener = (): void => void seen.push('removed')
    peers.addEventListener('peer:transition', listener)
    peers.removeEventListener('peer:transition', listener)
    peers.addEventListener('peer:transition', () => void seen.push('once'), { once: true })
    peers.addEventListener('peer:transition', { handleEvent: () => void seen.push('object') })
    await authorize(stage.node, stage.peer)
    expect(seen.filter((what) => what === 'once')).toHaveLength(1)
    expect(seen.filter((what) => what === 'removed')).toHaveLength(0)
    expect(seen.filter((what) => what === 'object').length).toBeGreaterThan(2)
  })
})

/** Every public method, called about the peer of the event and about a third. */
const CALLS: Record<string, (peers: PeerLifecycle, stage: Scene) => unknown> = {
  connect: async (peers, { peer, third }) =>
    Promise.allSettled([peers.connect(peer.peerId), peers.connect(addressOf(third))]),
  disconnect: async (peers, { peer }) => peers.disconnect(peer.peerId),
  'enqueue the peer': (peers, { peer }) => peers.enqueue(peer.peerId),
  'enqueue a third': (peers, { third }) => peers.enqueue(addressOf(third), { priority: 'static' }),
  isAuthorized: (peers, { peer }) => peers.isAuthorized(peer.peerId),
  getPeer: (peers, { peer }) => peers.getPeer(peer.peerId),
  getPeers: (peers) => peers.getPeers({ state: 'authorized' }),
  ban: (peers, { peer }) => peers.ban(peer.peerId, { duration: 1_000 }),
  'ban a third': (peers, { third }) => peers.ban(third.peerId),
  unban: (peers, { peer }) => peers.unban(peer.peerId),
  explain: (peers, { peer, third }) => [peers.explain(peer.peerId), peers.explain(third.peerId)],
  refresh: async (peers) => peers.refresh(),
  status: (peers) => peers.status(),
  stop: async (_peers, { node }) => node.stop()
}

/** What must be true whenever nobody is in the middle of anything. */
function recount({ node }: Scene): void {
  const { peers } = node.services
  const { slots, tracked } = peers.status()
  const holders = peers
    .getPeers()
    .filter(
      ({ state, path }) =>
        ['dialing', 'handshaking', 'authorized'].includes(state) || path === 'connected.promoting'
    )
    .map(({ peerId }) => peerId.toString())
  expect(slots.map(({ peer }) => peer).toSorted()).toEqual(holders.toSorted())
  expect(peers.getPeers()).toHaveLength(tracked)
}

describe.each(EVENTS)('re-entrancy, row H5: in every listener of %s', (event) => {
  it.each(Object.entries(CALLS))('%s is safe', async (name, call) => {
    const stage = await scene()
    const { peers } = stage.node.services
    const results: unknown[] = []
    const faults = journal(peers, 'peer:fault')
    let heard = 0
    const listener = (): void => {
      // a call that makes the event happen again would have no end
      if (heard++ < 8) results.push(call(peers, stage))
      recount(stage)
    }
    peers.addEventListener(event, listener)
    await provoke(event, stage)
    await within(Promise.allSettled(results))
    peers.removeEventListener(event, listener)
    expect(heard).toBeGreaterThan(0)
    // none of the calls threw: those that did would be reported
    expect(faults.filter(([, { source }]) => source !== 'verify')).toEqual([])
    recount(stage)

    // law "agreement", when everything has calmed down
    for (const other of [stage.peer, stage.third]) {
      await eventually(() => {
        stage.clock.advance(10)
        const [here, there] = states(stage.node, other)
        const isHere = here === 'authorized'
        const isThere = there === 'authorized'
        expect(`${name}: ${isHere}`).toBe(`${name}: ${isThere}`)
        expect(String(here)).not.toMatch(/handshaking|promoting/)
      })
    }
  })
})

describe('re-entrancy, the middle of a handshake', () => {
  it('agreement: connect() is aborted by a listener at the very start of the handshake', async () => {
    const { node, peer } = await scene()
    const controller = new AbortController()
    const authorized = journal(peer.services.peers, 'peer:authorized')
    node.services.peers.addEventListener('peer:transition', ({ detail }) => {
      if (detail.to === 'handshaking') controller.abort()
    })
    const { signal } = controller
    const error = await failure(node.services.peers.connect(addressOf(peer), { signal }))
    expect(error).toMatchObject({ reason: 'aborted' })
    await eventually(() => {
      expect(streamsWith(node, peer)).toEqual([])
      expect(peer.services.peers.status().peers.handshaking).toBe(0)
    })
    await fence(node, peer)
    expect(authorized).toEqual([])
    expect(states(node, peer)[0]).toBe('connected.unpromoted')
  })

  it('a silent peer is banned by a listener while its handshake begins', async () => {
    const { node } = await scene()
    const silent = await stockNode()
    await silent.handle(PROTOCOL, () => {})
    node.services.peers.addEventListener('peer:transition', ({ detail }) => {
      if (detail.to === 'handshaking') node.services.peers.ban(silent.peerId)
    })
    const error = await failure(node.services.peers.connect(addressOf(silent)))
    expect(error).toMatchObject({ reason: 'banned', by: 'local' })
    await eventually(() => expect(node.getConnections()).toEqual([]))
    expect(node.services.peers.status().slots).toEqual([])
  })
})
