import { encodeMessage } from '../../../handshake/messages.ts'
import { isWireReason, WIRE_REASONS } from '../../../../machines/index.ts'
import { changed } from '../around.ts'
import { nested } from '../garbage.ts'
import { frame } from '../lifecycle-subject.ts'
import { contains, joined } from '../line.ts'
import { demand, demandEqual } from '../patience.ts'
import { demandRefused } from './frame-rows.ts'
import type { HostileScript } from '../script.ts'
import type { Handshake } from '../../../index.ts'

const HOUR = 3_600_000

const text = new TextEncoder()

/** Waits until the promise has failed: the error. */
export async function failureOf(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await promise
  } catch (error) {
    return error as Record<string, unknown>
  }
  return {}
}

const needsWrong: HostileScript['exempt'] = ({ refuses }) =>
  refuses ? undefined : 'it was given nothing that must be refused'

const needsFrames: HostileScript['exempt'] = ({ speaksFrames }) =>
  speaksFrames ? undefined : 'it does not speak the frames that this is about'

/** What hellos say, and whose they are. */
export const HELLO_ROWS: readonly HostileScript[] = [
  {
    row: 'B6',
    title: 'a wrong chain, key or word, in both roles',
    must: 'is refused with a word that both sides learn, and is left alone for a while',
    bound: '5 min',
    exempt: needsWrong,
    async play(stage) {
      const house = await stage.house()
      const caller = await stage.peer({ isWrong: true })
      const heard = await (await caller.call(house)).shake()
      demand(isWireReason(heard), `the caller hears a word, not "${heard}"`)
      await stage.until(() => house.wordFor(caller.key) === heard, 'both know the word')

      const called = await stage.peer({ isWrong: true })
      const failure = failureOf(house.connect(called.address))
      const told = await (await called.accept()).shake()
      const { reason, retryAt } = await stage.patience.within(failure, 'connect() fails')
      demandEqual(told, reason, 'the word that the called peer hears')
      demandEqual([house.peers(), house.places()], [[], 0], 'peers and places')
      const wait = Number(retryAt) - Number(house.lifecycle?.explain(called.key).since)
      demand(wait >= HOUR / 12, `it is left alone for five minutes at least, not ${wait} ms`)
    }
  },
  {
    row: 'B7',
    title: 'another version of the protocol, or a payload other than the one that was proved',
    must: 'is refused: nobody is talked into an older or another word',
    bound: '',
    async play(stage) {
      const house = await stage.house()
      const [old, other] = [await stage.peer(), await stage.peer()]
      const { protocol } = stage.subject
      for (const version of ['0.9.0', '2.0.0']) {
        const connection = await old.dial(house)
        const opened = connection.newStream(protocol.replace('1.0.0', version))
        const { name } = await failureOf(opened)
        demandEqual(name, 'UnsupportedProtocolError', `version ${version}`)
      }
      demandEqual([house.peers(), house.places()], [[], 0], 'peers and places')
      if (!stage.subject.proves) return
      const voice = await other.call(house)
      voice.line.write(await voice.hello())
      voice.line.write(await voice.answer({ payload: text.encode('another payload') }))
      await demandRefused(
        stage,
        house,
        { peer: other, voice, what: 'a downgraded payload' },
        'authentication-failed'
      )
    }
  },
  {
    row: 'B8',
    title: 'the hello of another peer, said again',
    must: 'says nothing of that other peer: identity is the connection’s',
    bound: '',
    async play(stage) {
      const house = await stage.house()
      const [honest, thief] = [await stage.peer(), await stage.peer()]
      const recorded = await stage.record(house, honest)

      const stolen = await thief.call(house)
      stolen.line.write(recorded)
      await stolen.verdict()
      await stage.fence(thief, house)
      demand(house.isPeer(honest.key), 'the honest peer is one still')
      demandEqual(
        house.gains.filter((peer) => peer === honest.key).length,
        1,
        'times it was let in'
      )
      await thief.stop()
      await stage.until(() => house.places() === 1, 'the thief has left')
      demand(house.isPeer(honest.key), 'the honest peer is one when the thief has left')
      demandEqual(
        house.losses.filter(({ peer }) => peer === honest.key),
        [],
        'losses of it'
      )
    }
  },
  {
    row: 'B9',
    title: 'our own hello, mirrored',
    must: 'is refused as `self`, in both roles',
    bound: '',
    async play(stage) {
      const house = await stage.house()
      const called = await stage.peer()
      const failure = failureOf(house.connect(called.address))
      const glass = await called.accept()
      await stage.until(() => glass.line.untaken.byteLength > 0, 'the node says hello')
      glass.line.write(glass.line.untaken)
      const { reason } = await stage.patience.within(failure, 'connect() fails')
      demandEqual([reason, house.peers()], ['self', []], 'the word of connect(), and peers')

      const caller = await stage.peer()
      const mirror = await caller.call(house)
      await stage.until(() => mirror.line.untaken.byteLength > 0, 'the node says hello')
      mirror.line.write(mirror.line.untaken)
      await demandRefused(stage, house, { peer: caller, voice: mirror, what: 'a mirror' }, 'self')
    }
  },
  {
    row: 'B14',
    title: 'numbers at and beyond their bounds',
    must: 'are a word and a time within bounds, or a violation; nothing is computed with them as they come',
    bound: '24 h',
    exempt: needsFrames,
    async play(stage) {
      const house = await stage.house({ maxPeers: 30 })
      for (const code of [0, 1, 16, 17, 0x7fff_ffff, 0xffff_ffff]) {
        for (const retryAfter of [0, 1, 0xffff_ffff]) {
          const peer = await stage.peer()
          const failure = failureOf(house.connect(peer.address))
          const voice = await peer.accept()
          voice.line.write(encodeMessage({ type: 'reject', code, retryAfter }))
          const { reason, retryAt } = await stage.patience.within(failure, 'connect() fails')
          const what = `code ${code}, retry after ${retryAfter}`
          demandEqual(reason, WIRE_REASONS[code - 1] ?? 'refused', what)
          const wait = Number(retryAt ?? 0) - Number(house.lifecycle?.explain(peer.key).since)
          demand(wait <= 24 * HOUR, `${what}: no longer than a day, not ${wait} ms`)
          await peer.stop()
        }
      }
      // a varint of eleven bytes, a negative intent, one that is not known
      const eleven = [0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]
      for (const body of [eleven, [0x18, ...minusOne], [0x18, 0x63]]) {
        const peer = await stage.peer()
        const voice = await peer.call(house)
        const hello = (await voice.hello()).slice(2)
        voice.line.write(wrapped(hello, body))
        await demandRefused(stage, house, { peer, voice, what: `intent ${String(body)}` })
      }
    }
  },
  {
    row: 'B15',
    title: 'deep nesting, doubles and huge arrays',
    must: 'cost no more than their bytes, and make no fault',
    bound: '2 KiB of payload',
    async play(stage) {
      const house = await stage.house({ maxPeers: 20 })
      const payloads: Record<string, Uint8Array> = {
        'nested arrays of text': text.encode('['.repeat(2_048)),
        'nested objects of text': text.encode('{"a":'.repeat(400)),
        'nested messages': nested(2_000),
        'a thousand parts': new Uint8Array(2_048).map((_, i) => (i % 2 === 0 ? 0x0a : 0)),
        zeros: new Uint8Array(2_048)
      }
      for (const [what, payload] of Object.entries(payloads)) {
        const peer = await stage.peer()
        const voice = await peer.call(house)
        voice.line.write(stage.subject.saying(payload), stage.subject.accept)
        await stage.patience.within(voice.verdict(), `${what}: an answer`)
        await peer.stop()
        await stage.until(() => house.places() === 0, `${what}: no place taken`)
      }
      const friend = await stage.friend(house)
      demand(house.isPeer(friend.key), 'honest peers are let in as before')
    }
  },
  {
    row: 'B16',
    title: 'names that reach for prototypes',
    must: 'are data like any other: no object of ours has a field more',
    bound: '',
    async play(stage) {
      const house = await stage.house({ maxPeers: 20 })
      const before = Object.getOwnPropertyNames(Object.prototype).length
      for (const name of ['__proto__', 'constructor', 'prototype', 'toString']) {
        const peer = await stage.peer()
        const voice = await peer.call(house)
        const payload = text.encode(`{"${name}":{"authorized":true,"state":"authorized"}}`)
        voice.line.write(stage.subject.saying(payload), stage.subject.accept)
        await voice.verdict()
        await peer.stop()
        const part = await stage.peer()
        const parted = await part.call(house)
        const named = joined(new Uint8Array([0x0a, name.length]), text.encode(name))
        const list = joined(new Uint8Array([0x0a, named.byteLength]), named)
        parted.line.write(stage.subject.saying(list), stage.subject.accept)
        await parted.verdict()
        await part.stop()
      }
      await stage.until(() => house.places() === 0, 'no place taken')
      demandEqual(Object.getOwnPropertyNames(Object.prototype).length, before, 'names of objects')
      demand(!('authorized' in {}), 'an empty object has no field')
      const friend = await stage.friend(house)
      demand(house.isPeer(friend.key), 'honest peers are let in as before')
    }
  },
  {
    row: 'B17',
    title: 'a payload that says `type`, `guard` and `session`',
    must: 'is kept as the peer’s hello and nowhere else: no event and no state is made of it',
    bound: '',
    exempt: needsFrames,
    async play(stage) {
      const words = { type: 'goodbye.received', guard: 'always', session: 99, state: 'rejected' }
      const around = (handshake: Handshake): Handshake =>
        changed(handshake, {
          verify: async (payload, context) => {
            const hello = await handshake.verify(payload, context)
            return { ...(hello as object), ...words }
          }
        })
      const house = await stage.house({ around })
      const friend = await stage.friend(house)
      const view = house.lifecycle?.getPeer(friend.key)
      demandEqual([view?.state, view?.path], ['authorized', 'authorized'], 'where the peer is')
      const hello = view?.hello as Record<string, unknown>
      for (const [name, word] of Object.entries(words)) demandEqual(hello[name], word, name)
      const { slot, history } = house.lifecycle?.explain(friend.key) ?? {}
      demand(slot?.session !== 99, 'its session is ours')
      demand(
        history?.every(({ event }) => event !== 'goodbye.received') === true,
        'nothing has happened that only the payload speaks of'
      )
    }
  },
  {
    row: 'B21',
    title: 'a refusal that could tell too much',
    must: 'is a number on the wire: no text of ours, and none of the peer’s',
    bound: '16 codes',
    exempt: needsWrong,
    async play(stage) {
      const house = await stage.house()
      const peer = await stage.peer({ isWrong: true })
      const voice = await peer.call(house)
      const hello = await voice.hello()
      voice.line.write(hello)
      voice.line.write(await voice.answer())
      await voice.line.ended()
      const { untaken } = voice.line
      const last = stage.subject.speaksFrames ? lastFrameOf(untaken) : untaken
      demand(last.byteLength <= 16, `a refusal of ${last.byteLength} bytes`)
      const detail = house.lifecycle?.explain(peer.key).detail ?? 'refused'
      demand(!contains(last, text.encode(detail)), 'our detail is not said')
      demandEqual([house.peers(), house.places()], [[], 0], 'peers and places')
    }
  }
]

const minusOne = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]

/** The last of the frames, without its length. */
function lastFrameOf(frames: Uint8Array): Uint8Array {
  const length = 2 + (((frames[0] ?? 0) << 8) | (frames[1] ?? 0))
  return length < frames.byteLength ? lastFrameOf(frames.subarray(length)) : frames.subarray(2)
}

/** The frame of a hello with a field more in it. */
function wrapped(hello: Uint8Array, field: number[]): Uint8Array {
  // tag, length in one or two bytes, and what is in it
  const at = (hello[1] ?? 0) < 0x80 ? 2 : 3
  const inner = joined(hello.slice(at), new Uint8Array(field))
  const length = [(inner.byteLength & 0x7f) | 0x80, inner.byteLength >> 7]
  const body = joined(new Uint8Array([0x0a, ...length]), inner)
  return frame(body.byteLength, body)
}
