import { readHeader } from './codec.ts'
import { catchUp } from './sync.ts'
import type { Chain } from './chain.ts'
import type { Clients } from './clients.ts'
import type { PeerId } from '@libp2p/interface'

interface Target {
  readonly peer: PeerId
  readonly number: number
}

/** What only a peer that is no honest node makes us throw. */
const INVALID = ['InvalidBlockError', 'InvalidMessageError']

/** Milliseconds that a peer has for one answer, however long. */
const CALL_TIMEOUT = 10_000

/** Keeps the chain at the highest head that a peer has: one catching up at a time, whoever told us. */
export class Follower {
  readonly #chain: Chain
  readonly #clients: Clients
  readonly #onInvalid: (peer: PeerId) => void
  readonly #lifetime = new AbortController()
  /** The highest head that was heard of while another one is being fetched. */
  #next: Target | undefined
  #isFetching = false

  /** @param onInvalid - The peer sent what no honest node sends */
  constructor(chain: Chain, clients: Clients, onInvalid: (peer: PeerId) => void) {
    this.#chain = chain
    this.#clients = clients
    this.#onInvalid = onInvalid
  }

  /** Asks a peer where it stands, and follows it if it is ahead. Never rejects. */
  async ask(peer: PeerId): Promise<void> {
    await this.#tolerant(peer, async () => {
      const { head } = await this.#clients.of(peer).status({}, this.#options())
      if (head !== undefined) this.follow(peer, readHeader(head).number)
    })
  }

  /** The peer has a block of this number. */
  follow(peer: PeerId, number: number): void {
    if (number <= (this.#next?.number ?? this.#chain.head.number)) return
    this.#next = { peer, number }
    if (!this.#isFetching) void this.#fetch()
  }

  stop(): void {
    this.#next = undefined
    this.#lifetime.abort()
  }

  async #fetch(): Promise<void> {
    this.#isFetching = true
    while (this.#next !== undefined) {
      const { peer, number } = this.#next
      this.#next = undefined
      if (number <= this.#chain.head.number) continue
      await this.#tolerant(peer, async () => {
        await catchUp(this.#clients.of(peer), this.#chain, this.#options())
      })
    }
    this.#isFetching = false
  }

  #options() {
    return { timeoutMs: CALL_TIMEOUT, signal: this.#lifetime.signal }
  }

  /** A peer that does not answer is no news, another one will. */
  async #tolerant(peer: PeerId, call: () => Promise<void>): Promise<void> {
    try {
      await call()
    } catch (err) {
      if (err instanceof Error && INVALID.includes(err.name)) this.#onInvalid(peer)
    }
  }
}
