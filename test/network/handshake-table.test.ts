/** Every way to shake hands, everywhere, and everything that can be wrong with it, on either side. */
import { describe, expect, it } from 'vitest'
import { allowList } from '../../src/index.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { ACTS, faultyHouse, house } from './handshake-faults.ts'
import { ROWS, VISITS } from './handshake-truth.ts'
import { addressOf, APP, connectionTo, eventsOf, ourNode, SOCKETS, streamsWith } from './nodes.ts'
import { rawNode, SECURE } from './raw-channel.ts'
import { Voice } from './voice.ts'
import { eventually, failure, fence, journal, within } from './waiting.ts'
import type { Handshake } from '../../src/index.ts'
import type { Message } from '../../src/handshake/messages.ts'
import type { Place, Row } from './handshake-truth.ts'
import type { OurNode, Security, StockNode } from './nodes.ts'
import type { RawNode } from './raw-channel.ts'
import type { RawLine } from './raw-line.ts'

/** What both sides offer in security negotiation, and where they shake hands then. */
const FLEETS: readonly [name: string, dialer: Security, listener: Security, place: Place][] = [
  ['on a stream', 'plain', 'plain', 'stream'],
  ['in a secure channel', 'secured', 'secured', 'channel'],
  ['mixed dials plain', 'mixed', 'plain', 'stream'],
  ['plain dials mixed', 'plain', 'mixed', 'stream'],
  ['mixed dials mixed', 'mixed', 'mixed', 'channel']
]

/** A node with every ready-made handshake, and what is heard of it. */
interface Ours {
  readonly node: OurNode
  readonly clock: ManualClock
  readonly opened: unknown[]
  readonly handled: () => number
}

async function ours(security: Security, handshake: Handshake<object>): Promise<Ours> {
  const clock = new ManualClock()
  const node = await ourNode({ clock, handshake }, { security, ...SOCKETS })
  const opened = journal(eventsOf(node), 'connection:open')
  return { node, clock, opened, handled: await handled(node) }
}

/** How often a stream of the gated protocol has got through to the node. */
async function handled(node: StockNode): Promise<() => number> {
  let streams = 0
  await node.handle(APP, (stream) => {
    streams++
    stream.abort(new Error('one is too many'))
  })
  return () => streams
}

const wordOf = ({ reason, by = 'nobody' }: { reason?: unknown; by?: unknown }): string =>
  `${String(reason)} by ${String(by)}`

/** What `connect()` to that peer ends with. */
async function connected(from: OurNode, to: StockNode): Promise<string> {
  try {
    await within(from.services.peers.connect(addressOf(to)))
    return 'authorized'
  } catch (error) {
    return wordOf(error as { reason?: unknown; by?: unknown })
  }
}

/** What `explain()` says of the peer. */
function explained(at: OurNode, of: StockNode): string {
  const { path, reason, by } = at.services.peers.explain(of.peerId)
  return path === 'authorized' ? path : wordOf({ reason, ...(by !== undefined && { by }) })
}

/** The same, where a stranger may have left no trace. */
const remembered = (at: OurNode, of: StockNode): string =>
  explained(at, of).replace('not-wanted by nobody', 'nothing')

/** How one of our nodes is left by its encounter with a peer. */
async function expectLeft({ node }: Ours, peer: StockNode, row: Row, place: Place): Promise<void> {
  const { path, connection } = row.left[place]
  const { peers } = node.services
  await eventually(() => {
    expect(peers.explain(peer.peerId).path).toBe(path)
    expect(node.getConnections(peer.peerId)).toHaveLength(connection === 'stands' ? 1 : 0)
    expect(peers.status().slots).toHaveLength(path === 'authorized' ? 1 : 0)
    expect(streamsWith(node, peer)).toEqual([])
  })
  expect(peers.isAuthorized(peer.peerId)).toBe(path === 'authorized')
  // only what breaks the protocol bans
  expect(peers.status().banned).toBe(row.fault === 'garbage' ? 1 : 0)
}

/** Nothing gated passes, in either direction, over the connection that is left, if one is. */
async function expectShut(a: StockNode, b: StockNode, row: Row, place: Place): Promise<void> {
  const { connection } = row.left[place]
  for (const [from, to] of [
    [a, b],
    [b, a]
  ] as const) {
    await eventually(() => {
      expect(from.getConnections(to.peerId)).toHaveLength(connection === 'stands' ? 1 : 0)
    })
    if (connection !== 'stands') continue
    await connectionTo(from, to)
      .newStream(APP)
      .catch(() => {})
    await fence(from, to)
  }
}

/** An earlier handshake with the same peer, in which nothing was wrong: what the peer said in it. */
async function goodOne(row: Row, honest: Ours, peer: RawNode): Promise<readonly Message[]> {
  const asked = row.at === 'dialer' ? undefined : connected(honest.node, peer.node)
  const line = await (asked === undefined ? peer.call(addressOf(honest.node)) : peer.answer())
  const said = await new Voice(line, peer.node.peerId, house(allowList())).shakeHands()
  await eventually(() => expect(explained(honest.node, peer.node)).toBe('authorized'))
  await asked
  for (const connection of honest.node.getConnections()) await connection.close()
  await eventually(() => {
    expect(peer.node.getConnections()).toEqual([])
    expect(honest.node.services.peers.explain(peer.node.peerId).path).toBe('discovered.coolingDown')
  })
  return said
}

describe.each(FLEETS)('%s', (_fleet, dialing, listening, place) => {
  const played = ROWS.filter(({ fault }) => faultyHouse(fault) !== undefined)

  it.each(played)('$fault, at fault: $at', async (row) => {
    const [good, bad] = [allowList(), faultyHouse(row.fault) as Handshake<object>]
    const a = await ours(dialing, row.at === 'dialer' ? bad : house(good))
    const b = await ours(listening, row.at === 'listener' ? bad : house(good))
    if (row.fault !== 'not on the list') [a, b].forEach(({ node }) => good.add(node.peerId))

    expect(await connected(a.node, b.node)).toBe(row.ends.dialer)
    await eventually(() => expect(explained(b.node, a.node)).toBe(row.ends.listener))
    await expectLeft(a, b.node, row, place)
    await expectLeft(b, a.node, row, place)
    const { connection } = row.left[place]
    const openings = connection === 'never open' ? 0 : 1
    for (const { opened } of [a, b]) expect(opened).toHaveLength(openings)
    await expectShut(a.node, b.node, row, place)
    const passed = connection === 'stands' && row.at === 'nobody' ? 1 : 0
    for (const { handled: count } of [a, b]) expect(count()).toBe(passed)
  })

  const raw = ROWS.filter(({ fault }) => ACTS[fault] !== undefined)

  it.each(raw)('$fault, at fault: $at', async (row) => {
    const members = allowList()
    const isDialer = row.at === 'dialer'
    const honest = await ours(isDialer ? listening : dialing, house(members))
    const peer = await rawNode(isDialer ? dialing : listening)
    members.add(peer.node.peerId)
    const reached = await handled(peer.node)
    const earlier = row.fault === 'replayed' ? await goodOne(row, honest, peer) : []
    // of these two, from now on
    const opened = journal(eventsOf(peer.node), 'connection:open')
    honest.opened.splice(0)

    const asked = isDialer ? undefined : connected(honest.node, peer.node)
    const line = await (isDialer ? peer.call(addressOf(honest.node)) : peer.answer())
    expect(line.protocol === SECURE).toBe(place === 'channel')
    const elsewhere = row.fault === 'relayed' ? await elsewhereOf(row, peer) : undefined
    const voice = new Voice(line, peer.node.peerId, house(members))
    await ACTS[row.fault]?.(line, { voice, clock: honest.clock, earlier, elsewhere })

    expect(`told ${await line.verdict()}`).toBe(row.ends[isDialer ? 'dialer' : 'listener'])
    elsewhere?.hangUp()
    expect((await asked) ?? row.ends.dialer).toBe(row.ends.dialer)
    await expectLeft(honest, peer.node, row, place)
    const { path, connection } = row.left[place]
    expect(explained(honest.node, peer.node)).toBe(
      path === 'unknown' ? 'not-wanted by nobody' : row.ends[isDialer ? 'listener' : 'dialer']
    )
    const between = opened.filter(([, { remotePeer }]) => remotePeer.equals(honest.node.peerId))
    const openings = connection === 'never open' ? 0 : 1
    for (const heard of [honest.opened, between]) expect(heard).toHaveLength(openings)
    await expectShut(honest.node, peer.node, row, place)
    expect([honest.handled(), reached()]).toEqual([0, 0])
  })

  /** The other end of a relay: one more node like ours, with the same role as the peer's. */
  async function elsewhereOf(row: Row, peer: RawNode): Promise<RawLine> {
    const members = allowList([peer.node.peerId])
    if (row.at === 'listener') {
      const far = await ourNode({ handshake: house(members) }, { security: dialing, ...SOCKETS })
      return peer.call(addressOf(far))
    }
    const far = await ourNode({ handshake: house(members) }, { security: listening, ...SOCKETS })
    void connected(far, peer.node)
    return peer.answer()
  }
})

describe.each(['secured', 'mixed'] as const)('a visit in a secure channel, %s', (security) => {
  it.each(VISITS)('$fault, at fault: $at', async ({ fault, at, message, dialer, listener }) => {
    const [good, bad] = [allowList(), faultyHouse(fault) as Handshake<object>]
    const a = await ours(security, at === 'dialer' ? bad : house(good))
    const b = await ours(security, at === 'listener' ? bad : house(good))
    if (fault !== 'not on the list') [a, b].forEach(({ node }) => good.add(node.peerId))

    expect((await failure(a.node.dial(addressOf(b.node)))).message).toContain(message)
    await eventually(() => {
      expect(remembered(a.node, b.node)).toBe(dialer)
      expect(remembered(b.node, a.node)).toBe(listener)
    })
    for (const { node, opened } of [a, b]) {
      expect(opened).toEqual([])
      expect(node.getConnections()).toEqual([])
      expect(node.services.peers.status().slots).toEqual([])
    }
  })
})
