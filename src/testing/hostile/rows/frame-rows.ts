import { MAX_EXCHANGE_BYTES } from '../../../handshake/constants.ts'
import { scramble } from '../garbage.ts'
import { joined } from '../line.ts'
import { demand, demandEqual } from '../patience.ts'
import type { HostileScript } from '../script.ts'
import type { Stage } from '../stage.ts'
import type { House, Voice } from '../subject.ts'
import type { HostilePeer } from '../hostile-peer.ts'

const MIB = 1_048_576

/** The deadline of a handshake, in milliseconds. */
const DEADLINE = 5_000

/** A word as a peer hears it: where there are no words, the end is one. */
export const wordIn = ({ subject }: Stage, word: string): string =>
  subject.speaksFrames ? word : 'end'

/** The peer is refused with a word, has no place, and reached nothing. */
export async function demandRefused(
  stage: Stage,
  house: House,
  { peer, voice, what }: { peer: HostilePeer; voice: Voice; what: string },
  word = 'protocol-violation'
): Promise<void> {
  const heard = await voice.verdict()
  // a verdict that was on its way before the rule was broken counts for nothing
  if (heard === 'accept') await stage.until(() => isAlone(peer), `${what}: it is cut off`)
  else demandEqual(heard, wordIn(stage, word), `${what}: the word that the peer hears`)
  if (house.lifecycle !== undefined) {
    await stage.until(() => house.wordFor(peer.key) === word, `${what}: ${word} at the node`)
  }
  demandEqual(house.isPeer(peer.key), false, `${what}: is it a peer`)
  demandEqual(house.places(), house.peers().length, `${what}: places taken`)
}

/** Has it no connection any more? */
const isAlone = ({ node }: HostilePeer): boolean => node.getConnections().length === 0

/** What the first part of the table of handshakes says: bytes that are none of ours. */
export const FRAME_ROWS: readonly HostileScript[] = [
  {
    row: 'B1',
    title: 'an oversized hello',
    must: 'is refused at its length field, before anything is kept of it',
    bound: '4 KiB',
    async play(stage) {
      const house = await stage.house()
      for (const length of [4_095, 4_096]) {
        const peer = await stage.peer()
        const voice = await peer.call(house)
        voice.line.write(await stage.subject.sized(voice, length))
        voice.line.write(await voice.answer())
        await stage.until(() => house.isPeer(peer.key), `a hello of ${length} bytes is let in`)
        await peer.stop()
        await stage.until(() => house.places() === 0, 'a peer that left has no place')
      }
      for (const length of [4_097, 65_535]) {
        const peer = await stage.peer()
        const voice = await peer.call(house)
        voice.line.write(await stage.subject.sized(voice, length))
        await demandRefused(stage, house, { peer, voice, what: `a hello of ${length} bytes` })
      }
    }
  },
  {
    row: 'B2',
    title: 'random bytes',
    must: 'are refused as a violation, each peer counted once, and nothing is thrown',
    bound: '1 refusal a peer',
    async play(stage) {
      const house = await stage.house({ maxPeers: 20 })
      const peers = await stage.peers(8)
      for (const [i, peer] of peers.entries()) {
        const voice = await peer.call(house)
        // whatever its length field says, the frame is whole before the bytes are
        voice.line.write(framedNoise(i + 1))
        await demandRefused(stage, house, { peer, voice, what: `random bytes ${i}` })
      }
      demandEqual(house.faults, [], 'faults')
      const counted = house.lifecycle
        ?.status()
        .refusals.filter(({ reason }) => reason === 'protocol-violation')
        .reduce((sum, { count }) => sum + count, 0)
      demandEqual(counted ?? peers.length, peers.length, 'violations that were counted')
    }
  },
  {
    row: 'B3',
    title: 'a truncated hello, then the end or silence',
    must: 'ends at once, or at the deadline, and no byte extends it',
    bound: '5 s',
    async play(stage) {
      const house = await stage.house()
      for (const index of [0, 1, 2, 3, 4, 5]) {
        const [hasty, silent] = [await stage.peer(), await stage.peer()]
        const voice = await hasty.call(house)
        const hello = await voice.hello()
        const part = hello.subarray(0, cuts(hello.byteLength)[index])
        await stage.until(() => house.places() === 1, 'the stream has arrived')
        voice.line.write(part)
        await voice.line.close()
        await stage.until(() => hasEnded(stage, house, hasty), 'the end has arrived')
        // it may be that the connection follows: who merely leaves is given a second
        house.advance(1_000)
        await stage.until(() => house.places() === 0, 'a stream that ended has no place')

        const mute = await silent.call(house)
        mute.line.write(part)
        await stage.fence(silent, house)
        house.advance(DEADLINE - 1)
        demandEqual(house.places(), 1, 'places before the deadline')
        house.advance(1)
        demandEqual(
          await mute.verdict(),
          wordIn(stage, 'timeout'),
          'the word that a silent peer hears'
        )
        demandEqual(house.places(), 0, 'places after the deadline')
      }
    }
  },
  {
    row: 'B4',
    title: 'endless bytes and endless small frames',
    must: 'are cut off at the first violation, and what follows costs no more than its arrival',
    bound: '4 frames, 16 KiB',
    async play(stage) {
      const house = await stage.house({ maxPeers: 20 })
      const bystander = await stage.friend(house)
      const endless: Record<string, (hello: Uint8Array) => Uint8Array> = {
        'a MiB of ones': () => new Uint8Array(MIB).fill(0xff),
        'a MiB of zeros': () => new Uint8Array(MIB),
        'a MiB of small frames': (hello) => joined(hello, tiny(MIB)),
        'a MiB of hellos': (hello) => repeated(hello, MIB)
      }
      for (const [what, bytesOf] of Object.entries(endless)) {
        const peer = await stage.peer()
        const voice = await peer.call(house)
        const bytes = bytesOf(await voice.hello())
        voice.line.write(bytes.subarray(0, MAX_EXCHANGE_BYTES))
        await demandRefused(stage, house, { peer, voice, what })
        voice.line.write(bytes.subarray(MAX_EXCHANGE_BYTES))
      }
      await stage.fence(bystander, house)
      demand(house.isPeer(bystander.key), 'the peer of before is one still')
    }
  },
  {
    row: 'B5',
    title: 'frames that break the grammar',
    must: 'are violations: the peer is told, banned, and has no place',
    bound: '',
    async play(stage) {
      const house = await stage.house()
      const sample = await (await stage.peer()).call(house)
      const names = Object.keys(await stage.subject.violations(sample))
      sample.line.reset()
      await stage.until(() => house.places() === 0, 'the sample is gone')
      for (const what of names) {
        const peer = await stage.peer()
        const voice = await peer.call(house)
        const said = (await stage.subject.violations(voice))[what]
        if (said !== undefined) voice.line.write(said)
        await demandRefused(stage, house, { peer, voice, what })
      }
    }
  }
]

/** Where a hello is cut off. */
const cuts = (length: number): number[] => [0, 1, 2, 3, length >> 1, length - 1]

/** Has the node seen the end of what the peer says in the handshake? */
function hasEnded({ subject }: Stage, { node }: House, { id }: HostilePeer): boolean {
  return node
    .getConnections(id)
    .flatMap(({ streams }) => streams)
    .every(
      ({ protocol, status, remoteWriteStatus }) =>
        protocol !== subject.protocol || status !== 'open' || remoteWriteStatus === 'closed'
    )
}

/** Bytes without a pattern behind a length field that is in order. */
function framedNoise(seed: number): Uint8Array {
  const bytes = scramble(seed, 8_192)
  bytes[0] = (bytes[0] ?? 0) & 0x0f
  return bytes
}

/** Frames of one byte each. */
const tiny = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i % 3 === 0 ? 0 : i % 3 === 1 ? 1 : 0x78))

const repeated = (piece: Uint8Array, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => piece[i % piece.byteLength] ?? 0)
