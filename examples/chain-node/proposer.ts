import { ed25519 } from '@noble/curves/ed25519.js'
import { makeBlock } from './block.ts'
import { toHex } from './encoding.ts'
import { proposerOf, rulesAt } from './rules.ts'
import type { Chain } from './chain.ts'
import type { Hex } from './encoding.ts'
import type { Header } from './header.ts'
import type { Mempool } from './mempool.ts'

export interface ProposerInit {
  readonly chain: Chain
  readonly mempool: Mempool
  readonly privateKey: Uint8Array
  /** Milliseconds from one block to the next. */
  readonly interval: number
  /** We have made a block; it is in the chain already. */
  onProposed(header: Header): void
}

/** Makes the next block whenever it is this node's turn. */
export class Proposer {
  readonly #init: ProposerInit
  readonly #publicKey: Hex
  /** Ends the listener and the timer (start -> stop). */
  #lifetime: AbortController | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(init: ProposerInit) {
    this.#init = init
    this.#publicKey = toHex(ed25519.getPublicKey(init.privateKey))
  }

  start(): void {
    this.stop()
    this.#lifetime = new AbortController()
    const { signal } = this.#lifetime
    this.#init.chain.addEventListener('block', () => this.#wait(), { signal })
    this.#wait()
  }

  stop(): void {
    this.#lifetime?.abort()
    clearTimeout(this.#timer)
  }

  #wait(): void {
    const { chain, interval } = this.#init
    clearTimeout(this.#timer)
    if (proposerOf(chain.schedule, chain.head.number + 1) !== this.#publicKey) return
    const due = chain.head.time + interval
    this.#timer = setTimeout(() => this.#propose(), Math.max(0, due - Date.now()))
  }

  #propose(): void {
    const { chain, mempool, privateKey } = this.#init
    const parent = chain.head
    const { maxTransactions } = rulesAt(chain.schedule, parent.number + 1)
    const time = Math.max(Date.now(), parent.time + 1)
    const block = makeBlock(parent, mempool.next(maxTransactions), time, privateKey)
    chain.append(block)
    this.#init.onProposed(block.header)
  }
}
