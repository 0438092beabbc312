/** The services and the catching up, without a network between them. */
import { Code, createClient, createRouterTransport } from '@connectrpc/connect'
import { expect, test } from 'vitest'
import { writeHeader } from '../../examples/chain-node/codec.ts'
import { Mempool } from '../../examples/chain-node/mempool.ts'
import { chainService } from '../../examples/chain-node/service.ts'
import { catchUp } from '../../examples/chain-node/sync.ts'
import { ChainService } from '../../examples/chain-node/wire/chain_pb.js'
import { failure } from '../network/waiting.ts'
import { chainOf, nextBlock, transfer } from './blocks.ts'
import type { Chain } from '../../examples/chain-node/chain.ts'
import type { ChainClient } from '../../examples/chain-node/clients.ts'
import type { ServiceImpl } from '@connectrpc/connect'

type Services = Partial<ServiceImpl<typeof ChainService>>

/** A client of a node with this chain, which does some things in another way. */
function clientOf(chain: Chain, otherwise: Services = {}): ChainClient {
  const mempool = new Mempool(() => false)
  const honest = chainService({ chain, mempool, onTransaction: () => {} })
  const transport = createRouterTransport((router) => {
    router.service(ChainService, { ...honest, ...otherwise })
  })
  return createClient(ChainService, transport)
}

test.each([0, 1, 127, 128, 129])('from nothing to a chain of %i blocks', async (length) => {
  const [theirs, ours] = [chainOf('ada', length), chainOf('emil', 0)]
  await catchUp(clientOf(theirs), ours)
  expect(ours.head).toEqual(theirs.head)
})

test('transactions come with their blocks', async () => {
  const [theirs, ours] = [chainOf('ada', 8), chainOf('emil', 6)]
  theirs.append(nextBlock(theirs, [transfer(1), transfer(2)]))
  await catchUp(clientOf(theirs), ours)
  expect(ours.at(9)?.transactions).toEqual([transfer(1), transfer(2)])
})

test('headers of another fork are refused, before anybody asks for a body', async () => {
  const [theirs, ours] = [chainOf('wren', 8), chainOf('ada', 0)]
  let asked = 0
  const client = clientOf(theirs, {
    async *sync() {
      asked++
      yield {}
    }
  })
  expect(await failure(catchUp(client, ours))).toMatchObject({ name: 'InvalidBlockError' })
  expect(asked).toBe(0)
  expect(ours.head.number).toBe(0)
})

test('bodies that are missing, foreign, or too many are refused, and nothing is asked for ever', async () => {
  const theirs = chainOf('ada', 8)
  const none = clientOf(theirs, { async *sync() {} })
  const foreign = clientOf(theirs, {
    async *sync(requests) {
      for await (const _ of requests) yield { transactions: [writeForeign()] }
    }
  })
  const tooMany = clientOf(theirs, {
    async *sync() {
      for (;;) yield {}
    }
  })
  for (const client of [none, foreign, tooMany]) {
    expect(await failure(catchUp(client, chainOf('emil', 0)))).toMatchObject({
      name: expect.stringMatching(/^Invalid(Block|Message)Error$/)
    })
  }
})

test('a header that is none is refused', async () => {
  const client = clientOf(chainOf('ada', 8), {
    async *getHeaders() {
      yield { ...writeHeader(chainOf('ada', 1).head), signature: new Uint8Array(3) }
    }
  })
  const error = await failure(catchUp(client, chainOf('emil', 0)))
  expect(error).toMatchObject({ name: 'InvalidMessageError' })
})

test('a block that nobody has is not found', async () => {
  const answers = clientOf(chainOf('ada', 1)).sync(askForNothing())
  expect(await failure(answers[Symbol.asyncIterator]().next())).toMatchObject({
    code: Code.NotFound
  })
})

async function* askForNothing() {
  yield { hash: new Uint8Array(32) }
}

function writeForeign() {
  return { sender: new Uint8Array(1) }
}
