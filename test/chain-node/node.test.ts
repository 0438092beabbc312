/** Nodes of the example, two or three in this process, over loopback. */
import { Code } from '@connectrpc/connect'
import { expect, onTestFinished, test } from 'vitest'
import { readTransaction, writeTransaction } from '../../examples/chain-node/codec.ts'
import {
  GROWTH,
  HANDOVER,
  HISTORY_LENGTH,
  historyOf,
  scheduleOf
} from '../../examples/chain-node/genesis.ts'
import { publicKeyOf } from '../../examples/chain-node/members.ts'
import { startNode } from '../../examples/chain-node/node.ts'
import { eventually, failure, next } from '../network/waiting.ts'
import { nextBlock, transfer } from './blocks.ts'
import type { Member } from '../../examples/chain-node/members.ts'
import type { ChainNode } from '../../examples/chain-node/node.ts'

async function nodeOf(name: Member, length = HISTORY_LENGTH): Promise<ChainNode> {
  const node = await startNode({ name, history: historyOf(scheduleOf(name), length) })
  onTestFinished(async () => node.stop())
  return node
}

const peersOf = ({ libp2p }: ChainNode) => libp2p.services.peers

const meet = async (one: ChainNode, other: ChainNode) =>
  peersOf(one).connect(other.libp2p.getMultiaddrs())

const isPeer = (one: ChainNode, other: ChainNode): boolean =>
  peersOf(one).isAuthorized(other.libp2p.peerId)

const callOf = async (one: ChainNode, other: ChainNode) =>
  one.clients.of(other.libp2p.peerId).status({})

test('peers know each other by their keys, call each other, and hear of transactions', async () => {
  const [ada, ben] = [await nodeOf('ada'), await nodeOf('ben')]
  const { hello } = await meet(ada, ben)
  expect(hello.publicKey).toBe(publicKeyOf('ben'))

  expect((await callOf(ada, ben)).head?.number).toBe(HISTORY_LENGTH)
  const bens = ada.clients.of(ben.libp2p.peerId)
  await bens.submitTransaction(writeTransaction(transfer(1)))
  expect(ben.mempool.next(9)).toEqual([transfer(1)])
  await eventually(() => expect(ada.mempool.next(9)).toEqual([transfer(1)]))

  // what the example counts is there to be counted
  const [adas, bens_] = [ada, ben].map(({ witness }) => Object.values(witness.traffic)[0])
  expect(adas?.received).toBe(bens_?.sent)
})

test('what nobody signed does not get into the mempool', async () => {
  const [ada, ben] = [await nodeOf('ada'), await nodeOf('ben')]
  await meet(ada, ben)
  const forged = writeTransaction({ ...transfer(1), amount: 1_000 })
  expect(readTransaction(forged).amount).toBe(1_000)
  const call = ada.clients.of(ben.libp2p.peerId).submitTransaction(forged)
  expect(await failure(call)).toMatchObject({ code: Code.InvalidArgument })
  expect(ben.mempool.size).toBe(0)
})

test('a node that starts from nothing is merely behind: it is let in, and catches up', async () => {
  const [ada, emil] = [await nodeOf('ada', GROWTH + 4), await nodeOf('emil', 0)]
  await meet(emil, ada)
  await eventually(() => expect(emil.chain.head).toEqual(ada.chain.head))
  expect(isPeer(emil, ada) && isPeer(ada, emil)).toBe(true)
})

test('a new head is gossiped, and what lies between is fetched', async () => {
  const [ben, emil] = [await nodeOf('ben'), await nodeOf('emil')]
  await meet(emil, ben)
  for (let i = 0; i < 4; i++) ben.chain.append(nextBlock(ben.chain)) // nobody else has been told
  ben.proposer.start() // the next one is ben's
  await eventually(() => expect(emil.chain.head.number).toBe(HISTORY_LENGTH + 5))
  expect(emil.chain.head).toEqual(ben.chain.head)
})

test('who has taken another fork is refused at the handshake, and no call gets through', async () => {
  const [ada, wren] = [await nodeOf('ada'), await nodeOf('wren')]
  expect(await failure(meet(wren, ada))).toMatchObject({ reason: 'incompatible' })
  expect(await failure(meet(ada, wren))).toMatchObject({ reason: 'incompatible' })
  expect(await failure(callOf(wren, ada))).toMatchObject({ code: Code.PermissionDenied })
  expect(await failure(callOf(ada, wren))).toMatchObject({ code: Code.PermissionDenied })
  expect(Object.values({ ...ada.witness.traffic, ...wren.witness.traffic })).toEqual([])
})

test('who plans another fork is a peer until ours is passed, and dropped at it', async () => {
  const [ada, yuri] = [await nodeOf('ada', HANDOVER - 2), await nodeOf('yuri', HANDOVER - 2)]
  await meet(yuri, ada)
  await callOf(yuri, ada)
  ada.chain.append(nextBlock(ada.chain))
  await eventually(() => expect(yuri.chain.head).toEqual(ada.chain.head))
  expect(isPeer(ada, yuri) && isPeer(yuri, ada)).toBe(true)

  const dropped = next(peersOf(yuri), 'peer:deauthorized')
  ada.chain.append(nextBlock(ada.chain)) // number HANDOVER: ada has passed the fork
  expect(await dropped).toMatchObject({ reason: 'incompatible' })
  await eventually(() => expect(isPeer(ada, yuri) || isPeer(yuri, ada)).toBe(false))
  expect(await failure(callOf(yuri, ada))).toMatchObject({ code: Code.PermissionDenied })
  expect(yuri.chain.head.number).toBe(HANDOVER - 1)
})
