/** Canaries of libp2p's streams: middleware, handlers, topologies, and how streams and connections end. */
import { UnsupportedProtocolError } from '@libp2p/interface'
import { expect } from 'vitest'
import { APP, connect, eventually, fence, say, stockNode } from '../gate/nodes.ts'
import { canary } from './canary.ts'
import type { Connection, Libp2pEvents, Stream } from '@libp2p/interface'
import type { TypedEventTarget } from 'main-event'

const REGISTRAR = 'src/gate/gated-registrar.ts'

canary(
  'with use(), the n-th inbound stream runs the handler n times',
  {
    row: 'M1',
    file: REGISTRAR,
    so: 'can hand out the registered middleware, and need not copy it'
  },
  async () => {
    const node = await stockNode()
    const other = await stockNode()
    let calls = 0
    node.use(APP, (stream, connection, next) => next(stream, connection))
    await node.handle(APP, () => void calls++)
    const { local } = await connect(other, node)

    for (let n = 1; n <= 10; n++) {
      const before = calls
      await say(local, APP, 'hello')
      await eventually(() => expect(calls - before).toBe(n))
    }
    expect(calls).toBe(55)
  }
)

canary(
  'with use(), an outbound stream runs the inbound handlers that have piled up',
  {
    row: 'M2',
    file: REGISTRAR,
    so: 'can hand out the registered middleware, and need not copy it'
  },
  async () => {
    const node = await stockNode()
    const other = await stockNode()
    const directions: string[] = []
    node.use(APP, (stream, connection, next) => next(stream, connection))
    await node.handle(APP, (stream) => void directions.push(stream.direction))
    await other.handle(APP, () => {})
    const { local, remote } = await connect(other, node)
    await say(local, APP, 'hello')
    await eventually(() => expect(directions).toEqual(['inbound']))

    await say(remote, APP, 'hello')

    await eventually(() => expect(directions).toEqual(['inbound', 'outbound']))
  }
)

canary(
  'an outbound stream whose middleware never goes on hangs, whatever its signal says',
  { row: 'M3', file: 'src/gate/stream-doors.ts', so: 'may let outbound streams wait' },
  async () => {
    const node = await stockNode()
    const other = await stockNode()
    await other.handle(APP, () => {})
    node.use(APP, () => {})
    const { local } = await connect(node, other)
    let isSettled = false
    const caller = new AbortController()
    const over = (): void => void (isSettled = true)
    local.newStream(APP, { signal: caller.signal }).then(over, over)
    await eventually(() => expect(local.streams.map(({ protocol }) => protocol)).toContain(APP))

    caller.abort()
    await fence(node, other)

    expect(isSettled).toBe(false)
  }
)

canary(
  'connection.newStream is an own writable property of each connection',
  { file: 'src/gate/gated-connection.ts', so: 'has to guard outbound streams in another way' },
  async () => {
    const node = await stockNode()
    const other = await stockNode()
    const { local } = await connect(node, other)

    expect(Object.getOwnPropertyDescriptor(local, 'newStream')).toMatchObject({ writable: true })
  }
)

canary(
  'handle() and unhandle() take several protocols, whatever their types say',
  { file: REGISTRAR, so: 'need not take lists of protocols' },
  async () => {
    const node = await stockNode()
    const protocols = [APP, `${APP}-more`] as unknown as string
    await node.handle(protocols, () => {})
    expect(node.getProtocols()).toEqual(expect.arrayContaining([APP]))
    await node.unhandle([APP, `${APP}-more`])
    expect(node.getProtocols()).not.toContain(APP)
  }
)

canary(
  'listeners of connection:open are called before any handler, also for streams that came with the connection',
  { file: 'src/gate/gate.ts', so: 'has to guard connections before they open' },
  async () => {
    const steps: string[] = []
    const witness = (components: { events: TypedEventTarget<Libp2pEvents> }) => {
      components.events.addEventListener('connection:open', () => void steps.push('open'))
      return {}
    }
    const node = await stockNode({ witness })
    const other = await stockNode()
    await node.handle(APP, () => void steps.push('handler'))

    // not after the other end has heard of it: at once
    const connection = await other.dial(node.getMultiaddrs())
    await say(connection, APP, 'hello')

    await eventually(() => expect(steps).toEqual(['open', 'handler']))
  }
)

canary(
  'the services read components.registrar and components.connectionGater when they need them',
  { file: 'src/gate/gate.ts', so: 'cannot be installed by a service any more' },
  async () => {
    const seen: string[] = []
    const spy = (components: { registrar: object; connectionGater: object }) => {
      const { registrar, connectionGater } = components
      components.registrar = new Proxy(registrar, {
        get: (target, property) => {
          seen.push(`registrar.${String(property)}`)
          const value: unknown = Reflect.get(target, property)
          return typeof value === 'function' ? value.bind(target) : value
        }
      })
      components.connectionGater = new Proxy(connectionGater, {
        get: (target, property): unknown => {
          seen.push(`connectionGater.${String(property)}`)
          return Reflect.get(target, property)
        }
      })
      return {}
    }
    const node = await stockNode({ spy })
    const other = await stockNode()
    await node.handle(APP, () => {})
    await node.register(APP, {})
    const { local } = await connect(other, node)
    await say(local, APP, 'hello')
    await fence(other, node)

    expect(seen).toEqual(
      expect.arrayContaining([
        'registrar.handle',
        'registrar.register',
        'registrar.getProtocols',
        'registrar.getHandler',
        'registrar.getMiddleware',
        'connectionGater.denyInboundEncryptedConnection'
      ])
    )
  }
)

canary(
  'a reader that comes after the remote has half-closed reads the bytes and waits on',
  { file: 'src/gate/held-streams.ts', so: 'need not announce the end of what it has held again' },
  async () => {
    const node = await stockNode()
    const other = await stockNode()
    const handled = Promise.withResolvers<Stream>()
    await node.handle(APP, (stream) => handled.resolve(stream))
    const { local } = await connect(other, node)
    await say(local, APP, 'hello')
    const stream = await handled.promise
    await eventually(() => expect(stream.remoteWriteStatus).toBe('closed'))

    let ended = false
    let read = 0
    void (async () => {
      for await (const chunk of stream) read += chunk.byteLength
      ended = true
    })()

    await eventually(() => expect(read).toBe(5))
    await fence(other, node)
    expect(stream.readableEnded).toBe(true)
    expect(ended).toBe(false)
    stream.safeDispatchEvent('remoteCloseWrite')
    await eventually(() => expect(ended).toBe(true))
  }
)

canary(
  'a refused ping costs the connection, a protocol that nobody handles does not',
  { row: 'M11', file: 'src/gate/open-protocols.ts', so: 'need not leave ping open' },
  async () => {
    const monitored = { connectionMonitor: { enabled: true, pingInterval: 100 } }
    const refusing = await stockNode()
    await refusing.handle('/ipfs/ping/1.0.0', (stream) => stream.abort(new Error('refused')), {
      force: true
    })
    const silent = await stockNode()
    await silent.unhandle('/ipfs/ping/1.0.0')
    const node = await stockNode({}, monitored)
    const refused = await node.dial(refusing.getMultiaddrs())
    const unhandled = await node.dial(silent.getMultiaddrs())
    await expect(unhandled.newStream('/ipfs/ping/1.0.0')).rejects.toMatchObject({
      name: UnsupportedProtocolError.name
    })

    await eventually(() => expect(refused.status).not.toBe('open'))
    await eventually(() => expect(unhandled.rtt).toBeGreaterThan(0))
    expect(unhandled.status).toBe('open')
  }
)

canary(
  'one peer may have several connections, each with limits of its own',
  { row: 'M15', file: 'src/admission/surplus.ts', so: 'need not close surplus connections' },
  async () => {
    const node = await stockNode()
    const other = await stockNode()
    const connections: Connection[] = []
    for (let i = 0; i < 5; i++) {
      connections.push((await connect(other, node, { force: i > 0 })).local)
    }
    expect(new Set(connections).size).toBe(5)
    expect(node.getConnections(other.peerId)).toHaveLength(5)
  }
)

canary(
  'no reason of a close or an abort reaches the other end',
  { row: 'M17', file: 'src/farewells.ts', so: 'may leave the last word to the connection' },
  async () => {
    for (const end of ['close', 'abort'] as const) {
      const node = await stockNode()
      const other = await stockNode()
      const { local, remote } = await connect(node, other)
      const heard = new Promise<Event>((resolve) => {
        remote.addEventListener('close', resolve)
      })
      if (end === 'close') await local.close()
      else local.abort(new Error('incompatible'))
      expect(JSON.stringify(await heard)).not.toContain('incompatible')
      expect((await heard) as { error?: Error }).not.toMatchObject({
        error: { message: expect.stringContaining('incompatible') as string }
      })
    }
  }
)
