import { fork } from 'node:child_process'
import { join } from 'node:path'
import { Code, ConnectError } from '@connectrpc/connect'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, it, onTestFinished } from 'vitest'
import { realClock } from '../../src/real-clock.ts'
import { CallSessions } from '../../src/grpc/call-sessions.ts'
import { ourNode, PREFIX, SOCKETS } from '../network/nodes.ts'
import { within } from '../network/waiting.ts'
import { all, bytes } from './echo-service.ts'
import { callTo, GRPC, world } from './world.ts'
import type { World } from './world.ts'

/**
 * Where client and server share a process, a response comes piece by piece, and its reader is always in time. From another
 * process it comes whole: headers, message and trailers in one turn.
 */
it('400 unary calls to another process, and none ends too early', async () => {
  const { echo } = await remoteWorld()
  const failures: unknown[] = []
  for (let i = 0; i < 400; i++) {
    const text = String(i)
    await echo.unary({ text, size: i % 2 === 0 ? 0 : 1_000 }).then(
      (answer) => expect(answer.text).toBe(text),
      (err: unknown) => failures.push(err)
    )
  }
  expect(failures).toEqual([])
})

it('32 calls at a time, and streams of every kind, to another process', async () => {
  const { echo } = await remoteWorld()
  const calls = Array.from({ length: 32 }, async (_, i) => {
    for (let round = 0; round < 3; round++) {
      expect((await echo.unary({ size: i })).data.byteLength).toBe(i)
      expect(await all(echo.down({ count: 10, size: 10 }))).toHaveLength(10)
      expect((await echo.up(some())).count).toBe(10)
      expect(await all(echo.both(some()))).toHaveLength(10)
    }
  })
  await Promise.all(calls)
})

it('every response of a transport has our reader, whatever Node this is', async () => {
  const { client, server } = await world()
  const sessions = new CallSessions({
    peer: {
      node: client,
      peerId: server.peerId,
      protocol: GRPC,
      clock: realClock(),
      runOnLimitedConnection: false
    },
    http2: undefined,
    window: 4_000_000,
    idleTimeout: Infinity
  })
  const response = await sessions.request('POST', '/test.grpc.Echo/Unary', {}, {})
  response.on('error', () => {})
  expect(response[Symbol.asyncIterator]().constructor.name).toBe('ResponseReader')
  await sessions.close(new ConnectError('over', Code.Canceled))
})

async function remoteWorld(): Promise<Pick<World, 'echo'>> {
  const child = fork(join(import.meta.dirname, 'serving-process.ts'), [PREFIX, GRPC])
  onTestFinished(() => void child.kill())
  const addresses = await within(
    new Promise<string[]>((resolve, reject) => {
      child.once('message', (message) => resolve(message as string[]))
      child.once('exit', () => reject(new Error('The serving process has ended')))
    })
  )
  const client = await ourNode({}, SOCKETS)
  const { peerId } = await client.services.peers.connect(multiaddr(addresses[0] ?? ''))
  return callTo(client, { peerId })
}

async function* some(): AsyncGenerator<{ data: Uint8Array }> {
  for (let i = 0; i < 10; i++) yield { data: bytes(1_000) }
}
