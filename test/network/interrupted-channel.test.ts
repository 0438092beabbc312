/**
 * Handshakes in the secure channel that end in the middle: called off here, or at fault here. Whatever ends
 * them, the peer, libp2p and the chart come to the same end, and nobody else notices.
 */
import { describe, expect, it } from 'vitest'
import { HandshakeRefusedError } from '../../src/index.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { expectNothingLeft, meet, pendingHandshakes, scene, wordFor } from './hostile-scene.ts'
import { addressOf, eventsOf, ourNode, SOCKETS, stockNode } from './nodes.ts'
import { ACCEPT, HELLO } from './raw-peer.ts'
import { TextHandshake } from '../../src/testing/text-handshake.ts'
import { eventually, failure, journal, within } from './waiting.ts'
import type { Side } from './handshake-truth.ts'
import type { Meeting, Scene } from './hostile-scene.ts'

const SIDES: readonly Side[] = ['listener', 'dialer']

const hangs = (): Promise<never> => new Promise(() => {})
const refusing = (): TextHandshake =>
  new TextHandshake('hello', () => {
    throw new HandshakeRefusedError('incompatible')
  })
const boom = (): never => {
  throw new Error('boom')
}

/** A handshake in which the peer has said its HELLO, and our verdict is still to come. */
async function inTheMiddle(
  stage: Scene,
  side: Side,
  how: { visits?: boolean; signal?: AbortSignal; judge?: () => Promise<string> } = {}
): Promise<Meeting> {
  stage.handshake.judge = how.judge ?? hangs
  const meeting = await meet(stage, side, how)
  meeting.line.say({ ...HELLO, intent: how.visits === true ? 'visit' : 'promote' })
  await meeting.line.hearHello()
  await eventually(() => expect(stage.handshake.heard).toHaveLength(2))
  return meeting
}

const errorOf = async ({ failed }: Meeting): Promise<string> => {
  const error = await failed
  return error === undefined ? 'none' : `${error.name}: ${String(error['reason'])}`
}

describe('called off', () => {
  it('connect() by its signal: aborted', async () => {
    const stage = await scene()
    const controller = new AbortController()
    const meeting = await inTheMiddle(stage, 'dialer', { signal: controller.signal })
    controller.abort()
    expect(await errorOf(meeting)).toBe('PeerRejectedError: aborted')
    expect(await meeting.line.verdict()).toBe('end')
    await expectNothingLeft(stage)
  })

  it('node.dial() by its signal', async () => {
    const stage = await scene()
    const controller = new AbortController()
    const { signal } = controller
    const meeting = await inTheMiddle(stage, 'dialer', { signal, visits: true })
    controller.abort()
    expect((await meeting.failed)?.name).toBe('AbortError')
    expect(await meeting.line.verdict()).toBe('end')
    expect(wordFor(stage, meeting)).toBe('unknown: not-wanted')
    await expectNothingLeft(stage)
  })

  it.each([
    ['ban', 'listener', 'banned', 'none'],
    ['ban', 'dialer', 'end', 'PeerRejectedError: banned'],
    ['disconnect', 'listener', 'requested', 'none'],
    ['disconnect', 'dialer', 'end', 'PeerRejectedError: requested']
  ] as const)('by %s(), our side being the %s: told %s', async (how, side, told, ended) => {
    const stage = await scene()
    const meeting = await inTheMiddle(stage, side)
    await stage.ours.services.peers[how](meeting.peer.node.peerId)
    expect(await meeting.line.verdict()).toBe(told)
    expect(await errorOf(meeting)).toBe(ended)
    const word = how === 'ban' ? 'banned' : 'requested'
    await eventually(() => {
      expect(wordFor(stage, meeting)).toBe(`rejected.disconnected: ${word} by local`)
    })
    await expectNothingLeft(stage)
  })

  it.each(SIDES)('a visit by ban(), %s here: verified, and kept out', async (side) => {
    const stage = await scene()
    const judged = Promise.withResolvers<string>()
    const judge = (): Promise<string> => judged.promise
    const meeting = await inTheMiddle(stage, side, { visits: true, judge })
    stage.ours.services.peers.ban(meeting.peer.node.peerId)
    meeting.line.say(ACCEPT)
    judged.resolve('fine')
    expect(await meeting.line.hear()).toEqual(ACCEPT)
    await meeting.line.ended()
    meeting.line.hangUp()
    await meeting.failed
    await eventually(() => expect(pendingHandshakes(stage.ours)).toBe(0))
    expect(stage.ours.services.peers.status().banned).toBe(1)
    await expectNothingLeft(stage)
  })

  describe.each(SIDES)('by node.stop(), our side being the %s', (side) => {
    const moments = {
      'before the peer has said anything': async (stage: Scene) => meet(stage, side),
      'before our verdict': async (stage: Scene) => inTheMiddle(stage, side),
      'while the peer is to hang up': async (stage: Scene) => {
        const meeting = await meet(stage, side)
        meeting.line.write(new Uint8Array([0, 0]))
        await meeting.line.hearHello()
        expect((await meeting.line.hear()).type).toBe('reject')
        return meeting
      }
    }

    it.each(Object.entries(moments))(
      '%s: nothing is left, no deadline either',
      async (_, begin) => {
        const stage = await scene()
        const meeting = await begin(stage)
        const { failed } = meeting
        await within(stage.ours.stop() as Promise<void>)
        expect(['hello', 'end', 'shutting-down']).toContain(await meeting.line.verdict())
        await failed
        expect(stage.ours.getConnections()).toEqual([])
        expect(stage.ours.services.peers.status()).toMatchObject({ slots: [], tracked: 0 })
        expect(stage.opened).toEqual([])
        await eventually(() => expect(stage.clock.pending).toBe(0))
      }
    )
  })
})

describe.each(SIDES)('at fault here, our side being the %s', (side) => {
  const faults = {
    throws: boom,
    rejects: async () => boom()
  }

  it.each(Object.entries(faults))('verify() %s: internal', async (_, fault) => {
    const stage = await scene()
    stage.handshake.judge = fault
    const meeting = await meet(stage, side)
    meeting.line.say(HELLO)
    expect(await meeting.line.verdict()).toBe('internal')
    await eventually(() => {
      expect(wordFor(stage, meeting)).toBe('rejected.disconnected: internal by local')
    })
    await meeting.failed
    expect(stage.faults).toMatchObject([['peer:fault', { source: 'verify' }]])
    await expectNothingLeft(stage)
  })

  it('verify() hangs: timeout, after its own deadline', async () => {
    const stage = await scene()
    const meeting = await inTheMiddle(stage, side)
    stage.clock.advance(2_999)
    expect(stage.ours.services.peers.status().slots).toHaveLength(2)
    stage.clock.advance(1)
    expect(await meeting.line.verdict()).toBe('timeout')
    await eventually(() => {
      expect(wordFor(stage, meeting)).toBe('rejected.disconnected: timeout by local')
    })
    await meeting.failed
    await expectNothingLeft(stage)
  })

  const hooks =
    side === 'listener'
      ? (['denyInboundEncryptedConnection', 'denyInboundUpgradedConnection'] as const)
      : (['denyOutboundEncryptedConnection', 'denyOutboundUpgradedConnection'] as const)

  it.each(hooks)('%s says no after both have accepted: the slot is back', async (hook) => {
    let denies = false
    const stage = await scene({ connectionGater: { [hook]: () => denies } })
    denies = true
    const meeting = await meet(stage, side)
    meeting.line.say(HELLO, ACCEPT)
    await meeting.line.hearHello()
    expect(await meeting.line.hear()).toEqual(ACCEPT)
    await meeting.line.ended()
    meeting.line.hangUp()
    const words = {
      listener: 'rejected.disconnected: connection-closed by network',
      dialer: 'discovered.coolingDown: dial-failed by network'
    }
    await eventually(() => expect(wordFor(stage, meeting)).toBe(words[side]))
    await meeting.failed
    await expectNothingLeft(stage)
  })
})

describe('no on both sides at once', () => {
  it('each hears the other, and waits no longer', async () => {
    // clocks that stand still: whoever waits for a deadline waits for ever
    const [a, b] = await Promise.all(
      [refusing(), refusing()].map((handshake) =>
        ourNode({ clock: new ManualClock(), handshake }, { security: 'secured', ...SOCKETS })
      )
    )
    if (a === undefined || b === undefined) throw new Error('Expected two nodes')
    const opened = [a, b].map((node) => journal(eventsOf(node), 'connection:open'))
    const error = await failure(a.services.peers.connect(addressOf(b)))
    expect(error).toMatchObject({ reason: 'incompatible', by: 'local' })
    await eventually(() => {
      expect(b.services.peers.explain(a.peerId)).toMatchObject({
        path: 'rejected.disconnected',
        reason: 'incompatible',
        by: 'local'
      })
      expect([a, b].map(pendingHandshakes)).toEqual([0, 0])
    })
    expect(opened).toEqual([[], []])
  })
})

describe('a peer that knows nothing of the secure channel', () => {
  it.each(SIDES)('fails cleanly, our side being the %s', async (side) => {
    const stage = await scene()
    const stock = await stockNode({}, SOCKETS)
    const { peers } = stage.ours.services
    const error = await failure(
      side === 'listener' ? stock.dial(addressOf(stage.ours)) : peers.connect(addressOf(stock))
    )
    expect(error.name).toBe(side === 'listener' ? 'EncryptionFailedError' : 'PeerRejectedError')
    const words = { listener: 'not-wanted', dialer: 'dial-failed' }
    expect(peers.explain(stock.peerId).reason).toBe(words[side])
    await expectNothingLeft(stage)
  })
})
