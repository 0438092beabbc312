import { isSigned, transactionHash } from './transaction.ts'
import type { Hex } from './encoding.ts'
import type { Transaction } from './transaction.ts'

/** Transactions that may wait at once. */
const CAPACITY = 1_000

/** The mempool does not take the transaction. */
class InvalidTransactionError extends Error {
  static override name = 'InvalidTransactionError'
  override name = 'InvalidTransactionError'
}

/** What waits for a block, the oldest first. */
export class Mempool {
  readonly #waiting = new Map<Hex, Transaction>()
  readonly #capacity: number
  readonly #isInChain: (transaction: Hex) => boolean

  /**
   * @param isInChain - Tells the transactions that a block has already
   * @param capacity - Transactions that may wait at once; above, newcomers are refused
   */
  constructor(isInChain: (transaction: Hex) => boolean, capacity = CAPACITY) {
    this.#isInChain = isInChain
    this.#capacity = capacity
  }

  get size(): number {
    return this.#waiting.size
  }

  get hasRoom(): boolean {
    return this.size < this.#capacity
  }

  /**
   * True if the transaction is news; false if it waits here or is in a block already.
   *
   * @throws InvalidTransactionError if nobody signed it, or if there is no room
   */
  add(transaction: Transaction): boolean {
    const hash = transactionHash(transaction)
    if (this.#waiting.has(hash) || this.#isInChain(hash)) return false
    if (!this.hasRoom) throw new InvalidTransactionError('The mempool is full')
    if (!isSigned(transaction)) throw new InvalidTransactionError('The sender did not sign it')
    this.#waiting.set(hash, transaction)
    return true
  }

  /** The next ones for a block. They stay until the block is there. */
  next(count: number): Transaction[] {
    return [...this.#waiting.values()].slice(0, count)
  }

  /** They are in a block now. */
  remove(transactions: readonly Transaction[]): void {
    for (const transaction of transactions) this.#waiting.delete(transactionHash(transaction))
  }
}
