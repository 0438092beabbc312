import { generateKeyPair } from '@libp2p/crypto/keys'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { addressOf, ourNode } from './nodes.ts'
import { ACCEPT, HELLO, rawPeer, shakeHands } from './raw-peer.ts'
import { TextHandshake } from '../../src/testing/text-handshake.ts'
import { eventually, journal } from './waiting.ts'
import type { Handshake } from '../../src/index.ts'
import type { OurNode } from './nodes.ts'
import type { RawPeer } from './raw-peer.ts'

/** A node of ours and a peer by hand that is authorized there, over a connection of its own. */
async function authorized(
  handshake: Handshake = new TextHandshake()
): Promise<{ ours: OurNode; peer: RawPeer; clock: ManualClock }> {
  const clock = new ManualClock()
  const ours = await ourNode({ clock, handshake })
  const peer = await rawPeer()
  await shakeHands(peer, await peer.node.dial(addressOf(ours)))
  await eventually(() => expect(ours.services.peers.isAuthorized(peer.node.peerId)).toBe(true))
  return { ours, peer, clock }
}

describe('agreement: a peer that lost it shakes hands anew', () => {
  it('is authorized anew, after its old streams have been reset', async () => {
    const { ours, peer, clock } = await authorized()
    const { peers } = ours.services
    const told = journal(peers, 'peer:deauthorized', 'peer:authorized')
    const [connection] = peer.node.getConnections()
    const script = await peer.open(connection!)
    script.say(HELLO)
    await eventually(() => {
      // a second, in which one of a crossing that came late would have been given up
      clock.advance(100)
      expect(told.map(([type]) => type)).toEqual(['peer:deauthorized'])
    })
    expect((await script.hear()).type).toBe('hello')
    script.say(ACCEPT)
    expect((await script.hear()).type).toBe('accept')
    await eventually(() => expect(peers.isAuthorized(peer.node.peerId)).toBe(true))
    expect(told[0]?.[1]).toMatchObject({ reason: 'restarted', by: 'remote' })
    expect(peers.status().slots).toHaveLength(1)
  })

  it('and breaks it off, before we have said anything: then the connection goes, too', async () => {
    const text = new TextHandshake()
    let verified = 0
    const { ours, peer, clock } = await authorized({
      hello: () => text.hello(),
      // the second verdict never comes
      verify: (payload) => (++verified === 1 ? text.verify(payload) : new Promise(() => {}))
    })
    const script = await peer.open(peer.node.getConnections()[0]!)
    script.say(HELLO)
    await eventually(() => {
      clock.advance(100)
      expect(ours.services.peers.isAuthorized(peer.node.peerId)).toBe(false)
    })
    script.reset()
    await eventually(() => expect(peer.node.getConnections()).toEqual([]))
    expect(ours.services.peers.status().slots).toEqual([])
  })

  it.each(['reset', 'fin'] as const)(
    'one of a crossing that came late, ended by %s, changes nothing',
    async (end) => {
      const { ours, peer, clock } = await authorized()
      const told = journal(ours.services.peers, 'peer:deauthorized')
      const script = await peer.open(peer.node.getConnections()[0]!)
      script.say(HELLO)
      await script[end]()
      // a fence: what came after on the same connection has been answered, before and after the second in
      // which a stream that is kept is taken at its word
      for (let asked = 0; asked < 2; asked++) {
        const update = await peer.open(peer.node.getConnections()[0]!)
        update.say({ type: 'update', payload: HELLO.payload })
        expect((await update.hear()).type).toBe('accept')
        clock.advance(60_000)
      }
      expect(ours.services.peers.isAuthorized(peer.node.peerId)).toBe(true)
      expect(told).toEqual([])
    }
  )
})

describe('agreement: the connection that carried it closes, another one stays', () => {
  it('the peer is asked, and if it still holds us to be authorized, nothing changes', async () => {
    const { ours, peer } = await authorized()
    const told = journal(ours.services.peers, 'peer:deauthorized')
    const [first] = peer.node.getConnections()
    await peer.node.dial(addressOf(ours), { force: true })
    await eventually(() => expect(ours.getConnections()).toHaveLength(2))
    await first!.close()
    const question = await peer.accept()
    expect((await question.hear()).type).toBe('update')
    question.say(ACCEPT)
    await question.fin()
    expect(ours.services.peers.isAuthorized(peer.node.peerId)).toBe(true)
    expect(told).toEqual([])
  })

  it('a peer that is only a stranger on the one that is left says so: deauthorized', async () => {
    const { ours, peer } = await authorized()
    await peer.node.dial(addressOf(ours), { force: true })
    await eventually(() => expect(ours.getConnections()).toHaveLength(2))
    await peer.node.getConnections()[0]!.close()
    const question = await peer.accept()
    expect((await question.hear()).type).toBe('update')
    // as a node of ours answers a stream of somebody who is not authorized
    question.say(HELLO)
    await eventually(() => {
      expect(ours.services.peers.isAuthorized(peer.node.peerId)).toBe(false)
      expect(peer.node.getConnections()).toEqual([])
    })
  })

  it('two nodes of ours, one restarted behind the other’s back, agree in the end', async () => {
    const privateKey = await generateKeyPair('Ed25519')
    const a = await ourNode({ handshake: new TextHandshake() })
    const before = await ourNode({ handshake: new TextHandshake() }, { privateKey })
    await before.services.peers.connect(addressOf(a))
    await eventually(() => expect(a.services.peers.isAuthorized(before.peerId)).toBe(true))
    // the same peer, with no memory, over a connection of its own; the old one is still believed in
    const after = await ourNode({ handshake: new TextHandshake() }, { privateKey })
    await after.dial(addressOf(a))
    await eventually(() => expect(a.getConnections(after.peerId)).toHaveLength(2))
    await before.getConnections()[0]!.close()
    await eventually(() => {
      const here = a.services.peers.isAuthorized(after.peerId)
      const there = after.services.peers.isAuthorized(a.peerId)
      const isGone = after.getConnections(a.peerId).length === 0
      expect(here && !there && !isGone).toBe(false)
    })
    await expect(after.services.peers.connect(addressOf(a))).resolves.toMatchObject({
      direction: 'outbound'
    })
    await eventually(() => expect(a.services.peers.isAuthorized(after.peerId)).toBe(true))
  })
})
