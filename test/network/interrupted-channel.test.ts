/**
 * Handshakes in the secure channel that end in the middle: called off here, or at fault here. Whatever ends
 * them, the peer, libp2p and the chart come to the same end, and nobody else notices.
 */
import { describe, expect, it } from 'vitest'
import { LINGER } from '../../src/handshake/constants.ts'
import { channelLine } from '../../src/handshake/line.ts'
import { encodeMessage } from '../../src/handshake/messages.ts'
import { HandshakeRefusedError } from '../../src/index.ts'
import { cut, link, settled } from '../handshake/linked-streams.ts'
import { ManualClock } from '../manual-clock.ts'
import { expectNothingLeft, meet, pendingHandshakes, scene, wordFor } from './hostile-scene.ts'
import { addressOf, eventsOf, ourNode, SOCKETS, stockNode } from './nodes.ts'
import { ACCEPT, HELLO } from './raw-peer.ts'
import { TextHandshake } from './text-handshake.ts'
import { eventually, failure, journal, within } from './waiting.ts'
import type { Link } from '../handshake/linked-streams.ts'
import type { Side } from './handshake-truth.ts'
import type { Meeting, Scene } from './hostile-scene.ts'

const SIDES: readonly Side[] = ['listener', 'dialer']
const MIB = 1_048_576
const REJECT = { type: 'reject', code: 1, retryAfter: 0 } as const

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
  how: { visits?: boolean; signal?: AbortSignal } = {}
): Promise<Meeting> {
  stage.handshake.judge = hangs
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

  it.each(SIDES)(
    'a visit by ban(), our side being the %s: verified, and kept out',
    async (side) => {
      const stage = await scene()
      const judged = Promise.withResolvers<string>()
      const meeting = await inTheMiddle(stage, side, { visits: true })
      stage.handshake.judge = () => judged.promise
      stage.ours.services.peers.ban(meeting.peer.node.peerId)
      meeting.line.say(ACCEPT)
      stage.clock.advance(5_000)
      await meeting.line.verdict()
      await meeting.failed
      await eventually(() => expect(pendingHandshakes(stage.ours)).toBe(0))
      expect(stage.ours.services.peers.status().banned).toBe(1)
      await expectNothingLeft(stage)
    }
  )

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

/** What the door leaves in memory of a peer that does not hang up when it is refused. */
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

  it('nobody waits at all if the peer has hung up before', async () => {
    const between = link()
    cut(between)
    await within(channelLine(between.local, new ManualClock()).close())
  })

  it.each([
    ['hangs up', ({ remote }: Link) => remote.abort(new Error('gone'))],
    ['closes its end', async ({ remote }: Link) => remote.close()],
    ['says no, too', ({ remote }: Link) => remote.send(encodeMessage(REJECT))]
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
})
