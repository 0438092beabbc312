import { Code, ConnectError } from '@connectrpc/connect'
import { callerOf } from '../../src/grpc/index.ts'
import { readTransaction, writeHeader, writeTransaction } from './codec.ts'
import { fromHex, toHex } from './encoding.ts'
import { transactionHash } from './transaction.ts'
import type { Chain } from './chain.ts'
import type { ChainNodeHello } from './handshake.ts'
import type { Mempool } from './mempool.ts'
import type { Transaction } from './transaction.ts'
import type { ChainService } from './wire/chain_pb.js'
import type { ServiceImpl } from '@connectrpc/connect'

export interface ChainServiceInit {
  readonly chain: Chain
  readonly mempool: Mempool
  /** A peer has handed in a transaction that was news; it is named by the key that it proved to own. */
  readonly onTransaction: (transaction: Transaction, publicKey: string) => void
}

/** Headers that one call gives at most. */
const PAGE = 128

/**
 * What a node does for its peers over gRPC. Nothing here asks whether the caller may: whoever gets as far as this has
 * shaken hands, and `callerOf` says who it is.
 */
export function chainService(init: ChainServiceInit): ServiceImpl<typeof ChainService> {
  const { chain, mempool, onTransaction } = init
  return {
    status: () => ({ head: writeHeader(chain.head), waitingTransactions: mempool.size }),

    async *getHeaders({ after }) {
      for (let number = after + 1; number <= after + PAGE; number++) {
        const block = chain.at(number)
        if (block === undefined) return
        yield writeHeader(block.header)
      }
    },

    submitTransaction(message, context) {
      const { hello } = callerOf<ChainNodeHello>(context)
      const transaction = orInvalid(() => readTransaction(message))
      const isNews = orInvalid(() => mempool.add(transaction))
      if (isNews) onTransaction(transaction, hello.publicKey)
      return { hash: fromHex(transactionHash(transaction)) }
    },

    async *sync(requests) {
      for await (const { hash } of requests) {
        const block = chain.get(toHex(hash))
        if (block === undefined) throw new ConnectError('There is no such block', Code.NotFound)
        yield { transactions: block.transactions.map(writeTransaction) }
      }
    }
  }
}

function orInvalid<T>(read: () => T): T {
  try {
    return read()
  } catch (err) {
    throw new ConnectError((err as Error).message, Code.InvalidArgument)
  }
}
