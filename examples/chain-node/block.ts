import { headerHash, seal } from './header.ts'
import { transactionsRoot } from './transaction.ts'
import type { Header } from './header.ts'
import type { Transaction } from './transaction.ts'

export interface Block {
  readonly header: Header
  readonly transactions: readonly Transaction[]
}

/** The block after `parent`, as the proposer with this key makes it. */
export function makeBlock(
  parent: Header,
  transactions: readonly Transaction[],
  time: number,
  privateKey: Uint8Array
): Block {
  const header = seal(
    {
      number: parent.number + 1,
      parentHash: headerHash(parent),
      time,
      transactionsRoot: transactionsRoot(transactions)
    },
    privateKey
  )
  return { header, transactions }
}
