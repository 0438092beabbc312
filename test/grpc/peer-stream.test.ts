import { expect, test } from 'vitest'
import { above0 } from '../../src/grpc/option-values.ts'
import { openPeerStream } from '../../src/grpc/peer-stream.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import type { GrpcNode } from '../../src/grpc/grpc-node.ts'
import type { Connection, PeerId, Stream } from '@libp2p/interface'

type Opening = (signal: AbortSignal) => Promise<Stream>

/** A node with one connection, or none, over which streams are opened so. */
function calling(open?: Opening, limits?: Connection['limits']) {
  const clock = new ManualClock()
  const standing = { isAuthorized: true, reason: 'banned', by: 'local', text: 'banned' }
  const connection = {
    status: 'open',
    limits,
    newStream: async (_: string, { signal }: { signal: AbortSignal }) => open?.(signal)
  }
  const node = {
    getConnections: () => (open === undefined ? [] : [connection]),
    services: { peers: { isAuthorized: () => standing.isAuthorized, explain: () => standing } }
  } as unknown as GrpcNode
  const call = (runOnLimitedConnection = false): Promise<string> =>
    openPeerStream(
      { node, peerId: {} as PeerId, protocol: '/grpc', clock, runOnLimitedConnection },
      new AbortController().signal
    ).then(
      () => 'open',
      ({ message }: Error) => message
    )
  return { clock, standing, call }
}

const stream = async (): Promise<Stream> => ({}) as Stream

const named = (name: string): Opening => {
  return async () => Promise.reject(Object.assign(new Error(name), { name }))
}

test('a stream is opened, and no deadline is left', async () => {
  const { clock, call } = calling(stream)
  expect(await call()).toBe('open')
  expect(clock.pending).toBe(0)
})

test('a peer that never says whether it knows the protocol is given up after ten seconds', async () => {
  const { clock, call } = calling(
    async (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      })
  )
  const outcome = call()
  clock.advance(10_000)
  expect(await outcome).toContain('did not agree to the protocol in time')
})

test('without a connection, or with a limited one only, there is no call', async () => {
  expect(await calling().call()).toContain('[unavailable] No connection')
  expect(await calling(stream, {}).call()).toContain('[unavailable] No connection')
  expect(await calling(stream, {}).call(true)).toBe('open')
})

test('a peer that lost its standing on the way is refused for that', async () => {
  const { standing, call } = calling(async (signal) => {
    standing.isAuthorized = false
    return named('PeerNotAuthorizedError')(signal)
  })
  expect(await call()).toContain('[permission_denied] The peer is not authorized: banned')
})

test.each([
  ['UnsupportedProtocolError', '[unimplemented]'],
  ['PeerNotAuthorizedError', '[unavailable]'],
  ['MuxerClosedError', '[unavailable]']
])('%s is %s', async (name, code) => {
  expect(await calling(named(name)).call()).toContain(code)
})

test('a number above 0 is what was given, or the default', () => {
  expect(above0('idleTimeout', 5, 7)).toBe(5)
  expect(above0('idleTimeout', undefined, 7)).toBe(7)
  for (const wrong of [0, -1, NaN, '5' as never]) {
    expect(() => above0('idleTimeout', wrong, 7)).toThrow(
      'Expected idleTimeout to be a number above 0'
    )
  }
})
