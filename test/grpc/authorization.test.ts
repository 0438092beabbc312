import { ConnectError } from '@connectrpc/connect'
import { describe, expect, it } from 'vitest'
import { chainHandshake } from '../../src/index.ts'
import { addressOf, authorize, CHAIN, ourNode, SOCKETS } from '../network/nodes.ts'
import { eventually, failure, within } from '../network/waiting.ts'
import { refusal } from './echo-service.ts'
import { callTo, GRPC, streamsOf, world } from './world.ts'
import type { World } from './world.ts'
import type { Caller } from '../../src/grpc/index.ts'
import type { ChainHello } from '../../src/index.ts'

describe('a call to a peer that is not authorized fails before anything is sent', () => {
  it('unauthenticated: a stranger', async () => {
    const [client, server] = await Promise.all([ourNode(), ourNode()])
    const { echo } = callTo(client, server)
    const { code, text } = await refusal(echo.unary({}))
    expect(code).toBe('Unauthenticated')
    expect(text).toContain('not authorized')
    expect(client.getConnections()).toEqual([])
  })

  it('unauthenticated: connected, and no handshake yet', async () => {
    const { client, server } = await strangers()
    await client.dial(addressOf(server))
    await failsUnsent(client, server, 'Unauthenticated')
  })

  it.each(['Unary', 'Down', 'Up', 'Both'] as const)(
    'permission denied: banned, %s',
    async (kind) => {
      const { client, server, echo } = await world()
      client.services.peers.ban(server.peerId)
      const { code, text } = await refusal(callOf({ echo }, kind))
      expect(code).toBe('PermissionDenied')
      expect(text).toContain('banned')
      expect(streamsOf(client)).toEqual([])
    }
  )

  it('permission denied: another chain', async () => {
    const client = await ourNode({}, SOCKETS)
    const other = chainHandshake({ ...CHAIN, chainId: 8 })
    const server = await ourNode({ handshake: other }, SOCKETS)
    await failure(client.services.peers.connect(addressOf(server)))
    const { code, text } = await refusal(callTo(client, server).echo.unary({}))
    expect(code).toBe('PermissionDenied')
    expect(text).toContain('incompatible')
  })

  it('permission denied: deauthorized, over the session of calls before', async () => {
    const { client, server, echo } = await world()
    await echo.unary({})
    await server.services.peers.disconnect(client.peerId, { reason: 'evicted' })
    await eventually(() => expect(client.services.peers.isAuthorized(server.peerId)).toBe(false))
    expect(client.getConnections(server.peerId)).toHaveLength(1)
    await failsUnsent(client, server, 'PermissionDenied')
  })
})

it('every call asks, also on a session that is open', async () => {
  // where the application has put the protocol among the open ones, no gate resets the stream
  const { client, echo, service } = await world()
  await echo.unary({})
  client.services.peers.isAuthorized = () => false
  expect((await refusal(echo.unary({}))).code).toBe('Unauthenticated')
  expect(service.contexts).toHaveLength(1)
})

it('unavailable: this side holds the peer to be authorized, the other does not', async () => {
  const { client, server, echo, service } = await world()
  // as it is for half a round trip at each verdict: our gate is told, the other's is not
  server.services.peers.isAuthorized = () => false
  expect((await refusal(echo.unary({}))).code).toBe('Unavailable')
  expect(service.contexts).toEqual([])
  expect(streamsOf(client)).toEqual([])
})

describe('a peer that is deauthorized in mid-call', () => {
  const deeds = {
    'the caller disconnects': async ({ client, server }: World) =>
      client.services.peers.disconnect(server.peerId, { reason: 'evicted' }),
    'the server disconnects': async ({ client, server }: World) =>
      server.services.peers.disconnect(client.peerId, { reason: 'evicted' }),
    'the caller bans': async ({ client, server }: World) =>
      client.services.peers.ban(server.peerId),
    'the server bans': async ({ client, server }: World) => server.services.peers.ban(client.peerId)
  }

  it.each(Object.entries(deeds))('%s: unavailable on both sides', async (_, deed) => {
    const everything = await world()
    const { echo, service, served, client, server } = everything
    service.answer = () => new Promise(() => {})
    const calls = Promise.all([
      refusal(callOf({ echo }, 'Unary')),
      refusal(callOf({ echo }, 'Down')),
      refusal(callOf({ echo }, 'Up')),
      refusal(callOf({ echo }, 'Both'))
    ])
    await eventually(() => {
      expect(service.contexts).toHaveLength(4)
      expect(service.taken).toBeGreaterThan(2)
    })

    await deed(everything)

    const codes = (await within(calls)).map(({ code }) => code)
    expect(codes).toEqual(['Unavailable', 'Unavailable', 'Unavailable', 'Unavailable'])
    await eventually(() => {
      for (const { signal } of service.contexts) {
        expect(signal.aborted).toBe(true)
        expect(ConnectError.from(signal.reason).message).toContain('[unavailable]')
      }
    })
    // up waits for more; both may be answering
    await eventually(() => expect(service.failures).not.toEqual([]))
    for (const err of service.failures) {
      expect(ConnectError.from(err).message).toContain('[unavailable]')
    }
    expect(served.streams).toBe(0)
    expect([streamsOf(client), streamsOf(server)]).toEqual([[], []])
    const made = service.made
    await within(client.services.ping.ping(server.peerId).catch(() => {}))
    expect(service.made, 'nobody makes messages for nobody').toBe(made)
  })
})

it('the link is lost, and the peer comes back: the same client goes on', async () => {
  const { echo, client, server, service } = await world()
  service.answer = () => new Promise(() => {})
  const cut = refusal(echo.unary({}))
  await eventually(() => expect(service.contexts).toHaveLength(1))

  for (const connection of client.getConnections()) connection.abort(new Error('cable'))
  expect((await cut).code).toBe('Unavailable')
  expect((await refusal(echo.unary({}))).code).toBe('Unauthenticated')

  service.answer = ({ text }) => ({ text })
  await eventually(async () => authorize(client, server))
  expect((await echo.unary({ text: 'again' })).text).toBe('again')
})

describe('the handler knows who calls', () => {
  it('by id and hello', async () => {
    const { echo, client, service } = await world()
    await echo.unary({})
    const [caller] = service.callers as Caller<ChainHello>[]
    expect(caller?.peerId.toString()).toBe(client.peerId.toString())
    expect(caller?.hello.chainId).toBe(BigInt(CHAIN.chainId))
  })

  it('whatever the caller says in its metadata', async () => {
    const { echo, client, server, service } = await world()
    const lie = server.peerId.toString()
    const headers = ['caller', 'peer', 'peer-id', 'libp2p-peer', 'x-forwarded-for', 'from']
    await echo.unary({}, { headers: Object.fromEntries(headers.map((name) => [name, lie])) })
    expect(service.callers[0]?.peerId.toString()).toBe(client.peerId.toString())
  })

  it('as of this call, when the hello was refreshed since', async () => {
    const { echo, client, server, service } = await world()
    await echo.unary({})
    const view = server.services.peers.getPeer(client.peerId)
    server.services.peers.getPeer = () => view && { ...view, hello: 'refreshed' }
    await echo.unary({})
    expect(service.callers.map(({ hello }) => typeof hello)).toEqual(['object', 'string'])
  })
})

async function strangers(): Promise<Pick<World, 'client' | 'server'>> {
  const [client, server] = await Promise.all([ourNode({}, SOCKETS), ourNode({}, SOCKETS)])
  return { client, server }
}

/** The call fails so, and no stream was opened for it, not even for a moment. */
async function failsUnsent(
  client: World['client'],
  server: World['server'],
  expected: string
): Promise<void> {
  let opened = 0
  for (const connection of client.getConnections(server.peerId)) {
    const newStream = connection.newStream.bind(connection)
    connection.newStream = async (protocols, options) => {
      if ([protocols].flat().includes(GRPC)) opened++
      return newStream(protocols, options)
    }
  }
  expect((await refusal(callTo(client, server).echo.unary({}))).code).toBe(expected)
  expect(opened).toBe(0)
}

/** A call that goes on for ever, if it is let. */
async function callOf({ echo }: Pick<World, 'echo'>, kind: string): Promise<unknown> {
  if (kind === 'Unary') return echo.unary({})
  if (kind === 'Up') return echo.up(forever())
  const messages = kind === 'Down' ? echo.down({ count: 1e9, size: 100 }) : echo.both(forever())
  for await (const { count } of messages) void count
  return undefined
}

async function* forever(): AsyncGenerator<{ text: string }> {
  for (;;) yield { text: 'more' }
}
