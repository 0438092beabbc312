/**
 * Law "agreement": after any exchange ends both sides agree or the connection is gone. The other side is a
 * script that follows the protocol by hand and cuts the stream after each of our frames, in each way.
 *
 * What the script believes of itself is the protocol's rule: authorized if it has sent ACCEPT and has
 * received ACCEPT.
 */
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { addressOf, ourNode } from './nodes.ts'
import { ACCEPT, HELLO, rawPeer, shakeHands } from './raw-peer.ts'
import { TextHandshake } from '../../src/testing/text-handshake.ts'
import { eventually, failure, fence, next } from './waiting.ts'
import type { OurNode } from './nodes.ts'
import type { RawPeer, Script } from './raw-peer.ts'
import type { Message } from '../../src/handshake/messages.ts'

/** Our frames in a handshake, and at which point of its own half the script is when it cuts. */
type Point =
  | 'at once'
  | 'after our HELLO'
  | 'after our ACCEPT'
  | 'after its own HELLO'
  | 'after both'
type Cut = 'close' | 'reset' | 'connection'

const POINTS: Point[] = [
  'at once',
  'after its own HELLO',
  'after our HELLO',
  'after our ACCEPT',
  'after both'
]
const CUTS: Cut[] = ['close', 'reset', 'connection']

/** Plays the script's half up to the point. True if the script holds both to be authorized. */
async function play(script: Script, point: Point): Promise<boolean> {
  const heard: Message['type'][] = []
  const hear = async (): Promise<void> => void heard.push((await script.hear()).type)
  if (point === 'at once') return false
  if (point === 'after its own HELLO') {
    script.say(HELLO)
    return false
  }
  await hear()
  if (point === 'after our HELLO') return false
  script.say(HELLO)
  await hear()
  expect(heard).toEqual(['hello', 'accept'])
  if (point === 'after our ACCEPT') return false
  script.say(ACCEPT)
  return true
}

async function cut(peer: RawPeer, script: Script, how: Cut): Promise<void> {
  if (how === 'close') await script.fin()
  else if (how === 'reset') script.reset()
  else await Promise.all(peer.node.getConnections().map(async (connection) => connection.close()))
}

/** Both sides are at rest; what ours believes is what the script believes, or no connection is left. */
async function agrees(
  ours: OurNode,
  peer: RawPeer,
  believes: boolean,
  clock: ManualClock
): Promise<void> {
  const { peers } = ours.services
  // whatever still waits for a deadline comes to its end: the handshake's, the lingering of a stream
  await eventually(() => {
    clock.advance(1_000)
    const view = peers.getPeer(peer.node.peerId)
    expect(['connected', 'rejected', 'discovered', 'authorized']).toContain(view?.state)
    expect(view?.path).not.toBe('connected.promoting')
  })
  await eventually(() => {
    clock.advance(1_000)
    const isLinked = ours.getConnections(peer.node.peerId).length > 0
    expect(peers.isAuthorized(peer.node.peerId)).toBe(isLinked && believes)
    const slots = peers.status().slots.length
    expect(slots).toBe(peers.isAuthorized(peer.node.peerId) ? 1 : 0)
  })
}

describe.each(CUTS)('agreement: the stream is cut by %s', (how) => {
  it.each(POINTS)('%s, we being the initiator', async (point) => {
    const clock = new ManualClock()
    const ours = await ourNode({ clock, handshake: new TextHandshake() })
    const peer = await rawPeer()
    const attempt = ours.services.peers.connect(addressOf(peer.node))
    const settled = attempt.then(
      () => 'authorized',
      (error: Error) => error.name
    )
    const script = await peer.accept()
    const believes = await play(script, point)
    await cut(peer, script, how)
    await agrees(ours, peer, believes, clock)
    // law "settle": the call has ended, with what is the case
    expect(await settled).toMatch(/authorized|PeerRejectedError/)
  })

  it.each(POINTS)('%s, we being the responder', async (point) => {
    const clock = new ManualClock()
    const ours = await ourNode({ clock, handshake: new TextHandshake() })
    const peer = await rawPeer()
    const connection = await peer.node.dial(addressOf(ours))
    const script = await peer.open(connection)
    const believes = await play(script, point)
    await cut(peer, script, how)
    await agrees(ours, peer, believes, clock)
  })
})

describe('agreement: our ACCEPT is sent, and nobody knows whether the peer has said its own', () => {
  it.each(['deadline', 'reset', 'abort', 'unwanted'] as const)(
    '%s: the connection ends',
    async (how) => {
      const clock = new ManualClock()
      const ours = await ourNode({ clock, handshake: new TextHandshake() })
      const peer = await rawPeer()
      const controller = new AbortController()
      const { signal } = controller
      const attempt = failure(ours.services.peers.connect(addressOf(peer.node), { signal }))
      const script = await peer.accept()
      await play(script, 'after our ACCEPT')
      const deeds = {
        deadline: () => clock.advance(5_000),
        reset: () => script.reset(),
        abort: () => controller.abort(),
        unwanted: () => void ours.services.peers.disconnect(peer.node.peerId, { reason: 'evicted' })
      }
      deeds[how]()
      expect((await attempt).name).toBe('PeerRejectedError')
      await eventually(() => expect(peer.node.getConnections()).toEqual([]))
      expect(ours.services.peers.isAuthorized(peer.node.peerId)).toBe(false)
    }
  )
})

describe('agreement: an exchange of authorized peers is cut', () => {
  it.each(['close', 'reset'] as const)('our GOODBYE, by %s: the connection ends', async (how) => {
    const clock = new ManualClock()
    const ours = await ourNode({ clock, handshake: new TextHandshake() })
    const peer = await rawPeer()
    const connection = await peer.node.dial(addressOf(ours))
    await shakeHands(peer, connection)
    await eventually(() => expect(ours.services.peers.isAuthorized(peer.node.peerId)).toBe(true))

    const left = ours.services.peers.disconnect(peer.node.peerId, { reason: 'evicted' })
    const script = await peer.accept()
    expect(await script.hear()).toMatchObject({ type: 'goodbye', code: 15 })
    await cut(peer, script, how)
    await left
    const connections = ours.getConnections(peer.node.peerId).length
    // evicted keeps the connection, if the word was heard
    expect(connections).toBe(how === 'close' ? 1 : 0)
  })

  it('our GOODBYE, unheard for a second: the connection ends', async () => {
    const clock = new ManualClock()
    const ours = await ourNode({ clock, handshake: new TextHandshake() })
    const peer = await rawPeer()
    await shakeHands(peer, await peer.node.dial(addressOf(ours)))
    await eventually(() => expect(ours.services.peers.isAuthorized(peer.node.peerId)).toBe(true))
    const left = ours.services.peers.disconnect(peer.node.peerId, { reason: 'evicted' })
    await (await peer.accept()).hear()
    await fence(peer.node, ours)
    expect(ours.getConnections(peer.node.peerId)).toHaveLength(1)
    clock.advance(1_000)
    await left
    expect(ours.getConnections(peer.node.peerId)).toEqual([])
  })

  it.each(['close', 'reset'] as const)('our UPDATE, by %s: deauthorized and gone', async (how) => {
    const clock = new ManualClock()
    const ours = await ourNode({ clock, handshake: new TextHandshake() })
    const peer = await rawPeer()
    await shakeHands(peer, await peer.node.dial(addressOf(ours)))
    await eventually(() => expect(ours.services.peers.isAuthorized(peer.node.peerId)).toBe(true))
    const gone = next(ours.services.peers, 'peer:deauthorized')
    const refreshed = ours.services.peers.refresh()
    const script = await peer.accept()
    expect((await script.hear()).type).toBe('update')
    await cut(peer, script, how)
    await refreshed
    await gone
    // the script has judged or has not: only without a connection do both agree
    await eventually(() => expect(ours.getConnections(peer.node.peerId)).toEqual([]))
  })

  it.each([
    { how: 'close', answer: ['accept'], believes: true },
    { how: 'reset', answer: [], believes: false }
  ] as const)('its UPDATE, by $how', async ({ how, answer, believes }) => {
    const clock = new ManualClock()
    const verdict = Promise.withResolvers<string>()
    const handshake = new TextHandshake()
    const ours = await ourNode({ clock, handshake })
    const peer = await rawPeer()
    const connection = await peer.node.dial(addressOf(ours))
    await shakeHands(peer, connection)
    await eventually(() => expect(ours.services.peers.isAuthorized(peer.node.peerId)).toBe(true))
    handshake.judge = () => verdict.promise
    const script = await peer.open(connection)
    script.say({ type: 'update', payload: HELLO.payload })
    await eventually(() => expect(handshake.heard).toHaveLength(2))
    await cut(peer, script, how)
    await fence(peer.node, ours)
    verdict.resolve('anew')
    // a peer that closed its end waits for the verdict; one that reset the stream will never know of it
    for (const type of answer) expect(await script.hear()).toEqual({ type })
    await agrees(ours, peer, believes, clock)
  })
})
