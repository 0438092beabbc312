import { makeBlock } from '../../examples/chain-node/block.ts'
import { Chain } from '../../examples/chain-node/chain.ts'
import {
  BLOCK_INTERVAL,
  GENESIS,
  historyOf,
  scheduleOf
} from '../../examples/chain-node/genesis.ts'
import { memberOf, privateKeyOf, publicKeyOf } from '../../examples/chain-node/members.ts'
import { proposerOf } from '../../examples/chain-node/rules.ts'
import { signTransaction } from '../../examples/chain-node/transaction.ts'
import type { Block } from '../../examples/chain-node/block.ts'
import type { Header } from '../../examples/chain-node/header.ts'
import type { Member } from '../../examples/chain-node/members.ts'
import type { Transaction } from '../../examples/chain-node/transaction.ts'

/** The chain of a member, with as many blocks after the first. */
export function chainOf(name: Member, length: number): Chain {
  const schedule = scheduleOf(name)
  const chain = new Chain(GENESIS, schedule)
  for (const block of historyOf(schedule, length)) chain.append(block)
  return chain
}

/** A transfer of ada to ben. */
export function transfer(nonce: number): Transaction {
  const unsigned = { nonce, recipient: publicKeyOf('ben'), amount: 1 }
  return signTransaction(unsigned, privateKeyOf('ada'))
}

/** The block that may follow the head of the chain, by whose turn it is. */
export function nextBlock(chain: Chain, transactions: Transaction[] = []): Block {
  return blockAfter(chain, chain.head, transactions)
}

/** As `nextBlock`, on top of any header. */
export function blockAfter(chain: Chain, parent: Header, transactions: Transaction[] = []): Block {
  const proposer = memberOf(proposerOf(chain.schedule, parent.number + 1) ?? '') ?? 'ada'
  return makeBlock(parent, transactions, parent.time + BLOCK_INTERVAL, privateKeyOf(proposer))
}
