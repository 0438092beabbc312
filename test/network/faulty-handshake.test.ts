/**
 * The application's own functions throw, hang, or answer too late: contained, reported once, and no other
 * peer notices (law "blast radius").
 */
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { addressOf, authorize, ourNode, states, streamsWith } from './nodes.ts'
import { TextHandshake } from '../../src/testing/text-handshake.ts'
import { eventually, failure, fence, journal, within } from './waiting.ts'
import type { OurNode } from './nodes.ts'

interface Scene {
  /** The node with the faulty functions. */
  faulty: OurNode
  handshake: TextHandshake
  clock: ManualClock
  /** The peer that it is about. */
  peer: OurNode
  /** A peer of the faulty node that was authorized before, and must not notice. */
  bystander: OurNode
  /** What the node reports of itself. */
  faults: unknown[]
  /** What the bystander notices. */
  noticed: unknown[]
}

async function scene(): Promise<Scene> {
  const clock = new ManualClock()
  const handshake = new TextHandshake()
  const faulty = await ourNode({ clock, handshake })
  const peer = await ourNode({ clock: new ManualClock(), handshake: new TextHandshake() })
  const bystander = await ourNode({ handshake: new TextHandshake() })
  await authorize(faulty, bystander)
  const { peers } = bystander.services
  return {
    faulty,
    handshake,
    clock,
    peer,
    bystander,
    faults: journal(faulty.services.peers, 'peer:fault'),
    noticed: journal(peers, 'peer:transition')
  }
}

async function unharmed({ faulty, bystander, noticed }: Scene): Promise<void> {
  await fence(faulty, bystander)
  expect(noticed).toEqual([])
  expect(states(faulty, bystander)).toEqual(['authorized', 'authorized'])
  expect(faulty.services.peers.status().slots).toHaveLength(1)
}

const boom = (): never => {
  throw new Error('boom')
}
const rejects = async (): Promise<never> => {
  throw new Error('boom')
}
const oddities = {
  undefined: () => Promise.reject(undefined as unknown as Error),
  'a getter that throws': () => {
    const error = new Error('boom')
    Object.defineProperty(error, 'name', { get: boom })
    throw error
  }
}

describe.each(['hello', 'verify'] as const)('%s()', (name) => {
  it.each(Object.entries({ throws: boom, rejects, ...oddities }))(
    'row H2: %s: internal on both sides, no ban, one report, nobody else harmed',
    async (_how, fail) => {
      const stage = await scene()
      stage.handshake[name] = fail as never
      const error = await failure(stage.faulty.services.peers.connect(addressOf(stage.peer)))
      expect(error).toMatchObject({ reason: 'internal', by: 'local', detail: `${name} failed` })
      await eventually(() => {
        const view = stage.peer.services.peers.getPeer(stage.faulty.peerId)
        expect(view).toMatchObject({ state: 'rejected', reason: 'internal', by: 'remote' })
      })
      expect(stage.faults).toMatchObject([
        ['peer:fault', { source: name, peer: stage.peer.peerId.toString() }]
      ])
      expect(stage.faulty.services.peers.status().banned).toBe(0)
      await unharmed(stage)
    }
  )

  it('row H3: hangs: timeout after three seconds, the slot is back; the late answer is ignored', async () => {
    const stage = await scene()
    const answer = Promise.withResolvers<never>()
    stage.handshake[name] = () => answer.promise as never
    const attempt = failure(stage.faulty.services.peers.connect(addressOf(stage.peer)))
    await eventually(() =>
      expect(states(stage.faulty, stage.peer)[0]).toBe('handshaking.initiating')
    )
    await fence(stage.faulty, stage.peer)
    stage.clock.advance(2_999)
    expect(stage.faulty.services.peers.status().slots).toHaveLength(2)
    stage.clock.advance(1)
    expect(await attempt).toMatchObject({ reason: 'timeout', by: 'local' })
    await unharmed(stage)
    answer.resolve(new Uint8Array(1) as never)
    await unharmed(stage)
    expect(stage.faulty.services.peers.isAuthorized(stage.peer.peerId)).toBe(false)
    expect(stage.faults).toEqual([])
  })

  it.each(['disconnect', 'ban', 'the end of the connection'] as const)(
    'row H4: answers after %s: dropped, also in the next session',
    async (how) => {
      const stage = await scene()
      const { peers } = stage.faulty.services
      const honest = stage.handshake[name].bind(stage.handshake)
      const answer = Promise.withResolvers<never>()
      const called = Promise.withResolvers<AbortSignal>()
      stage.handshake[name] = ((...args: { signal: AbortSignal }[]) => {
        called.resolve((args.at(-1) as { signal: AbortSignal }).signal)
        return answer.promise
      }) as never
      const attempt = failure(peers.connect(addressOf(stage.peer)))
      const signal = await within(called.promise)
      expect(signal.aborted).toBe(false)
      if (how === 'disconnect') await within(peers.disconnect(stage.peer.peerId))
      else if (how === 'ban') peers.ban(stage.peer.peerId)
      else for (const connection of stage.peer.getConnections()) await connection.close()
      const words = {
        disconnect: /^requested$/,
        ban: /^banned$/,
        'the end of the connection': /^(connection|stream)-closed$/
      }
      expect((await attempt)['reason']).toMatch(words[how])
      expect(signal.aborted).toBe(true)

      // the next session waits for its own answer, and gets that of the first
      const second = Promise.withResolvers<never>()
      stage.handshake[name] = () => second.promise as never
      peers.unban(stage.peer.peerId)
      for (const [node, other] of [
        [stage.faulty, stage.peer],
        [stage.peer, stage.faulty]
      ] as const) {
        await eventually(() => expect(node.getConnections(other.peerId)).toEqual([]))
      }
      stage.clock.advance(60_000)
      const again = within(peers.connect(addressOf(stage.peer)))
      await eventually(() =>
        expect(states(stage.faulty, stage.peer)[0]).toBe('handshaking.initiating')
      )
      answer.resolve(new TextEncoder().encode('stale') as never)
      await fence(stage.faulty, stage.peer)
      expect(peers.isAuthorized(stage.peer.peerId)).toBe(false)
      second.resolve(honest(new TextEncoder().encode('fresh')) as never)
      expect((await again).hello).toBe(name === 'verify' ? 'fresh' : 'hello')
      expect(stage.faults).toEqual([])
      await eventually(() => expect(streamsWith(stage.faulty, stage.peer)).toEqual([]))
    }
  )
})
