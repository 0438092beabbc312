/** Canaries of libp2p's limits, its connection gater and its dials. */
import { memory } from '@libp2p/memory'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'vitest'
import { connect, eventually, stockNode } from '../gate/nodes.ts'
import { idOf } from '../../src/testing/simulation/scripted-peer.ts'
import { SOCKETS } from '../network/nodes.ts'
import { failure, next } from '../network/waiting.ts'
import { canary } from './canary.ts'
import type { Connection, Libp2p, Libp2pEvents, MultiaddrConnection } from '@libp2p/interface'
import type { TypedEventTarget } from 'main-event'

/** What a connection manager of libp2p has that its interface does not say. */
interface Manager {
  readonly incomingPendingConnections: number
  acceptIncomingConnection(maConn: Pick<MultiaddrConnection, 'remoteAddr'>): boolean
}

const managerOf = (node: Libp2p): Manager =>
  (node as unknown as { components: { connectionManager: Manager } }).components.connectionManager

const never = <T>(): Promise<T> => new Promise<T>(() => {})

const GATER = 'src/gate/connection-gater.ts'

canary(
  'a hook of the gater that never answers is waited for beyond the deadline of the upgrade',
  { row: 'M5', file: GATER, so: 'may have hooks that take their time' },
  async () => {
    const slow = await stockNode()
    const node = await stockNode(
      {},
      {
        connectionManager: { inboundUpgradeTimeout: 50, inboundConnectionThreshold: Infinity },
        connectionGater: {
          denyInboundEncryptedConnection: (peer) => (peer.equals(slow.peerId) ? never() : false)
        }
      }
    )
    const manager = managerOf(node)
    slow.dial(node.getMultiaddrs()).catch(() => {})
    await eventually(() => expect(manager.incomingPendingConnections).toBe(1))
    // another upgrade that comes later and never ends: when its deadline is over, so is the first one's
    const silent = await stockNode(
      {},
      {
        connectionEncrypters: [
          () => ({ protocol: '/noise', secureInbound: never, secureOutbound: never })
        ]
      }
    )
    silent.dial(node.getMultiaddrs()).catch(() => {})
    await eventually(() => expect(manager.incomingPendingConnections).toBe(2))
    await eventually(() => expect(manager.incomingPendingConnections).toBeLessThan(2))

    expect(manager.incomingPendingConnections).toBe(1)
  }
)

canary(
  'a dial resolves before the other side has decided whether it lets us in',
  { row: 'M16', file: 'src/attempts.ts', so: 'may take a dial for an answer' },
  async () => {
    const dialed = Promise.withResolvers<void>()
    const denyInboundEncryptedConnection = async (): Promise<boolean> => {
      await dialed.promise
      return true
    }
    const node = await stockNode()
    const denying = await stockNode({}, { connectionGater: { denyInboundEncryptedConnection } })

    const connection = await node.dial(denying.getMultiaddrs())
    expect(connection.status).toBe('open')
    dialed.resolve()

    await eventually(() => expect(connection.status).not.toBe('open'))
    expect(denying.getConnections()).toEqual([])
  }
)

canary(
  'a full dial queue is a DialError that says so',
  { row: 'M19', file: 'src/scheduler/dial-failure.ts', so: 'has to know it by another sign' },
  async () => {
    const node = await stockNode(
      {},
      {
        connectionManager: { maxDialQueueLength: 1 },
        connectionGater: { denyDialPeer: () => never() }
      }
    )
    node.dial(idOf('a')).catch(() => {})
    const error = await failure(node.dial(idOf('b')))
    expect(error.name).toBe('DialError')
    expect(error.message).toContain('queue is full')
  }
)

canary(
  'inbound connections of one address are limited by the second, and not in all',
  { row: 'M20', file: 'src/admission/ip-attempts.ts', so: 'may leave addresses to libp2p' },
  async () => {
    const node = await stockNode({}, { connectionManager: {} })
    const manager = managerOf(node)
    const accepts = (host: number): boolean[] =>
      Array.from({ length: 6 }, () =>
        manager.acceptIncomingConnection({ remoteAddr: multiaddr(`/ip4/192.0.2.${host}/tcp/1`) })
      )
    expect(accepts(1)).toEqual([true, true, true, true, true, false])
    // whoever has several addresses has as many times that
    expect(accepts(2)[0]).toBe(true)
  }
)

canary(
  'of too many connections libp2p closes those of peers without a tag',
  { row: 'M21', file: 'src/scheduler/slot-tags.ts', so: 'need not tag who holds a slot' },
  async () => {
    const limited = { maxConnections: 2, inboundConnectionThreshold: Infinity }
    const node = await stockNode({}, { connectionManager: limited })
    const tagged = await stockNode()
    await node.peerStore.merge(tagged.peerId, { tags: { slot: { value: 100 } } })
    const kept = await node.dial(tagged.getMultiaddrs())
    const others: Connection[] = []
    for (let i = 0; i < 3; i++) others.push(await node.dial((await stockNode()).getMultiaddrs()))

    await eventually(() => expect(node.getConnections().length).toBeLessThanOrEqual(2))

    expect(kept.status).toBe('open')
    expect(others.filter(({ status }) => status !== 'open').length).toBeGreaterThanOrEqual(2)
  }
)

canary(
  'an address of our own is dialed, whoever is said to be there',
  {
    row: 'M22',
    file: 'src/scheduler/address-rules.ts',
    so: 'need not leave out our own addresses'
  },
  async () => {
    let inbound = 0
    const denyInboundConnection = (): boolean => {
      inbound++
      return false
    }
    const node = await stockNode({}, { connectionGater: { denyInboundConnection } })
    const [own] = node.getMultiaddrs()
    const other = `${String(own).replace(/\/p2p\/.*/, '')}/p2p/${idOf('a').toString()}`

    await failure(node.dial(multiaddr(other)))

    expect(inbound).toBe(1)
  }
)

canary(
  'one hook that knows the peer covers every transport, and leaves no connection pending',
  { row: 'M23', file: GATER, so: 'has to ask at other hooks' },
  async () => {
    const node = await stockNode()
    const other = await stockNode(
      {},
      {
        addresses: { listen: ['/memory/m23', '/ip4/127.0.0.1/tcp/0'] },
        transports: [memory(), tcp()],
        connectionGater: { denyInboundEncryptedConnection: (peer) => peer.equals(node.peerId) }
      }
    )
    const dialer = await stockNode({}, { transports: [memory(), tcp()] })
    for (const address of other.getMultiaddrs()) {
      await node.dial(address).catch(() => {})
      await dialer.dial(address, { force: true })
    }
    await eventually(() => expect(managerOf(other).incomingPendingConnections).toBe(0))
    expect(other.getConnections(node.peerId)).toEqual([])
    expect(other.getConnections(dialer.peerId).length).toBe(2)
  }
)

canary(
  'with one address allowed, whoever comes from no IP address goes past every limit',
  { row: 'M34', file: 'src/libp2p-settings.ts', so: 'need not warn of connectionManager.allow' },
  async () => {
    // the limit is that of connections that are pending
    expect(await accepted([])).toBe(10)
    expect(await accepted(['/ip4/192.0.2.1/ipcidr/32'])).toBe(20)
  }
)

canary(
  'the errors of dials go by these names',
  { file: 'src/scheduler/dial-failure.ts', so: 'has to know them by other names' },
  async () => {
    const node = await stockNode()
    const denying = await stockNode({}, { connectionGater: { denyDialPeer: () => true } })
    const other = await stockNode()
    const unknown = await failure(node.dial(idOf('a')))
    expect(['NoValidAddressesError', 'NotFoundError', 'NoPeerRoutersError']).toContain(unknown.name)
    expect((await failure(denying.dial(other.getMultiaddrs()))).name).toBe('DialDeniedError')
    const stopped = await stockNode({}, { start: false })
    expect((await failure(stopped.dial(other.getMultiaddrs()))).name).toBe('NotStartedError')
    const waiting = await stockNode({}, { connectionGater: { denyDialPeer: () => never() } })
    const caller = new AbortController()
    const given = failure(waiting.dial(other.getMultiaddrs(), { signal: caller.signal }))
    caller.abort()
    expect((await given).name).toBe('AbortError')
    // somebody else is at the address
    const [dialer, callee] = [await stockNode({}, SOCKETS), await stockNode({}, SOCKETS)]
    const [address] = callee.getMultiaddrs()
    const wrong = `${String(address).replace(/\/p2p\/.*/, '')}/p2p/${String(idOf('a'))}`
    const misled = await failure(dialer.dial(multiaddr(wrong)))
    const isMisled =
      misled.name === 'UnexpectedPeerError' ||
      (misled.name === 'EncryptionFailedError' &&
        misled.message.includes('does not match expected'))
    expect(isMisled, `${misled.name}: ${misled.message}`).toBe(true)
  }
)

canary(
  'of what an encrypter throws only the message is left',
  {
    file: 'src/scheduler/dial-failure.ts',
    so: 'may read the words of encrypters from their errors'
  },
  async () => {
    const connectionEncrypters = [
      () => ({ protocol: '/noise', secureInbound: refuse, secureOutbound: refuse })
    ]
    const node = await stockNode({}, { connectionEncrypters })
    const error = await failure(node.dial((await stockNode()).getMultiaddrs()))
    expect(error.name).toBe('EncryptionFailedError')
    expect(error.message).toContain('the word')
  }
)

canary(
  'whoever has a keep-alive tag is dialed again after we have hung up',
  { file: 'src/keep-alive.ts', so: 'can go' },
  async () => {
    const node = await stockNode()
    const other = await stockNode()
    await connect(node, other)
    await node.peerStore.merge(other.peerId, {
      multiaddrs: other.getMultiaddrs(),
      tags: { 'keep-alive-dht': { value: 1 } }
    })
    const again = next(node as TypedEventTarget<Libp2pEvents>, 'connection:open')
    await node.hangUp(other.peerId)
    expect((await again).remotePeer.equals(other.peerId)).toBe(true)
  }
)

canary(
  'a ping on a connection, such as the DHT sends, makes the next heartbeat abort it',
  { file: 'examples/minimal/full-node.ts', so: 'can leave the options of ping out' },
  async () => {
    const node = await stockNode({}, { connectionMonitor: { pingInterval: 20 } })
    const { local } = await connect(node, await stockNode())
    const closed = next(node as TypedEventTarget<Libp2pEvents>, 'connection:close')
    const [other] = await Promise.all([closed, local.newStream('/ipfs/ping/1.0.0')])
    expect([other.id, other.status]).toEqual([local.id, 'aborted'])

    const spacious = await stockNode(
      { ping: ping({ maxInboundStreams: 8, maxOutboundStreams: 4 }) },
      { connectionMonitor: { pingInterval: 20 } }
    )
    const kept = await connect(spacious, await stockNode())
    await kept.local.newStream('/ipfs/ping/1.0.0')
    // until the next heartbeat has come back
    kept.local.rtt = -1
    await eventually(() => expect(kept.local.rtt).not.toBe(-1))
    expect(kept.local.status).toBe('open')
  }
)

/** How many of twenty connections from no IP address a node accepts. */
async function accepted(allow: string[]): Promise<number> {
  const connectionManager = { maxConnections: 1, inboundConnectionThreshold: Infinity, allow }
  const manager = managerOf(await stockNode({}, { connectionManager }))
  const remoteAddr = multiaddr('/memory/anywhere')
  const answers = Array.from({ length: 20 }, () => manager.acceptIncomingConnection({ remoteAddr }))
  return answers.filter((isAccepted) => isAccepted).length
}

async function refuse(): Promise<never> {
  throw Object.assign(new Error('the word'), { name: 'MyError' })
}
