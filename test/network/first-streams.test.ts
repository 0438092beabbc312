/**
 * Honest first messages: a side that is authorized half a round trip before the other may open its streams
 * at once; the other side holds them until its own verdict.
 */
import { expect, it } from 'vitest'
import { chainHandshake, PeerNotAuthorizedError } from '../../src/index.ts'
import { addressOf, APP, CHAIN, ourNode } from './nodes.ts'
import { eventually, failure, within } from './waiting.ts'
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
    const hub = await ourNode({ maxPeers: PAIRS, handshake: slow })
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
