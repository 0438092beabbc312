/**
 * Honest first messages: a side that is authorized half a round trip before the other may open its streams
 * at once; the other side holds them until its own verdict.
 */
import { expect, it } from 'vitest'
import { chainHandshake, PeerNotAuthorizedError } from '../../src/index.ts'
import { addressOf, APP, CHAIN, ourNode } from './nodes.ts'
import { ACCEPT, HELLO, rawPeer } from './raw-peer.ts'
import { TextHandshake } from '../../src/testing/text-handshake.ts'
import { eventually, failure, fence, within } from './waiting.ts'
import type { Stream } from '@libp2p/interface'

const PAIRS = 60
const chain = chainHandshake(CHAIN)

/** Its verdict takes five milliseconds. */
const slow = {
  ...chain,
  verify: async (...args: Parameters<typeof chain.verify>) => {
    await new Promise((resolve) => {
      setTimeout(resolve, 5)
    })
    return chain.verify(...args)
  }
}

async function textOf(stream: Stream): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += new TextDecoder().decode(chunk.subarray())
  return text
}

it.each(['initiator', 'responder'])(
  'gate: 60 of 60 first streams arrive with their bytes, opened by the %s the instant it is authorized',
  async (opener) => {
    // all of them at the same time
    const admission = { handshakes: PAIRS + 1, inboundHandshakes: PAIRS }
    const hub = await ourNode({ maxPeers: PAIRS, handshake: slow, admission })
    const heard = new Map<string, string>()
    await hub.handle(
      APP,
      async (stream, connection) => {
        // authorized at entry, whatever was held before
        expect(hub.services.peers.isAuthorized(connection.remotePeer)).toBe(true)
        heard.set(connection.remotePeer.toString(), await textOf(stream))
        await stream.close()
      },
      { maxInboundStreams: PAIRS }
    )
    const failures: unknown[] = []
    const others = []
    for (let i = 0; i < PAIRS; i++) others.push(await ourNode())

    for (const other of others) {
      other.services.peers.addEventListener('peer:authorized', ({ detail }) => {
        const say = async (): Promise<void> => {
          const stream = await other.dialProtocol(detail.peerId, APP)
          stream.send(new TextEncoder().encode(`first words of ${other.peerId.toString()}`))
          await stream.close()
        }
        say().catch((error: unknown) => failures.push(error))
      })
    }
    const attempts = others.map(async (other) =>
      opener === 'initiator'
        ? other.services.peers.connect(addressOf(hub))
        : hub.services.peers.connect(addressOf(other))
    )
    await within(Promise.all(attempts))

    await eventually(() => expect(heard.size).toBe(PAIRS))
    for (const { peerId } of others) {
      expect(heard.get(peerId.toString())).toBe(`first words of ${peerId.toString()}`)
    }
    expect(failures).toEqual([])
    expect(hub.services.peers.status().gate).toMatchObject({
      held: 0,
      heldDropped: 0,
      refusedInbound: 0
    })
  }
)

it('gate: before its own authorization a side opens nothing, and fails at once', async () => {
  const verdict = Promise.withResolvers<void>()
  const waiting = {
    ...chain,
    verify: async (...args: Parameters<typeof chain.verify>) => {
      await verdict.promise
      return chain.verify(...args)
    }
  }
  const a = await ourNode()
  const b = await ourNode({ handshake: waiting })
  const attempt = a.services.peers.connect(addressOf(b))
  await eventually(() => expect(a.services.peers.getPeer(b.peerId)?.state).toBe('handshaking'))

  expect((await failure(a.dialProtocol(b.peerId, APP))).name).toBe(PeerNotAuthorizedError.name)
  expect((await failure(b.dialProtocol(a.peerId, APP))).name).toBe(PeerNotAuthorizedError.name)
  verdict.resolve()
  await within(attempt)
})

it('gate: a first stream that overtakes the ACCEPT is held, and delivered with its bytes', async () => {
  const ours = await ourNode({ handshake: new TextHandshake() })
  const heard: string[] = []
  await ours.handle(APP, async (stream) => {
    heard.push(await textOf(stream))
    await stream.close()
  })
  const peer = await rawPeer()
  const script = await peer.open(await peer.node.dial(addressOf(ours)))
  script.say(HELLO)
  expect([(await script.hear()).type, (await script.hear()).type]).toEqual(['hello', 'accept'])

  // our own verdict is there, the peer's is still on its way: it is not authorized here
  const stream = await peer.node.dialProtocol(ours.peerId, APP)
  stream.send(new TextEncoder().encode('first words'))
  await stream.close()
  await fence(peer.node, ours)
  expect(ours.services.peers.status().gate.held).toBe(1)
  expect(heard).toEqual([])

  script.say(ACCEPT)
  await eventually(() => expect(heard).toEqual(['first words']))
  expect(ours.services.peers.status().gate).toMatchObject({ held: 0, delivered: 1 })
})

it('gate: one that overtakes a REJECT is held, and reset', async () => {
  const ours = await ourNode({ handshake: new TextHandshake() })
  let calls = 0
  await ours.handle(APP, () => void calls++)
  const peer = await rawPeer()
  const script = await peer.open(await peer.node.dial(addressOf(ours)))
  script.say(HELLO)
  await script.hear()
  const stream = await peer.node.dialProtocol(ours.peerId, APP)
  await fence(peer.node, ours)
  expect(ours.services.peers.status().gate.held).toBe(1)
  script.say({ type: 'reject', code: 3, retryAfter: 0 })
  await eventually(() => expect(stream.status).toBe('reset'))
  expect(calls).toBe(0)
  expect(ours.services.peers.status().gate).toMatchObject({ held: 0, heldDropped: 1 })
})
