import { makeBlock } from './block.ts'
import { headerHash } from './header.ts'
import { memberOf, privateKeyOf, publicKeyOf } from './members.ts'
import { proposerOf } from './rules.ts'
import { transactionsRoot } from './transaction.ts'
import type { Block } from './block.ts'
import type { Hex } from './encoding.ts'
import type { Header } from './header.ts'
import type { Member } from './members.ts'
import type { Rules, Schedule } from './rules.ts'

export const CHAIN_ID = 7

/** Milliseconds from one block to the next. */
export const BLOCK_INTERVAL = 250

/** The first fork: four propose in turn from this block on, instead of the founder alone. */
export const HANDOVER = 4

/** The second fork: blocks may have more transactions from this one on. */
export const GROWTH = 16

/** What all nodes have on disk when they start, but the one that starts from nothing: past the first fork. */
export const HISTORY_LENGTH = 8

/** The one of the five that starts from nothing. */
export const NEWCOMER: Member = 'emil'

/** The first block, on which all seven agree. */
export const GENESIS: Header = {
  number: 0,
  parentHash: bytes(32),
  time: Date.UTC(2025, 0, 1),
  proposer: bytes(32),
  transactionsRoot: transactionsRoot([]),
  signature: bytes(64)
}

export const GENESIS_HASH: Hex = headerHash(GENESIS)

const FOUNDERS: Rules = { from: 0, proposers: [publicKeyOf('ada')], maxTransactions: 2 }

/** The rules that a member follows. The five have the same; of the strays each has forked at a block of its own. */
export function scheduleOf(name: Member): Schedule {
  if (name === 'wren') return [FOUNDERS, { ...FOUNDERS, from: 3, proposers: [publicKeyOf('wren')] }]
  if (name === 'yuri') return [FOUNDERS, { ...FOUNDERS, from: 5, proposers: [publicKeyOf('yuri')] }]
  const proposers = (['ada', 'ben', 'cleo', 'dora'] as const).map(publicKeyOf)
  return [
    FOUNDERS,
    { from: HANDOVER, proposers, maxTransactions: 2 },
    { from: GROWTH, proposers, maxTransactions: 8 }
  ]
}

/** Blocks 1 to `length` under these rules, the same in every process: empty ones, one each interval. */
export function historyOf(schedule: Schedule, length = HISTORY_LENGTH): Block[] {
  const history: Block[] = []
  let parent = GENESIS
  while (history.length < length) {
    const proposer = memberOf(proposerOf(schedule, parent.number + 1) ?? '')
    if (proposer === undefined) throw new Error('Expected members to propose')
    const block = makeBlock(parent, [], parent.time + BLOCK_INTERVAL, privateKeyOf(proposer))
    history.push(block)
    parent = block.header
  }
  return history
}

function bytes(length: number): Hex {
  return `0x${'00'.repeat(length)}`
}
