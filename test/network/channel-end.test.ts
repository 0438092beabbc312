/** The very end of a handshake in the secure channel, on streams that a test moves by the microtask. */
import { peerIdFromString } from '@libp2p/peer-id'
import { describe, expect, it } from 'vitest'
import { LINGER } from '../../src/handshake/constants.ts'
import { channelLine } from '../../src/handshake/line.ts'
import { encodeMessage } from '../../src/handshake/messages.ts'
import { peerLifecycle } from '../../src/index.ts'
import { cut, link } from '../handshake/linked-streams.ts'
import { settled } from '../../src/testing/settled.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { PREFIX, SOCKETS, stockNode } from './nodes.ts'
import { SECURE } from './raw-channel.ts'
import { RawLine } from './raw-line.ts'
import { ACCEPT, HELLO } from './raw-peer.ts'
import { TextHandshake } from '../../src/testing/text-handshake.ts'
import { eventually, failure, within } from './waiting.ts'
import type { Link } from '../handshake/linked-streams.ts'
import type {
  ConnectionEncrypter,
  MultiaddrConnection,
  SecureConnectionOptions,
  SecuredConnection
} from '@libp2p/interface'

const MIB = 1_048_576
const REJECT = { type: 'reject', code: 1, retryAfter: 0 } as const
const PEER = peerIdFromString('12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5')

/** A node whose inner encrypter is the test, and the one that we make of it. */
async function secured({ local }: Link) {
  const clock = new ManualClock()
  const handshake = new TextHandshake()
  const basics = { protocolPrefix: PREFIX, handshake, clock, outboundShare: 0 }
  const peers = peerLifecycle({ ...basics, memory: { refreshInterval: Infinity } })
  const told: unknown[] = []
  const secure = async (
    _: unknown,
    options?: SecureConnectionOptions
  ): Promise<SecuredConnection> => {
    told.push(options)
    return { connection: local, remotePeer: PEER }
  }
  const inner: ConnectionEncrypter = {
    protocol: '/inner',
    secureInbound: secure,
    secureOutbound: secure
  }
  const made = Promise.withResolvers<ConnectionEncrypter>()
  const encrypter = (components: object): ConnectionEncrypter => {
    const ours = peers.secure(() => inner)(components)
    made.resolve(ours)
    return ours
  }
  const node = await stockNode({ peers }, { ...SOCKETS, connectionEncrypters: [encrypter] })
  return { clock, node, encrypter: await made.promise, told }
}

describe('the connection goes in the very moment of the agreement', () => {
  it.each(['secureInbound', 'secureOutbound'] as const)('%s: no upgrade, no slot', async (way) => {
    const between = link()
    const { clock, node, encrypter } = await secured(between)
    const deadlines = clock.pending
    const trunk = between.local as unknown as MultiaddrConnection
    const upgraded = failure(encrypter[way](trunk))
    const line = new RawLine(between.remote, 'initiator', SECURE, node.peerId)
    line.say(HELLO)
    await line.hearHello()
    expect(await line.hear()).toEqual(ACCEPT)
    line.say(ACCEPT)
    // when ACCEPT has arrived, and before anybody has acted on it
    queueMicrotask(() => cut(between))
    expect((await upgraded).message).toMatch(/cut off: connection-closed/)
    expect(node.services.peers.status().slots).toEqual([])
    expect(between.local.listeners).toBe(0)
    // what is remembered is written once, and then it is quiet
    await eventually(() => {
      clock.advance(60_000)
      expect(clock.pending).toBe(deadlines)
    })
  })
})

describe('after our REJECT', () => {
  it('what the peer goes on to send is dropped as it arrives, for a second at most', async () => {
    const clock = new ManualClock()
    const { local, remote } = link()
    const left = channelLine(local, clock).close()
    remote.send(new Uint8Array([0xff, 0xff]))
    for (let i = 0; i < 5; i++) {
      remote.send(new Uint8Array(MIB))
      await settled()
      expect(local.readBufferLength).toBe(0)
    }
    expect(local.status).toBe('open')
    clock.advance(LINGER)
    await within(left)
    expect([clock.pending, local.listeners]).toEqual([0, 0])
  })

  it.each([
    ['hung up', cut],
    ['closed its end', async ({ remote }: Link) => remote.close()]
  ] as const)('nobody waits at all if the peer has %s before', async (_, act) => {
    const between = link()
    await act(between)
    await settled()
    await within(channelLine(between.local, new ManualClock()).close())
    expect(between.local.listeners).toBe(0)
  })

  it.each([
    ['hangs up', ({ remote }: Link) => remote.abort(new Error('gone'))],
    ['closes its end', async ({ remote }: Link) => remote.close()],
    ['says no, too', ({ remote }: Link) => remote.send(encodeMessage(REJECT))],
    [
      'says what is no frame, and closes its end',
      async ({ remote }: Link) => {
        remote.send(new Uint8Array([0, 0]))
        await settled()
        await remote.close()
      }
    ]
  ] as const)('nobody waits any longer if the peer %s', async (_, act) => {
    const clock = new ManualClock()
    const between = link()
    const left = channelLine(between.local, clock).close()
    await settled()
    expect(clock.pending).toBe(1)
    await act(between)
    await within(left)
    expect([clock.pending, between.local.listeners]).toEqual([0, 0])
  })

  it('what crossed it is no reason to hang up: the peer has not read it yet', async () => {
    const clock = new ManualClock()
    const between = link()
    const left = channelLine(between.local, clock).close()
    between.remote.send(encodeMessage(HELLO))
    between.remote.send(encodeMessage(ACCEPT))
    await settled()
    expect(clock.pending).toBe(1)
    between.remote.abort(new Error('gone'))
    await within(left)
  })
})

it.each(['secureInbound', 'secureOutbound'] as const)(
  '%s: the inner encrypter is told what libp2p tells: whom it expects, and when it gives up',
  async (way) => {
    const between = link()
    const { encrypter, told } = await secured(between)
    const options = { remotePeer: PEER, signal: new AbortController().signal }
    const upgraded = failure(
      encrypter[way](between.local as unknown as MultiaddrConnection, options)
    )
    await settled()
    cut(between)
    await upgraded
    expect(told).toEqual([options])
  }
)
