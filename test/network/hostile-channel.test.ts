/** Peers that break the protocol inside the secure channel, where nothing but the handshake protects us. */
import { describe, expect, it } from 'vitest'
import { encodeMessage } from '../../src/handshake/messages.ts'
import { HandshakeRefusedError } from '../../src/index.ts'
import { expectNothingLeft, meet, pendingHandshakes, scene, wordFor } from './hostile-scene.ts'
import { eventsOf } from './nodes.ts'
import { rawNode } from './raw-channel.ts'
import { ACCEPT, HELLO } from './raw-peer.ts'
import { eventually, fence, next, within } from './waiting.ts'
import type { HandshakeContext } from '../../src/handshake/handshake.ts'
import type { Side } from './handshake-truth.ts'

const SIDES: readonly Side[] = ['listener', 'dialer']

const MIB = 1_048_576
const hello = encodeMessage(HELLO)
const accept = encodeMessage(ACCEPT)
const proof = encodeMessage({ type: 'proof', proof: new Uint8Array(64) })
const update = encodeMessage({ type: 'update', payload: new Uint8Array(8) })
const goodbye = encodeMessage({ type: 'goodbye', code: 12, retryAfter: 0 })
const multistream = new TextEncoder().encode('\x13/multistream/1.0.0\n')
/** What begins a stream in yamux: a window update with SYN, of stream 1. */
const yamuxStream = new Uint8Array([0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0])

const hangs = (): Promise<never> => new Promise(() => {})
const join = (...chunks: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(chunks))
const bytes = (...values: number[]): Uint8Array => new Uint8Array(values)

/** Whatever is said here breaks the protocol, at the latest with its last byte. */
const VIOLATIONS: Readonly<Record<string, Uint8Array>> = {
  'a frame of garbage': bytes(0, 4, 0xff, 0xff, 0xff, 0xff),
  'a length of zero': bytes(0, 0),
  'a length of 4,097': bytes(0x10, 0x01),
  'a length of 65,535': bytes(0xff, 0xff),
  'a mebibyte of 0xff': new Uint8Array(MIB).fill(0xff),
  'a mebibyte of zeros': new Uint8Array(MIB),
  'a mebibyte behind HELLO': join(hello, new Uint8Array(MIB).fill(1)),
  'a second HELLO': join(hello, hello),
  'ACCEPT before HELLO': accept,
  'PROOF before HELLO': proof,
  'a second PROOF': join(hello, proof, proof),
  'UPDATE first': update,
  'GOODBYE first': goodbye,
  'UPDATE after HELLO': join(hello, update),
  'GOODBYE after HELLO': join(hello, goodbye),
  'a muxer at once, by negotiation': multistream,
  'a muxer at once': yamuxStream,
  'a muxer after HELLO': join(hello, yamuxStream)
}

describe.each(SIDES)('our side is the %s', (side) => {
  it.each(Object.entries(VIOLATIONS))('%s: protocol-violation, and a ban', async (_, said) => {
    const stage = await scene()
    stage.handshake.judge = hangs
    const meeting = await meet(stage, side)
    meeting.line.write(said)
    expect(await meeting.line.verdict()).toBe('protocol-violation')
    await eventually(() => {
      expect(wordFor(stage, meeting)).toBe('rejected.disconnected: protocol-violation by local')
    })
    const error = await meeting.failed
    expect(error?.['reason'] ?? 'protocol-violation').toBe('protocol-violation')
    expect(stage.ours.services.peers.status().banned).toBe(1)
    await expectNothingLeft(stage)
  })
  it('a flood costs no more than its bytes: eight mebibytes behind the first violation', async () => {
    const stage = await scene()
    const { line } = await meet(stage, side)
    const chunk = new Uint8Array(MIB).fill(0xff)
    const before = process.cpuUsage()
    for (let i = 0; i < 8; i++) line.write(chunk)
    const word = await line.verdict()
    const { user, system } = process.cpuUsage(before)
    expect(word).toBe('protocol-violation')
    // a reader that goes byte by byte through what it has once thrown away needs many times as much
    expect((user + system) / 1_000).toBeLessThan(3_000)
    await expectNothingLeft(stage)
  })

  it('silent: timeout, at the deadline and not before', async () => {
    const stage = await scene()
    const meeting = await meet(stage, side)
    await meeting.line.hearHello()
    stage.clock.advance(4_999)
    const { slots } = stage.ours.services.peers.status()
    // nobody who has not said what it wants is worth a slot
    expect(slots).toHaveLength(side === 'listener' ? 1 : 2)
    stage.clock.advance(1)
    expect(await meeting.line.verdict()).toBe('timeout')
    const word = {
      listener: 'unknown: not-wanted',
      dialer: 'rejected.disconnected: timeout by local'
    }
    await eventually(() => expect(wordFor(stage, meeting)).toBe(word[side]))
    expect((await meeting.failed)?.['reason'] ?? 'timeout').toBe('timeout')
    await expectNothingLeft(stage)
  })

  it('one byte a second: no byte extends the deadline', async () => {
    const stage = await scene()
    const meeting = await meet(stage, side)
    await meeting.line.hearHello()
    for (const [i, byte] of [...hello].slice(0, 5).entries()) {
      meeting.line.write(bytes(byte))
      // by now it has arrived
      await fence(stage.ours, stage.bystander)
      stage.clock.advance(i < 4 ? 1_000 : 999)
    }
    expect(pendingHandshakes(stage.ours)).toBe(1)
    stage.clock.advance(1)
    expect(await meeting.line.verdict()).toBe('timeout')
    await expectNothingLeft(stage)
  })

  it('one byte at a time, as fast as can be: authorized', async () => {
    const stage = await scene()
    const { line, peer } = await meet(stage, side)
    const opened = next(eventsOf(peer.node), 'connection:open')
    for (const byte of join(hello, accept)) line.write(bytes(byte))
    await line.hearHello()
    expect(await line.hear()).toEqual(ACCEPT)
    line.pass()
    await opened
    await eventually(() => {
      expect(stage.ours.services.peers.isAuthorized(peer.node.peerId)).toBe(true)
    })
    await fence(stage.ours, peer.node)
    await fence(peer.node, stage.ours)
  })

  it('truncated: hangs up after each prefix of what an honest peer says', async () => {
    const stage = await scene()
    const peer = await rawNode('secured')
    const said = join(hello, accept)
    stage.handshake.judge = hangs
    for (let end = 0; end <= said.byteLength; end++) {
      const meeting = await meet(stage, side, { peer })
      await meeting.line.hearHello()
      meeting.line.write(said.subarray(0, end))
      meeting.line.hangUp()
      const error = await meeting.failed
      // no word was said by anybody: the attempt has failed, and that is all
      expect(error?.['reason'] ?? 'dial-failed').toBe('dial-failed')
      await eventually(() => expect(pendingHandshakes(stage.ours)).toBe(0))
      const traces = {
        dialer: /^discovered.coolingDown: dial-failed by network$/,
        // one that wanted a slot, and had it for a moment
        listener: /^(unknown: not-wanted|rejected.disconnected: connection-closed by network)$/
      }
      expect(wordFor(stage, meeting)).toMatch(traces[side])
    }
    expect(stage.ours.services.peers.status().banned).toBe(0)
    await expectNothingLeft(stage)
  })
  it("hangs up after its ACCEPT: noticed, although all that follows is the muxer's", async () => {
    const stage = await scene()
    const given = Promise.withResolvers<AbortSignal>()
    stage.handshake.verify = ((_: Uint8Array, { signal }: HandshakeContext) => {
      given.resolve(signal)
      return hangs()
    }) as never
    const meeting = await meet(stage, side)
    meeting.line.say(HELLO, ACCEPT)
    const signal = await given.promise
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve))
    meeting.line.hangUp()
    // sooner than libp2p gives the upgrade up by itself, after six seconds and after ten
    await within(aborted, 4_000)
    await meeting.failed
    await expectNothingLeft(stage)
  })

  it('hangs up after both have accepted: authorized at most for a moment', async () => {
    const stage = await scene()
    const meeting = await meet(stage, side)
    meeting.line.say(HELLO, ACCEPT)
    await meeting.line.hearHello()
    expect(await meeting.line.hear()).toEqual(ACCEPT)
    meeting.line.hangUp()
    await eventually(() =>
      expect(wordFor(stage, meeting)).toMatch(/: (connection-closed|dial-failed) by network$/)
    )
    await meeting.failed
    // it may have been a connection: both sides had said yes
    stage.opened.splice(0)
    await expectNothingLeft(stage)
  })

  it('a muxer in earnest, without a handshake', async () => {
    const stage = await scene()
    const meeting = await meet(stage, side)
    meeting.line.pass()
    await meeting.failed
    // the peer's muxer trips over our HELLO, sooner or later than we trip over what it sends
    await eventually(() => expect(pendingHandshakes(stage.ours)).toBe(0))
    await expectNothingLeft(stage)
  })
})

/** What yamux answers `yamuxPing` with: whoever has heard it knows that the muxer has got the ping. */
const yamuxPing = bytes(0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7)
const yamuxPong = bytes(0, 2, 0, 2, 0, 0, 0, 0, 0, 0, 0, 7)

describe.each(SIDES)("the muxer's bytes right behind ACCEPT, our side being the %s", (side) => {
  const behind = join(accept, yamuxPing)
  const cuts = Array.from({ length: behind.byteLength + 1 }, (_, at) => at)

  it('are not lost, wherever they are cut in two', async () => {
    for (const at of cuts) {
      const stage = await scene()
      const { line } = await meet(stage, side)
      line.say(HELLO)
      await line.hearHello()
      expect(await line.hear()).toEqual(ACCEPT)
      line.write(behind.subarray(0, at))
      line.write(behind.subarray(at))
      await line.hearBytes(yamuxPong)
    }
  })

  it("are kept until our verdict, and are the muxer's if we accept", async () => {
    const stage = await scene()
    const judged = Promise.withResolvers<string>()
    stage.handshake.judge = () => judged.promise
    const { line } = await meet(stage, side)
    line.write(join(hello, behind))
    await line.hearHello()
    await eventually(() => expect(stage.handshake.heard).toHaveLength(2))
    expect(stage.opened).toEqual([])
    judged.resolve('fine')
    expect(await line.hear()).toEqual(ACCEPT)
    await line.hearBytes(yamuxPong)
  })

  it("are nobody's if we refuse", async () => {
    const stage = await scene()
    const judged = Promise.withResolvers<string>()
    stage.handshake.judge = () => judged.promise
    const meeting = await meet(stage, side)
    meeting.line.write(join(hello, behind))
    await eventually(() => expect(stage.handshake.heard).toHaveLength(2))
    judged.reject(new HandshakeRefusedError('incompatible'))
    expect(await meeting.line.verdict()).toBe('incompatible')
    await eventually(() => {
      expect(wordFor(stage, meeting)).toBe('rejected.disconnected: incompatible by local')
    })
    await expectNothingLeft(stage)
  })

  it('five mebibytes of them before our verdict: the connection is cut off', async () => {
    const stage = await scene()
    stage.handshake.judge = hangs
    const meeting = await meet(stage, side)
    meeting.line.write(join(hello, accept))
    for (let i = 0; i < 5; i++) meeting.line.write(new Uint8Array(MIB))
    await meeting.line.hearHello()
    expect(await meeting.line.verdict()).toBe('end')
    await meeting.failed
    await expectNothingLeft(stage)
  })
})
