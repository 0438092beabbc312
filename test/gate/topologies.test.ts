/**
 * Topologies of gated protocols, told by libp2p's own registrar through identify on real connections.
 *
 * Mutations that turn this file red, each tried by hand (gated-topology.ts unless said otherwise):
 * - `onConnect` tells whoever comes: "nothing before"
 * - `authorized` does not tell: "hears of a peer when"
 * - `deauthorized` does not tell, or strikes the peer out: "hears of a peer when"
 * - `onDisconnect` tells without having told before: "that was never told"
 * - `#tell` ignores the filter, or never marks it: "keeps the caller's filter"
 * - `#tell` or `#untell` without catch: "a topology that"
 * - `authorized` takes a limited connection, peer-connections.ts prefers the newest whatever it is: "a limited
 *   connection"
 * - peer-connections.ts, `newest` takes the oldest, or one that is not open: "of the open connections"
 * - gate.ts, `#closed` does not tell topologies: "leaves nothing behind"
 * - gated-registrar.ts, `unregister` keeps the topology: "is unregistered"
 */
import { expect, test, vi } from 'vitest'
import { GatedTopology } from '../../src/gate/gated-topology.ts'
import { PeerConnections } from '../../src/gate/peer-connections.ts'
import { APP, connect, eventually, fence, gatedNode, say, stockNode } from './nodes.ts'
import type { Standing } from '../../src/gate/gate.ts'
import type { GatedServices, StockServices } from './nodes.ts'
import type {
  Connection,
  Libp2p,
  Logger,
  PeerId,
  Topology,
  TopologyFilter
} from '@libp2p/interface'

/** A topology that writes down what it is told. */
function diary(options: Pick<Topology, 'filter' | 'notifyOnLimitedConnection'> = {}) {
  const told: string[] = []
  const connections: Connection[] = []
  const topology: Topology = {
    ...options,
    onConnect: (peer, connection) => {
      told.push(`+${peer.toString().slice(-4)}`)
      connections.push(connection)
    },
    onDisconnect: (peer) => void told.push(`-${peer.toString().slice(-4)}`)
  }
  return { topology, told, connections }
}

/** A filter as `@libp2p/peer-collections` has it. */
function filter(): TopologyFilter & { peers: Set<string> } {
  const peers = new Set<string>()
  return {
    peers,
    has: (peer: PeerId) => peers.has(peer.toString()),
    add: (peer: PeerId) => void peers.add(peer.toString()),
    remove: (peer: PeerId) => void peers.delete(peer.toString())
  }
}

async function nodes(): Promise<{ ours: Libp2p<GatedServices>; stock: Libp2p<StockServices> }> {
  const ours = await gatedNode()
  const stock = await stockNode()
  await stock.handle(APP, () => {})
  return { ours, stock }
}

const size = (node: Libp2p<GatedServices>): number =>
  [...node.services.gate.gate.registrar.topologies].reduce((sum, { size: peers }) => sum + peers, 0)

test('a topology hears of a peer when it becomes authorized, and that it goes when it ceases to be; nothing before', async () => {
  const { ours, stock } = await nodes()
  const { topology, told, connections } = diary()
  await ours.register(APP, topology)
  const { local } = await connect(ours, stock)
  const id = stock.peerId.toString().slice(-4)

  await eventually(() => expect(size(ours)).toBe(1))
  await fence(ours, stock)
  expect(told).toEqual([])

  ours.services.gate.authorize(stock.peerId)
  expect(told).toEqual([`+${id}`])
  expect(connections).toEqual([local])

  ours.services.gate.authorize(stock.peerId)
  expect(told).toEqual([`+${id}`])

  ours.services.gate.deauthorize(stock.peerId)
  expect(told).toEqual([`+${id}`, `-${id}`])

  ours.services.gate.deauthorize(stock.peerId)
  ours.services.gate.authorize(stock.peerId)
  expect(told).toEqual([`+${id}`, `-${id}`, `+${id}`])

  await local.close()
  await eventually(() => expect(told).toEqual([`+${id}`, `-${id}`, `+${id}`, `-${id}`]))
  expect(size(ours)).toBe(0)
})

test('a peer that is authorized before it is identified is told when it is', async () => {
  const { ours, stock } = await nodes()
  const { topology, told } = diary()
  await ours.register(APP, topology)
  ours.services.gate.authorize(stock.peerId)

  await connect(ours, stock)

  await eventually(() => expect(told).toHaveLength(1))
})

test('a peer that does not speak the protocol is not told', async () => {
  const ours = await gatedNode()
  const stock = await stockNode()
  const { topology, told } = diary()
  await ours.register(APP, topology)
  await connect(ours, stock)

  ours.services.gate.authorize(stock.peerId)
  await fence(ours, stock)

  expect(told).toEqual([])
  expect(size(ours)).toBe(0)
})

test('a peer that was never told leaves without a word, and leaves nothing behind', async () => {
  const { ours, stock } = await nodes()
  const { topology, told } = diary()
  await ours.register(APP, topology)
  const { local } = await connect(ours, stock)
  await eventually(() => expect(size(ours)).toBe(1))
  // libp2p's registrar finds the topologies of a leaving peer by the protocols in the peer store
  await ours.peerStore.delete(stock.peerId)

  await local.close()

  await eventually(() => expect(size(ours)).toBe(0))
  ours.services.gate.authorize(stock.peerId)
  expect(told).toEqual([])
})

test('a peer that gives the protocol up is gone to the topology, authorized or not', async () => {
  const { ours, stock } = await nodes()
  const { topology, told } = diary()
  await ours.register(APP, topology)
  await connect(ours, stock)
  ours.services.gate.authorize(stock.peerId)
  await eventually(() => expect(told).toHaveLength(1))

  // what an identify push that lacks the protocol does
  await ours.peerStore.patch(stock.peerId, { protocols: ['/ipfs/ping/1.0.0'] })

  await eventually(() => expect(told).toHaveLength(2))
  expect(size(ours)).toBe(0)
  ours.services.gate.deauthorize(stock.peerId)
  ours.services.gate.authorize(stock.peerId)
  expect(told).toHaveLength(2)
})

test('with two connections the newest open one is handed over, and losing one of them changes nothing', async () => {
  const { ours, stock } = await nodes()
  const { topology, told, connections } = diary()
  await ours.register(APP, topology)
  const first = await connect(ours, stock)
  const second = await connect(ours, stock, { force: true })
  await eventually(() => expect(size(ours)).toBe(1))

  ours.services.gate.authorize(stock.peerId)
  expect(connections).toEqual([second.local])

  await second.local.close()
  await eventually(() => expect(ours.getConnections(stock.peerId)).toEqual([first.local]))
  await fence(ours, stock)
  expect(told).toHaveLength(1)

  ours.services.gate.deauthorize(stock.peerId)
  ours.services.gate.authorize(stock.peerId)
  expect(connections).toEqual([second.local, first.local])
})

test("keeps the caller's filter, as libp2p's registrar would, but only for authorized peers", async () => {
  const { ours, stock } = await nodes()
  const known = filter()
  const { topology, told } = diary({ filter: known })
  await ours.register(APP, topology)
  await connect(ours, stock)
  await eventually(() => expect(size(ours)).toBe(1))
  expect(known.peers.size).toBe(0)

  ours.services.gate.authorize(stock.peerId)
  expect(known.peers.size).toBe(1)
  await connect(ours, stock, { force: true })
  await fence(ours, stock)
  expect(told).toHaveLength(1)

  ours.services.gate.deauthorize(stock.peerId)
  expect(known.peers.size).toBe(0)
  expect(told).toHaveLength(2)

  known.add(stock.peerId)
  ours.services.gate.authorize(stock.peerId)
  expect(told).toHaveLength(2)

  // the caller has struck it out itself: it knows that the peer is gone
  ours.services.gate.deauthorize(stock.peerId)
  known.remove(stock.peerId)
  ours.services.gate.authorize(stock.peerId)
  expect(told).toHaveLength(3)
  known.remove(stock.peerId)
  ours.services.gate.deauthorize(stock.peerId)
  expect(told).toHaveLength(3)
})

test('without a filter every identified connection of an authorized peer is told, as in libp2p', async () => {
  const { ours, stock } = await nodes()
  const { topology, connections } = diary()
  await ours.register(APP, topology)
  const first = await connect(ours, stock)
  ours.services.gate.authorize(stock.peerId)
  const second = await connect(ours, stock, { force: true })

  await eventually(() => expect(connections).toEqual([first.local, second.local]))
})

test.for<[string, () => void | Promise<void>]>([
  [
    'throws',
    () => {
      throw new Error('as intended')
    }
  ],
  ['rejects', async () => Promise.reject(new Error('as intended'))]
])('a topology that %s harms nobody else', async ([, fault]) => {
  const { ours, stock } = await nodes()
  const before = diary()
  const after = diary()
  const onConnect = vi.fn<typeof fault>(fault)
  const onDisconnect = vi.fn<typeof fault>(fault)
  await ours.register(APP, before.topology)
  await ours.register(APP, { onConnect, onDisconnect })
  await ours.register(APP, after.topology)
  await ours.handle(APP, () => {})
  await connect(ours, stock)
  await eventually(() => expect(size(ours)).toBe(3))

  ours.services.gate.authorize(stock.peerId)
  ours.services.gate.deauthorize(stock.peerId)
  await fence(ours, stock)

  expect([onConnect.mock.calls.length, onDisconnect.mock.calls.length]).toEqual([1, 1])
  expect([before.told.length, after.told.length]).toEqual([2, 2])
})

test('a topology without callbacks is no topology that fails', async () => {
  const connections = new PeerConnections()
  const peer = { toString: () => 'peer' } as unknown as PeerId
  const connection = { remotePeer: peer, status: 'open' } as unknown as Connection
  connections.add(connection)
  const error = vi.fn<Logger['error']>()
  const gated = new GatedTopology({
    topology: {},
    connections,
    rules: { isOpen: () => false, standing: () => 'authorized' },
    log: { error } as unknown as Logger
  })
  await gated.onConnect(peer, connection)
  await gated.onDisconnect(peer)
  expect(error).not.toHaveBeenCalled()
})

test('a topology may take the authorization back from inside its callback; those after it hear nothing', async () => {
  const { ours, stock } = await nodes()
  const after = diary()
  await ours.register(APP, { onConnect: (peer) => ours.services.gate.deauthorize(peer) })
  await ours.register(APP, after.topology)
  await connect(ours, stock)
  await eventually(() => expect(size(ours)).toBe(2))

  ours.services.gate.authorize(stock.peerId)

  expect(after.told).toEqual([])
})

test('a topology may open streams from inside its callback', async () => {
  const { ours, stock } = await nodes()
  const opened: Array<Promise<unknown>> = []
  await ours.register(APP, {
    onConnect: (_, connection) => void opened.push(say(connection, APP, 'hello'))
  })
  await connect(ours, stock)
  await eventually(() => expect(size(ours)).toBe(1))

  ours.services.gate.authorize(stock.peerId)

  await expect(Promise.all(opened)).resolves.toHaveLength(1)
})

test('a topology that is unregistered hears nothing more and is forgotten', async () => {
  const { ours, stock } = await nodes()
  const { topology, told } = diary()
  const id = await ours.register(APP, topology)
  await connect(ours, stock)
  await eventually(() => expect(size(ours)).toBe(1))

  ours.unregister(id)
  ours.unregister('unknown')
  ours.services.gate.authorize(stock.peerId)

  expect(told).toEqual([])
  expect([...ours.services.gate.gate.registrar.topologies]).toEqual([])
})

test('a topology of an open protocol is told at once, authorized or not', async () => {
  const { ours, stock } = await nodes()
  const { topology, told } = diary()
  await ours.register('/ipfs/ping/1.0.0', topology)

  const { local } = await connect(ours, stock)
  await eventually(() => expect(told).toHaveLength(1))
  ours.services.gate.deauthorize(stock.peerId)
  expect(told).toHaveLength(1)
  await local.close()
  await eventually(() => expect(told).toHaveLength(2))
})

// limited connections by hand: what libp2p's registrar decides, plus which connection is handed over

test.for([false, true])(
  'a limited connection is handed over only if the topology wants it (%s), and an unlimited one is preferred',
  async (wanted) => {
    const { ours, stock } = await nodes()
    const { local } = await connect(ours, stock)
    const limited = new Proxy(local, {
      get: (target, property): unknown => {
        if (property === 'limits') return { seconds: 60 }
        const value: unknown = Reflect.get(target, property)
        return typeof value === 'function' ? value.bind(target) : value
      }
    })
    const connections = new PeerConnections()
    let standing: Standing = 'closed'
    const { topology, connections: handed } = diary({ notifyOnLimitedConnection: wanted })
    const gated = new GatedTopology({
      topology,
      connections,
      rules: { isOpen: () => false, standing: () => standing },
      log: ours.logger.forComponent('test') satisfies Logger
    })
    expect(gated.notifyOnLimitedConnection).toBe(wanted)

    connections.add(limited)
    await gated.onConnect(stock.peerId, limited)
    standing = 'authorized'
    await gated.authorized(stock.peerId)
    expect(handed).toEqual(wanted ? [limited] : [])

    await gated.deauthorized(stock.peerId)
    handed.length = 0
    connections.delete(limited)
    connections.add(local)
    connections.add(limited)
    await gated.authorized(stock.peerId)
    expect(handed[0]).toBe(local)
  }
)

test('of the open connections the newest is handed over, never one that is closing', async () => {
  const { ours, stock } = await nodes()
  const first = await connect(ours, stock)
  const second = await connect(ours, stock, { force: true })
  const third = await connect(ours, stock, { force: true })
  const connections = new PeerConnections()
  for (const { local } of [first, second, third]) connections.add(local)
  const newest = (): Connection | undefined =>
    connections.newest(stock.peerId.toString(), () => true)
  expect(newest()).toBe(third.local)

  third.local.abort(new Error('gone'))
  expect(newest()).toBe(second.local)
  second.local.abort(new Error('gone'))
  first.local.abort(new Error('gone'))
  expect(newest()).toBeUndefined()
})
