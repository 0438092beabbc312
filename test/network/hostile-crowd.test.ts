/**
 * Row A1 on real sockets: sixty hostile peers that each take what they can get, and an honest one that the
 * application asked for.
 *
 * A mutation that turns this file red, tried by hand: candidates.ts, `cameByItself` false for everybody.
 */
import { expect, test } from 'vitest'
import { chainHandshake } from '../../src/index.ts'
import {
  addressOf,
  APP,
  authorize,
  CHAIN,
  OTHER_CHAIN,
  ourNode,
  PROTOCOL,
  SOCKETS,
  stockNode
} from './nodes.ts'
import { eventually, journal, within } from './waiting.ts'
import type { OurNode, StockNode } from './nodes.ts'
import type { Connection } from '@libp2p/interface'

const HOSTILE = 60
const MAX_PEERS = 12
/** What the share of our own dials leaves. */
const INBOUND = 8

type Manner = (connection: Connection, peer: StockNode | OurNode) => Promise<unknown>

const GARBAGE = new Uint8Array([0, 0, 0xff])

/** Opens the handshake, and never says a word. */
const silent: Manner = async (connection) => connection.newStream(PROTOCOL)

const garbage: Manner = async (connection) => {
  const stream = await connection.newStream(PROTOCOL)
  stream.send(GARBAGE)
}

/** Streams of everything, as many as there may be, with nothing on them. */
const flood: Manner = async (connection) => {
  const many = [APP, PROTOCOL, '/flood/1.0.0'].flatMap((name) =>
    Array.from({ length: 30 }, () => name)
  )
  await Promise.all(many.map(async (name) => connection.newStream(name).catch(() => {})))
}

const MANNERS = [silent, garbage, flood]

/** Every second takes a slot in good order, if it can; every eighth tries to with another chain. */
async function come(index: number, to: OurNode): Promise<void> {
  if (index % 2 === 0) {
    const chain = index % 8 === 0 ? OTHER_CHAIN : CHAIN
    const node = await ourNode({ handshake: chainHandshake(chain) }, SOCKETS)
    await node.services.peers.connect(addressOf(to)).catch(() => {})
    return
  }
  const node = await stockNode({}, SOCKETS)
  const connection = await node.dial(addressOf(to))
  await MANNERS[index % MANNERS.length]?.(connection, node).catch(() => {})
}

test('an honest peer that was queued is authorized within one dial, among sixty that are not', async () => {
  const connectionManager = {
    inboundConnectionThreshold: Infinity,
    maxIncomingPendingConnections: 100
  }
  const a = await ourNode(
    { maxPeers: MAX_PEERS, outboundShare: 1 / 3 },
    { ...SOCKETS, connectionManager }
  )
  const honest = await ourNode({}, SOCKETS)
  const moves = journal(a.services.peers, 'peer:transition')
  const most = { inbound: 0, all: 0 }
  a.services.peers.addEventListener('peer:transition', () => {
    const { slots } = a.services.peers.status()
    most.all = Math.max(most.all, slots.length)
    const inbound = slots.filter(({ kind }) => kind === 'inbound').length
    most.inbound = Math.max(most.inbound, inbound)
  })
  await Promise.all(Array.from({ length: HOSTILE }, async (_, i) => come(i, a).catch(() => {})))
  expect(most.inbound).toBe(INBOUND)

  await within(a.services.peers.connect(addressOf(honest)))
  const dials = moves.filter(
    ([, { peer, to }]) => peer === honest.peerId.toString() && to === 'dialing'
  )
  expect(dials).toHaveLength(1)
  await eventually(() => expect(honest.services.peers.isAuthorized(a.peerId)).toBe(true))
  expect(most.all).toBeLessThanOrEqual(MAX_PEERS)
  expect(most.inbound).toBe(INBOUND)
  // and it is as good a peer as in any quiet hour
  await a.handle(APP, (stream) => void stream.close())
  const stream = await honest.dialProtocol(a.peerId, APP)
  expect(stream.protocol).toBe(APP)
  await authorize(honest, a)
}, 60_000)
