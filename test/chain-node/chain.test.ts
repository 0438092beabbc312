import { expect, test } from 'vitest'
import { makeBlock } from '../../examples/chain-node/block.ts'
import { checkHeader } from '../../examples/chain-node/chain.ts'
import {
  GENESIS,
  GROWTH,
  HANDOVER,
  historyOf,
  scheduleOf
} from '../../examples/chain-node/genesis.ts'
import { headerHash } from '../../examples/chain-node/header.ts'
import { FAITHFUL, privateKeyOf } from '../../examples/chain-node/members.ts'
import { forksOf, rulesAt } from '../../examples/chain-node/rules.ts'
import { transactionHash } from '../../examples/chain-node/transaction.ts'
import { blockAfter, chainOf, nextBlock, transfer } from './blocks.ts'
import type { Block } from '../../examples/chain-node/block.ts'
import type { Header } from '../../examples/chain-node/header.ts'

const hashes = (blocks: Block[]): string[] => blocks.map(({ header }) => headerHash(header))

test('the five follow the same rules, and each of the strays others', () => {
  const schedules = FAITHFUL.map(scheduleOf)
  expect(new Set(schedules.map((schedule) => JSON.stringify(schedule))).size).toBe(1)
  expect(forksOf(scheduleOf('ada'))).toEqual([HANDOVER, GROWTH])
  expect(forksOf(scheduleOf('wren'))).toEqual([3])
  expect(forksOf(scheduleOf('yuri'))).toEqual([5])
})

test('chains are the same up to the fork, and others after it', () => {
  const [ours, wrens] = [historyOf(scheduleOf('ada')), historyOf(scheduleOf('wren'))]
  expect(hashes(wrens).slice(0, 2)).toEqual(hashes(ours).slice(0, 2))
  expect(hashes(wrens)[2]).not.toBe(hashes(ours)[2])
})

test('a block of the strays is none of ours', () => {
  const [block] = historyOf(scheduleOf('wren'), 3).slice(-1)
  const chain = chainOf('ada', 2)
  expect(() => chain.append(block as Block)).toThrow('not the turn of its proposer')
})

test('rules hold from their block to the one before the next fork', () => {
  const schedule = scheduleOf('ada')
  const limits = [0, HANDOVER - 1, HANDOVER, GROWTH - 1, GROWTH, GROWTH + 1].map(
    (number) => rulesAt(schedule, number).from
  )
  expect(limits).toEqual([0, 0, HANDOVER, HANDOVER, GROWTH, GROWTH])
})

test('a block becomes the head, and is found by number, by hash and by its transactions', () => {
  const chain = chainOf('ada', HANDOVER)
  const block = nextBlock(chain, [transfer(1)])
  expect(chain.append(block)).toBe(true)
  expect(chain.head).toEqual(block.header)
  expect(chain.at(HANDOVER + 1)).toBe(block)
  expect(chain.get(headerHash(block.header))).toBe(block)
  expect([...chain.transactions]).toEqual([transactionHash(transfer(1))])
  expect(chain.append(block)).toBe(false) // known, and no error: it is said by several
})

test('a new head is told, and then the fork, once', () => {
  const chain = chainOf('ada', HANDOVER - 2)
  const told: string[] = []
  chain.addEventListener('block', ({ detail }) => told.push(`block ${detail.header.number}`))
  chain.addEventListener('fork', ({ detail }) => told.push(`fork ${detail.from}`))
  for (let i = 0; i < 3; i++) chain.append(nextBlock(chain))
  expect(told).toEqual(['block 3', 'block 4', `fork ${HANDOVER}`, 'block 5'])
})

// every field of a header, each with what is said of a header in which it is another
const forged: [string, (header: Header) => Partial<Header>][] = [
  ['number', ({ number }) => ({ number: number + 1 })],
  ['parent', () => ({ parentHash: headerHash(GENESIS) })],
  ['older', ({ time }) => ({ time: time - 10_000 })],
  ['from the future', () => ({ time: Date.now() + 60_000 })],
  ['not signed', ({ time }) => ({ time: time + 1 })],
  ['turn', () => ({ proposer: `0x${'11'.repeat(32)}` })],
  ['not signed', () => ({ transactionsRoot: headerHash(GENESIS) })],
  ['not signed', ({ signature }) => ({ signature: `0x00${signature.slice(4)}` })]
]

test.each(forged)('a header is refused: %s', (why, forge) => {
  const chain = chainOf('ada', HANDOVER)
  const { header } = nextBlock(chain)
  checkHeader(header, chain.head, chain.schedule)
  const other = { ...header, ...forge(header) }
  expect(() => checkHeader(other, chain.head, chain.schedule)).toThrow(
    expect.objectContaining({ name: 'InvalidBlockError', message: expect.stringContaining(why) })
  )
})

test('only whose turn it is may propose', () => {
  const chain = chainOf('ada', HANDOVER)
  const time = chain.head.time + 1
  const proposers = FAITHFUL.filter((name) => {
    const { header } = makeBlock(chain.head, [], time, privateKeyOf(name))
    try {
      checkHeader(header, chain.head, chain.schedule)
      return true
    } catch {
      return false
    }
  })
  expect(proposers).toEqual(['ben'])
})

test.each([
  ['more than 2', [1, 2, 3]],
  ['twice', [1, 1]],
  ['earlier block', [0]]
])('a body is refused: %s', (why, nonces) => {
  const chain = chainOf('ada', HANDOVER)
  chain.append(nextBlock(chain, [transfer(0)]))
  expect(() => chain.append(nextBlock(chain, nonces.map(transfer)))).toThrow(why)
  expect(chain.head.number).toBe(HANDOVER + 1)
})

test('a body is refused that is not the one of its header, or that nobody signed', () => {
  const chain = chainOf('ada', HANDOVER)
  const { header } = nextBlock(chain, [transfer(1)])
  expect(() => chain.append({ header, transactions: [transfer(2)] })).toThrow('other transactions')
  const forged2 = { ...transfer(1), signature: transfer(2).signature }
  expect(() => chain.append({ header, transactions: [forged2] })).toThrow('nobody signed')
})

test('the second fork lets more transactions into a block', () => {
  const chain = chainOf('ada', GROWTH - 2)
  const many = [1, 2, 3].map(transfer)
  expect(() => chain.append(nextBlock(chain, many))).toThrow('more than 2')
  chain.append(nextBlock(chain))
  expect(chain.append(nextBlock(chain, many))).toBe(true)
})

test('a block whose parent we do not have is refused', () => {
  const chain = chainOf('ada', HANDOVER)
  const next = nextBlock(chain)
  expect(() => chain.append(blockAfter(chain, next.header))).toThrow('number 6 after 4')
})
