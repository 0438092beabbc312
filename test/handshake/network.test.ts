// The truths about libp2p that the handshake leans on, over real connections: what is flushed arrives,
// an end is an end, and who merely leaves is not to blame. Time is real here, only as a deadline.
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { memory } from '@libp2p/memory'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Exchange } from '../../src/handshake/exchange.ts'
import { chainHandshake } from '../../src/handshake/chain-handshake.ts'
import { sendGoodbye } from '../../src/handshake/goodbye.ts'
import { streamLine } from '../../src/handshake/line.ts'
import { encodeMessage } from '../../src/handshake/messages.ts'
import { readRequest } from '../../src/handshake/request.ts'
import { closeSilently, refuseStream } from '../../src/handshake/stream-end.ts'
import { Turns } from '../../src/handshake/turns.ts'
import { answerUpdate, sendUpdate } from '../../src/handshake/update.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { settled } from '../../src/testing/settled.ts'
import { PROTOCOL, VERIFY_TIMEOUT } from './meeting.ts'
import { HELLO } from './raw-peer.ts'
import type { Handshake, Outcome, Role, Verdict } from '../../src/handshake/handshake.ts'
import type { Connection, Libp2p, PeerId, Stream } from '@libp2p/interface'

const GENESIS = `0x${'ab'.repeat(32)}`
const SAME = chainHandshake({ chainId: 7, genesis: GENESIS })
const OTHER = chainHandshake({ chainId: 9, genesis: GENESIS })

type Handler = (stream: Stream, connection: Connection, self: Libp2p) => void | Promise<void>

let nodes = 0

async function node(transport: 'tcp' | 'memory'): Promise<Libp2p> {
  const listen =
    transport === 'tcp' ? '/ip4/127.0.0.1/tcp/0' : `/memory/handshake-${process.pid}-${++nodes}`
  const started = await createLibp2p({
    addresses: { listen: [listen] },
    transports: [transport === 'tcp' ? tcp() : memory()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false }
  })
  onTestFinished(async () => started.stop())
  return started
}

/** A stream from one node to another that handles it, at the initiator. */
async function open(transport: 'tcp' | 'memory', handler: Handler) {
  const [a, b] = await Promise.all([node(transport), node(transport)])
  await b.handle(PROTOCOL, (stream, connection) => handler(stream, connection, b))
  const connection = await a.dial(b.getMultiaddrs())
  const stream = await connection.newStream(PROTOCOL)
  return { a, b, connection, stream }
}

/** One side's handshake on a real stream, as a promise of its outcome. */
function shake<Hello>(
  stream: Stream,
  role: Role,
  [self, peerId]: [PeerId, PeerId],
  handshake: Handshake<Hello>,
  clock = new ManualClock()
) {
  const { promise, resolve } = Promise.withResolvers<Outcome<Hello>>()
  const exchange = new Exchange<Hello>({
    line: streamLine(stream, clock),
    role,
    self,
    peerId,
    protocol: PROTOCOL,
    handshake,
    clock,
    verifyTimeout: VERIFY_TIMEOUT,
    turns: new Turns(1),
    onOutcome: resolve,
    onFault: (source, error) => expect.unreachable(`${source}: ${String(error)}`)
  })
  exchange.start()
  return { exchange, outcome: promise, clock }
}

describe.each(['tcp', 'memory'] as const)('over %s', (transport) => {
  test('two nodes on the same chain authorize each other, and the stream is gone', async () => {
    const theirs = Promise.withResolvers<ReturnType<typeof shake>>()
    const { a, b, stream, connection } = await open(transport, (inbound, { remotePeer }, self) =>
      theirs.resolve(shake(inbound, 'responder', [self.peerId, remotePeer], SAME))
    )
    const ours = shake(stream, 'initiator', [a.peerId, b.peerId], SAME)
    const responder = await theirs.promise
    const hello = { chainId: 7n, genesis: GENESIS }
    expect(await ours.outcome).toEqual({ kind: 'accepted', hello })
    expect(await responder.outcome).toEqual({ kind: 'accepted', hello })
    await Promise.all([ours.exchange.done, responder.exchange.done])
    expect(stream.status).toBe('closed')
    expect(connection.streams.filter(({ protocol }) => protocol === PROTOCOL)).toEqual([])
    expect([ours.clock.pending, responder.clock.pending]).toEqual([0, 0])
  })

  test('two nodes on different chains tell each other so, or one does', async () => {
    const theirs = Promise.withResolvers<ReturnType<typeof shake>>()
    const { a, b, stream } = await open(transport, (inbound, { remotePeer }, self) =>
      theirs.resolve(shake(inbound, 'responder', [self.peerId, remotePeer], OTHER))
    )
    const ours = shake(stream, 'initiator', [a.peerId, b.peerId], SAME)
    const outcomes = await Promise.all([ours.outcome, (await theirs.promise).outcome])
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ kind: 'refused', reason: 'incompatible', acceptSent: false })
    }
  })

  test('a REJECT arrives although the connection is closed right after it was flushed', async () => {
    for (let i = 0; i < 10; i++) {
      const { a, b, stream } = await open(transport, async (inbound, { remotePeer }, self) => {
        const { exchange, outcome } = shake(inbound, 'responder', [self.peerId, remotePeer], OTHER)
        await outcome
        await exchange.done
        await self.hangUp(remotePeer)
      })
      const patient = { ...SAME, verify: () => new Promise<never>(() => {}) }
      const ours = shake(stream, 'initiator', [a.peerId, b.peerId], patient)
      expect(await ours.outcome).toMatchObject({ reason: 'incompatible', by: 'remote' })
    }
  })

  test('a REJECT without a handshake arrives, even if nobody reads HELLO', async () => {
    const { a, b, stream } = await open(transport, async (inbound) =>
      refuseStream(inbound, 'too-many-peers', 300, new ManualClock())
    )
    const ours = shake(stream, 'initiator', [a.peerId, b.peerId], SAME)
    expect(await ours.outcome).toMatchObject({
      reason: 'too-many-peers',
      by: 'remote',
      retryAfter: 300
    })
    await ours.exchange.done
    expect(stream.status).toBe('closed')
  })

  test('a stream that is closed without a frame is a peer that yields', async () => {
    const { a, b, stream } = await open(transport, async (inbound) =>
      closeSilently(inbound, new ManualClock())
    )
    const ours = shake(stream, 'initiator', [a.peerId, b.peerId], SAME)
    expect(await ours.outcome).toEqual({ kind: 'yielded' })
    await ours.exchange.done
    expect(stream.status).toBe('closed')
  })

  test.each([
    ['resets the stream', (stream: Stream) => stream.abort(new Error('gone'))],
    [
      'aborts the connection',
      (_: Stream, connection: Connection) => connection.abort(new Error('gone'))
    ],
    // libp2p closes every stream in good order before it closes their connection
    ['closes the connection', async (_: Stream, connection: Connection) => connection.close()]
  ] as const)('a peer that %s in the middle is lost, not to blame', async (_, leave) => {
    const { a, b, stream } = await open(transport, async (inbound, connection) => {
      inbound.send(encodeMessage(HELLO))
      await readRequest(inbound)
      await leave(inbound, connection)
    })
    const thinking = { ...SAME, verify: () => new Promise<never>(() => {}) }
    const ours = shake(stream, 'initiator', [a.peerId, b.peerId], thinking)
    expect(await ours.outcome).toMatchObject({ reason: 'stream-closed', by: 'network' })
    await ours.exchange.done
    expect(ours.clock.pending).toBe(0)
  })

  test('a peer that closes its end in the middle, and stays, violates the protocol', async () => {
    const { a, b, stream } = await open(transport, async (inbound) => {
      inbound.send(encodeMessage(HELLO))
      await inbound.close()
    })
    const thinking = { ...SAME, verify: () => new Promise<never>(() => {}) }
    const ours = shake(stream, 'initiator', [a.peerId, b.peerId], thinking)
    if (stream.remoteWriteStatus !== 'closed') {
      await new Promise((resolve) => stream.addEventListener('remoteCloseWrite', resolve))
    }
    await settled()
    ours.clock.advance(1_000)
    expect(await ours.outcome).toMatchObject({ reason: 'protocol-violation', by: 'local' })
  })

  test('a goodbye is heard', async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>()
    const { stream } = await open(transport, async (inbound) => {
      resolve(await readRequest(inbound))
      await closeSilently(inbound, new ManualClock())
    })
    expect(await sendGoodbye({ stream, reason: 'shutting-down' })).toBe(true)
    expect(await promise).toEqual({ kind: 'goodbye', reason: 'shutting-down', retryAfter: 0 })
    expect(stream.status).toBe('closed')
  })

  test('an update is answered', async () => {
    for (const [payload, answer] of [
      [await SAME.hello({} as never), { kind: 'accepted' }],
      [await OTHER.hello({} as never), { kind: 'refused', reason: 'incompatible', by: 'remote' }]
    ] as const) {
      const verdicts: Array<Verdict<unknown>> = []
      const { stream } = await open(transport, async (inbound, { remotePeer }) => {
        const request = await readRequest(inbound)
        if (request.kind !== 'update') throw new Error(request.kind)
        await answerUpdate({
          stream: inbound,
          payload: request.payload,
          peerId: remotePeer,
          role: 'responder',
          current: undefined,
          handshake: SAME,
          clock: new ManualClock(),
          verifyTimeout: VERIFY_TIMEOUT,
          onVerdict: (verdict) => verdicts.push(verdict),
          onFault: (source) => expect.unreachable(source)
        })
      })
      expect(await sendUpdate({ stream, payload })).toMatchObject(answer)
      expect(verdicts.map(({ kind }) => kind)).toEqual([answer.kind])
    }
  })

  test('a mebibyte of garbage is dropped, and the connection lives', async () => {
    const theirs = Promise.withResolvers<ReturnType<typeof shake>>()
    const { stream, connection } = await open(transport, (inbound, { remotePeer }, self) =>
      theirs.resolve(shake(inbound, 'responder', [self.peerId, remotePeer], SAME))
    )
    const garbage = new Uint8Array(16_384).fill(0xff)
    for (let i = 0; i < 64; i++) if (!stream.send(garbage)) await stream.onDrain()
    const responder = await theirs.promise
    expect(await responder.outcome).toMatchObject({
      reason: 'protocol-violation',
      detail: 'frame length 65535, expected 1 to 4096'
    })
    await stream.close()
    await responder.exchange.done
    expect(connection.status).toBe('open')
  })
})
