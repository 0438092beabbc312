/** Scenario 22 on real connections: a peer that is being left is not dialed and not let in meanwhile. */
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { addressOf, authorize, ourNode, states } from './nodes.ts'
import { ACCEPT, HELLO, rawPeer, shakeHands } from './raw-peer.ts'
import { TextHandshake } from '../../src/testing/text-handshake.ts'
import { eventually, journal, within } from './waiting.ts'
import type { DispositionsInit } from '../../src/index.ts'
import type { OurNode } from './nodes.ts'
import type { RawPeer } from './raw-peer.ts'

const AT_ONCE: DispositionsInit = { local: { requested: { coolDown: 0 } } }

/** A node of ours, and a peer by hand that is authorized there and closes no stream that it is offered. */
async function session(): Promise<{ ours: OurNode; peer: RawPeer; clock: ManualClock }> {
  const clock = new ManualClock()
  const ours = await ourNode({ clock, handshake: new TextHandshake(), dispositions: AT_ONCE })
  const peer = await rawPeer()
  await shakeHands(peer, await peer.node.dial(addressOf(ours)))
  await eventually(() => expect(ours.services.peers.isAuthorized(peer.node.peerId)).toBe(true))
  return { ours, peer, clock }
}

describe('a peer that is being left', () => {
  it('is refused on every way in, and gone to as soon as its connection is closed', async () => {
    const { ours, peer, clock } = await session()
    const { peers } = ours.services
    const { peerId } = peer.node
    const [old] = ours.getConnections(peerId)
    const left = peers.disconnect(peerId)
    // the goodbye is said, and the peer does not let go of its stream
    const goodbye = await peer.accept()
    expect(await goodbye.hear()).toMatchObject({ type: 'goodbye' })

    // on the connection that is about to close
    const script = await peer.open(peer.node.getConnections()[0]!)
    script.say(HELLO)
    expect(await script.hear()).toMatchObject({ type: 'reject', code: 13 })

    // on a new one: it closes at once
    const second = await peer.node.dial(addressOf(ours), { force: true }).catch(() => undefined)
    await eventually(() => expect(second?.status ?? 'closed').not.toBe('open'))
    expect(ours.getConnections(peerId)).toEqual([old])

    // nor do we go there, on our own behalf or that of another component
    const connecting = peers.connect(addressOf(peer.node))
    await expect(ours.dial(addressOf(peer.node), { force: true })).rejects.toMatchObject({
      name: 'DialDeniedError'
    })
    expect(peers.getPeer(peerId)?.path).toBe('connected.queued')
    expect(peers.status().slots).toEqual([])
    clock.advance(999)
    expect(peers.getPeer(peerId)?.path).toBe('connected.queued')

    clock.advance(1)
    await within(left)
    expect(old?.status).not.toBe('open')
    const anew = await peer.accept()
    expect(await anew.hear()).toMatchObject({ type: 'hello' })
    anew.say(HELLO, ACCEPT)
    await within(connecting)
    expect(ours.getConnections(peerId)).toHaveLength(1)
    expect(ours.getConnections(peerId)).not.toContain(old)
  })

  it('is not connected to in the last breath of the old connection, however often', async () => {
    const a = await ourNode({ dispositions: AT_ONCE })
    const b = await ourNode()
    await authorize(a, b)
    for (let round = 0; round < 20; round++) {
      const [old] = a.getConnections(b.peerId)
      const left = a.services.peers.disconnect(b.peerId)
      await within(a.services.peers.connect(addressOf(b)))
      await within(left)
      expect(a.getConnections(b.peerId)).not.toContain(old)
      // and what was agreed on holds
      await eventually(() => expect(states(a, b)).toEqual(['authorized', 'authorized']))
    }
    const gone = journal(a.services.peers, 'peer:deauthorized')
    await a.services.ping.ping(b.peerId)
    expect(gone).toEqual([])
  })
})
