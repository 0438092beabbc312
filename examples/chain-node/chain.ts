import { TypedEventEmitter } from 'main-event'
import { headerHash, isSealed } from './header.ts'
import { proposerOf, rulesAt } from './rules.ts'
import { isSigned, transactionHash, transactionsRoot } from './transaction.ts'
import type { Block } from './block.ts'
import type { Hex } from './encoding.ts'
import type { Header } from './header.ts'
import type { Rules, Schedule } from './rules.ts'

export interface ChainEvents {
  /** There is a new head. */
  block: CustomEvent<Block>
  /** The new head is the first block under other rules. Comes after `block`. */
  fork: CustomEvent<Rules>
}

/** A header, a body or a whole block that the rules forbid. */
export class InvalidBlockError extends Error {
  static override name = 'InvalidBlockError'
  override name = 'InvalidBlockError'
}

/** How far a proposer's clock may be ahead of ours, in milliseconds: Ethereum's 15 s. */
const CLOCK_DRIFT = 15_000

/**
 * The blocks, one of each number: whoever's turn it is proposes one, so an honest network has nothing to choose
 * from, and what is appended stays. Everything is checked on the way in.
 */
export class Chain extends TypedEventEmitter<ChainEvents> {
  readonly schedule: Schedule
  readonly #blocks: Block[]
  readonly #numbers: Map<Hex, number>
  readonly #transactions = new Set<Hex>()
  #head: Header

  constructor(genesis: Header, schedule: Schedule) {
    super()
    this.schedule = schedule
    this.#blocks = [{ header: genesis, transactions: [] }]
    this.#numbers = new Map([[headerHash(genesis), 0]])
    this.#head = genesis
  }

  get head(): Header {
    return this.#head
  }

  /** The block of that number. */
  at(number: number): Block | undefined {
    return this.#blocks[number]
  }

  /** The block of that hash. */
  get(hash: Hex): Block | undefined {
    return this.#blocks[this.#numbers.get(hash) ?? -1]
  }

  /** The transactions of all blocks. */
  get transactions(): ReadonlySet<Hex> {
    return this.#transactions
  }

  /**
   * Makes the block the new head. False if it is in the chain already.
   *
   * @throws InvalidBlockError if it may not follow the head
   */
  append(block: Block): boolean {
    const { header, transactions } = block
    const hash = headerHash(header)
    if (this.#numbers.has(hash)) return false
    checkHeader(header, this.head, this.schedule)
    this.#checkBody(block)
    this.#blocks.push(block)
    this.#numbers.set(hash, header.number)
    for (const transaction of transactions) this.#transactions.add(transactionHash(transaction))
    this.#head = header
    this.safeDispatchEvent('block', { detail: block })
    const rules = rulesAt(this.schedule, header.number)
    if (rules.from === header.number) this.safeDispatchEvent('fork', { detail: rules })
    return true
  }

  #checkBody({ header, transactions }: Block): void {
    const { maxTransactions } = rulesAt(this.schedule, header.number)
    const hashes = new Set(transactions.map(transactionHash))
    check(transactions.length <= maxTransactions, `more than ${maxTransactions} transactions`)
    check(transactionsRoot(transactions) === header.transactionsRoot, 'other transactions')
    check(hashes.size === transactions.length, 'a transaction twice')
    check(
      ![...hashes].some((hash) => this.#transactions.has(hash)),
      'a transaction of an earlier block'
    )
    check(transactions.every(isSigned), 'a transaction that nobody signed')
  }
}

/**
 * Judges a header by its parent and by the rules, without the body. What is cheap comes first.
 *
 * @param now - Epoch milliseconds
 * @throws InvalidBlockError that says what is wrong
 */
export function checkHeader(
  header: Header,
  parent: Header,
  schedule: Schedule,
  now = Date.now()
): void {
  check(header.number === parent.number + 1, `number ${header.number} after ${parent.number}`)
  check(header.parentHash === headerHash(parent), 'another parent')
  check(header.time > parent.time, 'older than its parent')
  check(header.time <= now + CLOCK_DRIFT, 'from the future')
  check(header.proposer === proposerOf(schedule, header.number), 'not the turn of its proposer')
  check(isSealed(header), 'not signed by its proposer')
}

function check(holds: boolean, otherwise: string): void {
  if (!holds) throw new InvalidBlockError(`Invalid block: ${otherwise}`)
}
