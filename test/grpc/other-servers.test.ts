import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { connectNodeAdapter } from '@connectrpc/connect-node'
import * as grpc from '@grpc/grpc-js'
import { describe, expect, it, onTestFinished } from 'vitest'
import { callerOf, callerValues, grpcTransport, serveGrpc } from '../../src/grpc/index.ts'
import { InvalidOptionsError } from '../../src/index.ts'
import { settled } from '../../src/testing/settled.ts'
import { ourNode } from '../network/nodes.ts'
import { eventually, failure, within } from '../network/waiting.ts'
import { all, bytes, EchoService, refusal } from './echo-service.ts'
import { Echo, MessageSchema } from './wire/echo_pb.js'
import { GRPC, world } from './world.ts'
import type {
  Caller,
  GrpcTransportInit,
  ServeGrpcInit,
  ServeServerInit
} from '../../src/grpc/index.ts'
import type { ChainHello } from '../../src/index.ts'
import type { Message } from './wire/echo_pb.js'

const MIB = 1024 * 1024

describe('a server of grpc-js', () => {
  it('serves every kind of call, and messages of 8 MiB', async () => {
    const { echo } = await world({ serve: new JsServer().served() })
    const data = bytes(8 * MIB)
    expect(Buffer.compare((await echo.unary({ data })).data, data)).toBe(0)
    expect(await all(echo.down({ count: 100, size: 1_000 }))).toHaveLength(100)
    expect((await echo.up(some(100))).count).toBe(100)
    expect(await all(echo.both(some(100)))).toHaveLength(100)
  })

  it.each([[[]], [[passing, passing]]])(
    'knows who calls, whatever the call says',
    async (chain) => {
      const js = new JsServer(chain)
      const { echo, client, server } = await world({ serve: js.served() })
      const lie = server.peerId.toString()
      await echo.unary({}, { headers: { caller: lie, 'peer-id': lie } })
      await all(echo.down({ count: 1 }))
      await echo.up(some(1))
      await all(echo.both(some(1)))
      const ids = js.callers.map(({ peerId }) => peerId.toString())
      expect(ids).toEqual(Array.from({ length: 4 }, () => client.peerId.toString()))
      expect((js.callers[0] as Caller<ChainHello>).hello.chainId).toBe(7n)
    }
  )

  it('is told that a call is cancelled when its peer is deauthorized', async () => {
    const js = new JsServer()
    const { echo, client, server, served } = await world({ serve: js.served() })
    const call = refusal(all(echo.down({ count: 1e9, size: 1_000 })))
    await eventually(() => expect(js.callers).toHaveLength(1))
    await server.services.peers.disconnect(client.peerId, { reason: 'evicted' })
    expect((await within(call)).code).toBe('Unavailable')
    await eventually(() => expect([js.cancelled, served.streams]).toEqual([1, 0]))
  })

  it("is the application's to stop: close() ends the streams only", async () => {
    const js = new JsServer()
    const { echo, served } = await world({ serve: js.served() })
    await echo.unary({})
    await within(served.close())
    expect(served.streams).toBe(0)
    // grpc-js waits for ever for a session that is destroyed and has not said so yet
    await settled()
    await within(new Promise<void>((resolve) => js.server.tryShutdown(() => resolve())))
  })
})

describe('a request handler of the application', () => {
  it('serves, and knows who calls if it was made so', async () => {
    const service = new EchoService()
    const server = connectNodeAdapter({ routes: service.routes, contextValues: callerValues })
    const { echo, client } = await world({ serve: { server } })
    expect((await echo.unary({ text: 'hello' })).text).toBe('hello')
    expect(service.callers[0]?.peerId.toString()).toBe(client.peerId.toString())
  })

  it('says so if it was not', async () => {
    const failures: unknown[] = []
    const server = connectNodeAdapter({
      routes: ({ service }) =>
        service(Echo, {
          unary: (_, context) => {
            try {
              callerOf(context)
            } catch (err) {
              failures.push(err)
            }
            return {}
          }
        })
    })
    const { echo } = await world({ serve: { server } })
    await echo.unary({})
    expect(failures).toEqual([new TypeError('The call did not come from a peer')])
  })

  it('a call of grpc-js that came another way has no caller', () => {
    const call = { getPeer: () => 'unknown', getPath: () => '/' }
    expect(() => callerOf(call)).toThrow(TypeError)
  })
})

it.each([
  ['nothing to serve', {}],
  ['two things to serve', { routes: () => {}, server: () => {} }],
  ['no protocol', { routes: () => {}, protocol: undefined }],
  ['no protocol id', { routes: () => {}, protocol: 'grpc' }],
  ['no number', { routes: () => {}, maxStreamsPerPeer: '4' }],
  ['no stream', { routes: () => {}, maxStreamsPerPeer: 0 }],
  ['no time', { routes: () => {}, openTimeout: -1 }],
  ['no time at all', { routes: () => {}, idleTimeout: Number.NaN }]
])('%s is refused at once', async (_, init) => {
  const node = await ourNode()
  const err = await failure(
    serveGrpc(node, { protocol: GRPC, ...init } as unknown as ServeGrpcInit)
  )
  expect(err.name).toBe(InvalidOptionsError.name)
  expect(node.getProtocols()).not.toContain(GRPC)
})

it.each([
  ['no protocol', { protocol: undefined }],
  ['no window', { sessionWindow: 0 }],
  ['no time', { idleTimeout: '1 h' }]
])('%s is refused at once by a transport', async (_, init) => {
  const node = await ourNode()
  const options = { protocol: GRPC, ...init } as unknown as GrpcTransportInit
  expect(() => grpcTransport(node, node.peerId, options)).toThrow(InvalidOptionsError)
})

/** The echo service in the manner of grpc-js. */
class JsServer {
  readonly server: grpc.Server
  readonly callers: Caller[] = []
  cancelled = 0

  constructor(interceptors: grpc.ServerInterceptor[] = []) {
    this.server = new grpc.Server({
      interceptors,
      'grpc.max_receive_message_length': 16 * MIB,
      'grpc-node.flow_control_window': 2 * MIB
    })
    this.server.addService(definition, {
      unary: (call: Unary, answer: grpc.sendUnaryData<Message>) => {
        this.callers.push(callerOf(call))
        answer(null, call.request)
      },
      down: (call: Down) => void this.#down(call),
      up: (call: Up, answer: grpc.sendUnaryData<Message>) => {
        this.callers.push(callerOf(call))
        let count = 0
        call.on('data', () => void count++)
        call.on('end', () => answer(null, create(MessageSchema, { count })))
      },
      both: (call: Both) => {
        this.callers.push(callerOf(call))
        call.on('data', (message: Message) => void call.write(message))
        call.on('end', () => call.end())
      }
    })
    onTestFinished(() => this.server.forceShutdown())
  }

  served(): Omit<ServeServerInit, 'protocol'> {
    const server = this.server.createConnectionInjector(grpc.ServerCredentials.createInsecure())
    return { server }
  }

  async #down(call: Down): Promise<void> {
    this.callers.push(callerOf(call))
    call.on('cancelled', () => void this.cancelled++)
    const { count, size } = call.request
    const message = create(MessageSchema, { data: bytes(size) })
    for (let i = 0; i < count && !call.cancelled; i++) {
      if (call.write(message)) continue
      await new Promise((resolve) => {
        call.once('drain', resolve)
        call.once('cancelled', resolve)
      })
    }
    call.end()
  }
}

type Unary = grpc.ServerUnaryCall<Message, Message>
type Up = grpc.ServerReadableStream<Message, Message>
type Down = grpc.ServerWritableStream<Message, Message>
type Both = grpc.ServerDuplexStream<Message, Message>

function passing(
  _: unknown,
  call: grpc.ServerInterceptingCallInterface
): grpc.ServerInterceptingCall {
  return new grpc.ServerInterceptingCall(call)
}

async function* some(count: number): AsyncGenerator<{ count: number }> {
  for (let i = 0; i < count; i++) yield { count: i }
}

const definition = Object.fromEntries(
  Echo.methods.map(({ name, localName, methodKind }) => [
    localName,
    {
      path: `/${Echo.typeName}/${name}`,
      requestStream: methodKind === 'client_streaming' || methodKind === 'bidi_streaming',
      responseStream: methodKind === 'server_streaming' || methodKind === 'bidi_streaming',
      requestSerialize: encode,
      requestDeserialize: decode,
      responseSerialize: encode,
      responseDeserialize: decode
    }
  ])
)

function encode(message: Message): Buffer {
  return Buffer.from(toBinary(MessageSchema, message))
}

function decode(message: Buffer): Message {
  return fromBinary(MessageSchema, message)
}
