import { codeOf } from '../../machines/index.ts'
import { settled } from '../../src/testing/settled.ts'
import { at, CHAIN, OTHER_CHAIN, PROTOCOL, UNLISTED } from './real-nodes.ts'
import { waitUntil } from './wait-until.ts'
import type { FarStream } from './far-stream.ts'
import type { Stage } from './stage.ts'
import type { Facts } from '../../src/testing/model/world.ts'
import type { Message } from '../../src/handshake/messages.ts'
import type { WireReason } from '../../machines/index.ts'

/** How each happening is brought about with two real nodes. */

/** What was true before, and what must be true after. */
interface Turn {
  readonly from: Facts
  readonly to: Facts
}

export type Deed = (stage: Stage, turn: Turn) => void | Promise<void>

const DIAL_TIMEOUT = 10_000
const HANDSHAKE_TIMEOUT = 5_000

const bytesOf = (word: string): Uint8Array => new TextEncoder().encode(word)
export const hello = (word: string, intent: 'promote' | 'visit' = 'promote'): Message => ({
  type: 'hello',
  nonce: new Uint8Array(32).fill(7),
  payload: bytesOf(word),
  intent
})
export const no = (type: 'reject' | 'goodbye', word: WireReason): Message => ({
  type,
  code: codeOf(word),
  retryAfter: 0
})

/** The stream of the handshake that is under way. */
async function streamOf(stage: Stage, { from }: Turn): Promise<FarStream> {
  if (from.stream === 'ours') return stage.accept('hello')
  if (stage.theirs === undefined) throw new Error('It has opened no stream')
  return stage.theirs
}

/** Says a word in the handshake, as whoever opened its stream. */
const says =
  (word: string): Deed =>
  async (stage, leg) => {
    const stream = await streamOf(stage, leg)
    stream.say(hello(word))
  }

/** A request to a peer that is authorized. */
const asks =
  (message: Message): Deed =>
  async (stage) => {
    const stream = await stage.open()
    stream.say(message)
    await stream.close()
  }

export async function dialed(stage: Stage): Promise<void> {
  await waitUntil(
    () => stage.out.held > 0,
    () => 'Nobody is dialed'
  )
}

function lose(stage: Stage): void {
  stage.out.cut()
  stage.in.cut()
  stage.out.hear()
  stage.in.hear()
}

function pass(stage: Stage, ms: number): void {
  stage.clock.advance(ms)
  stage.hold()
}

export const DEEDS: Readonly<Record<string, Deed>> = {
  'the application enqueues it': ({ peers, id }) => void peers.enqueue(id),
  'the application connects to it': (stage) => {
    stage.attempt = new AbortController()
    stage.peers.connect(stage.id, { signal: stage.attempt.signal }).catch(() => {})
  },
  'nobody waits for it any more': ({ attempt }) => attempt.abort(),
  'the application disconnects it': (stage) => {
    stage.left = stage.peers.disconnect(stage.id)
  },
  'it is evicted': (stage) => {
    stage.left = stage.peers.disconnect(stage.id, { reason: 'evicted' })
  },
  'it is banned': ({ peers, id }) => peers.ban(id),
  'its ban is lifted': ({ peers, id }) => void peers.unban(id),
  'the list lets it in': ({ handshake, id }) =>
    handshake.tell({ type: 'allowed', peer: id.toString() }),
  'a new address is learned': async ({ ours, out, id }) => {
    await out.open()
    await ours.peerStore.merge(id, { multiaddrs: [at(out.ports.at(-1) ?? 0)] })
  },
  'the cool-down is over': (stage) => {
    const { until = 0 } = stage.journal.peer?.context ?? {}
    pass(stage, until - stage.clock.now())
  },
  'the scheduler grants a slot': async (stage) => {
    // whoever is still being left, which takes three seconds at most, has to wait for that
    for (let second = 0; second < 3; second++) {
      stage.clock.advance(1_000)
      await settled()
    }
    // deadline by deadline: what begins with the slot has not lasted any time yet
    const before = stage.grants
    while (stage.grants === before) stage.clock.advance((stage.clock.next ?? 0) - stage.clock.now())
    stage.hold()
  },
  'the dial gets through': async (stage) => {
    await dialed(stage)
    stage.out.release()
  },
  'the dial fails': async (stage) => {
    await dialed(stage)
    // at every address
    const { edges } = stage.journal
    const before = edges.length
    await waitUntil(
      () => (stage.out.refuse(), edges.length > before),
      () => 'The dial goes on'
    )
  },
  'the dial takes too long': (stage) => pass(stage, DIAL_TIMEOUT),
  'it connects': (stage) => stage.connect(),
  'it connects while it is dialed': (stage) => stage.connect(),
  'its connection is lost': lose,
  'it is slow to answer from now on': (stage) => {
    stage.out.mute('near')
    stage.in.mute('far')
  },
  'it offers its handshake': async (stage) => {
    stage.theirs = await stage.open()
  },
  'it offers another handshake': async (stage, { from, to }) => {
    const opening = stage.open()
    if (from.isDeaf) {
      // the answer cannot be heard, but the question can
      await waitUntil(
        () => stage.journal.edges.at(-1)?.includes('handshake.offered') === true,
        () => 'Nothing was offered'
      )
      stage.out.hear()
      stage.in.hear()
    }
    const stream = await opening
    if (from.stream !== 'theirs' && to.stream === 'theirs') stage.theirs = stream
  },
  'it closes our stream without a word': async (stage, leg) => {
    const stream = await streamOf(stage, leg)
    await stream.close()
  },
  'it resets the stream': async (stage, leg) => (await streamOf(stage, leg)).reset(),
  'it says garbage': async (stage, leg) => (await streamOf(stage, leg)).babble(),
  'it is of another chain': says(OTHER_CHAIN),
  'it is not on the list': says(UNLISTED),
  'it is full': async (stage, leg) => {
    const stream = await streamOf(stage, leg)
    if (leg.from.stream === 'theirs') stream.say(hello(CHAIN))
    stream.say(no('reject', 'too-many-peers'))
    await stream.close()
  },
  'it is silent for too long': (stage) => {
    pass(stage, HANDSHAKE_TIMEOUT)
    stage.out.hear()
    stage.in.hear()
  },
  'it turns out to be a stranger': async (stage) => {
    const { edges } = stage.journal
    const before = edges.length
    await stage.far.unhandle(PROTOCOL)
    await waitUntil(
      () => edges.length > before,
      () => 'Nothing was refused'
    )
    await stage.handle(stage.far)
  },
  'it accepts': async (stage, leg) => {
    const stream = await streamOf(stage, leg)
    stream.say(hello(CHAIN))
    await stream.hears('hello')
    stream.say({ type: 'accept' })
    await stream.hears('accept')
    await stream.close()
  },
  'it leaves for good': asks(no('goodbye', 'incompatible')),
  'it leaves for a while': asks(no('goodbye', 'too-many-peers')),
  'it becomes another chain': asks({ type: 'update', payload: bytesOf(OTHER_CHAIN) }),
  'it does not like what we have become': async (stage) => {
    const refreshed = stage.peers.refresh(stage.id)
    const stream = await stage.accept('update')
    stream.say(no('reject', 'too-many-peers'))
    await stream.close()
    await refreshed
  },
  'it breaks the protocol': async (stage) => {
    const stream = await stage.open()
    stream.babble()
  },
  'what is on its way arrives': async ({ left }, { from }) => {
    if (from.onItsWay === 'a goodbye') await left
  }
}
