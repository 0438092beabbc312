import { HandshakeRefusedError } from '../../src/index.ts'
import { settled } from '../../src/testing/settled.ts'
import { Network } from '../../src/testing/simulation/network.ts'
import { idOf, ScriptedPeer } from '../../src/testing/simulation/scripted-peer.ts'
import { CHAIN, SimulatedNode } from '../../src/testing/simulation/simulated-node.ts'
import { heapInUse, slopeOf } from './heap.ts'
import { Sleeper } from './sleeper.ts'

/** Longer than any cool-down: whatever a session left behind for a while is over then. */
const REST = 25 * 3_600_000

/** Virtual milliseconds from one session to the next. */
const PAUSE = 100

/** What is there of everything that must not grow. */
interface Census {
  /** Deadlines of the service. */
  readonly deadlines: number
  /** Listeners on the node's events, and on the service. */
  readonly listeners: number
  readonly connections: number
  readonly slots: number
  readonly tracked: number
  /** What keeps the process's loop busy: sockets, timers, workers. */
  readonly handles: number
}

export interface Endurance {
  readonly before: Census
  readonly after: Census
  /** Sessions that came to an agreement. */
  readonly authorized: number
  /** Bytes of heap in use, without compiled code, after every twentieth of the sessions. */
  readonly heaps: readonly number[]
  /** Bytes by which the heap grows with a session: the slope of the line through them. */
  readonly slope: number
}

export interface EnduranceInit {
  /** Peers that are tracked; a few more take turns, so that they drive each other out. */
  readonly tracked: number
  /** Sessions that are lived through before anything is measured: until every bounded record is full. */
  readonly warmUp: number
  readonly sessions: number
}

/**
 * Peers come, shake hands and go, one after the other: most of them by themselves, some because we
 * dialed them, some of another chain. The whole service runs, on a network without sockets.
 */
export async function endure({ tracked, warmUp, sessions }: EnduranceInit): Promise<Endurance> {
  const network = new Network()
  const { clock } = new Sleeper(network.clock)
  const node = await SimulatedNode.start(network, idOf('self'), '/ip4/20.0.0.1/tcp/4001', {
    clock,
    maxTracked: tracked,
    handshake: { hello: () => encode(CHAIN), verify: judge },
    // whom nobody asks for is not dialed again, so that all is quiet in the end
    outboundShare: 0
  })
  const crowd = Array.from({ length: Math.ceil(tracked * 1.25) }, (_, i) => newPeer(network, i))
  let authorized = 0
  node.peers.addEventListener('peer:authorized', () => authorized++)

  /** Asks for the peer, and waits for the verdict as long as it takes: dials are limited. */
  const connect = async (peer: ScriptedPeer): Promise<void> => {
    const verdict = new AbortController()
    const over = (): void => verdict.abort()
    node.peers.connect(addressOf(peer)).then(over, over)
    while (!verdict.signal.aborted) await network.advance(PAUSE)
  }
  let lived = 0
  const live = async (count: number): Promise<void> => {
    for (const end = lived + count; lived < end; lived++) {
      const peer = crowd[lived % crowd.length]!
      await (lived % 4 === 0 ? connect(peer) : peer.greet(node))
      await network.advance(PAUSE)
      await peer.leave()
      await settled()
      peer.heard.length = 0
    }
    // what the simulation writes down for other tests
    for (const journal of [node.dialer.journal, ...Object.values(node).filter(Array.isArray)]) {
      journal.length = 0
    }
  }
  const census = async (): Promise<Census> => {
    await network.advance(REST)
    return {
      deadlines: clock.size,
      listeners: listenersOf(node),
      connections: node.connections.length,
      slots: node.peers.status().slots.length,
      tracked: node.peers.status().tracked,
      handles: process.getActiveResourcesInfo().length
    }
  }

  await live(warmUp)
  const before = await census()
  const heaps: number[] = []
  const step = Math.ceil(sessions / 20)
  for (let i = 0; i < 20; i++) {
    await live(step)
    heaps.push(await heapInUse())
  }
  const after = await census()
  const stopped = node.stop()
  await network.advance(REST)
  await stopped
  return { before, after, authorized, heaps, slope: slopeOf(heaps) / step }
}

const encode = (word: string): Uint8Array => new TextEncoder().encode(word)

function judge(payload: Uint8Array): string {
  if (new TextDecoder().decode(payload) !== CHAIN) throw new HandshakeRefusedError('incompatible')
  return CHAIN
}

function newPeer(network: Network, index: number): ScriptedPeer {
  // an address of its own, in a subnet of its own, as the internet is wide
  const address = `/ip4/${40 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}.1/tcp/4001`
  return new ScriptedPeer(
    network,
    `peer ${index}`,
    address,
    index % 10 === 9 ? 'wrong chain' : 'honest'
  )
}

const addressOf = ({ address, peerId }: ScriptedPeer): string =>
  `${address.toString()}/p2p/${peerId.toString()}`

const EVENTS = [
  'connection:open',
  'connection:close',
  'peer:connect',
  'peer:disconnect',
  'peer:discovery',
  'peer:update',
  'peer:identify',
  'self:peer:update',
  'peer:authorized',
  'peer:transition'
]

function listenersOf({ components, peers }: SimulatedNode): number {
  const { events } = components as { events: { listenerCount(type: string): number } }
  const service = peers as unknown as { listenerCount(type: string): number }
  return EVENTS.reduce(
    (sum, type) => sum + events.listenerCount(type) + service.listenerCount(type),
    0
  )
}
