import { TopicValidatorResult } from '@libp2p/gossipsub'
import { decodeHeader, decodeTransaction, encodeHeader, encodeTransaction } from './codec.ts'
import { isSealed } from './header.ts'
import { proposerOf } from './rules.ts'
import { isSigned } from './transaction.ts'
import type { Header } from './header.ts'
import type { Schedule } from './rules.ts'
import type { Transaction } from './transaction.ts'
import type { GossipSub } from '@libp2p/gossipsub'
import type { PeerId } from '@libp2p/interface'

const HEADS = '/chain-node/heads'
const TRANSACTIONS = '/chain-node/transactions'

export interface GossipInit {
  readonly pubsub: GossipSub
  readonly schedule: Schedule
  /** A proposer has made a block; this peer told us, and so has it. */
  onHead(header: Header, from: PeerId): void
  onTransaction(transaction: Transaction): void
}

/**
 * New heads and new transactions, told to everybody by whoever has them first. Plain gossipsub: that it knows
 * authorized peers only is not its business, nor ours. What is forged is not passed on.
 */
export class Gossip {
  readonly #init: GossipInit

  constructor(init: GossipInit) {
    this.#init = init
  }

  start(): void {
    const { pubsub, schedule } = this.#init
    pubsub.topicValidators.set(HEADS, (_from, { data }) =>
      verdictOf(() => {
        const header = decodeHeader(data)
        return header.proposer === proposerOf(schedule, header.number) && isSealed(header)
      })
    )
    pubsub.topicValidators.set(TRANSACTIONS, (_from, { data }) =>
      verdictOf(() => isSigned(decodeTransaction(data)))
    )
    pubsub.addEventListener('gossipsub:message', ({ detail: { msg, propagationSource } }) => {
      if (msg.topic === HEADS) this.#init.onHead(decodeHeader(msg.data), propagationSource)
      if (msg.topic === TRANSACTIONS) this.#init.onTransaction(decodeTransaction(msg.data))
    })
    pubsub.subscribe(HEADS)
    pubsub.subscribe(TRANSACTIONS)
  }

  /** Tells everybody of a new head. */
  announce(header: Header): void {
    this.#publish(HEADS, encodeHeader(header))
  }

  /** Tells everybody of a new transaction. */
  pass(transaction: Transaction): void {
    this.#publish(TRANSACTIONS, encodeTransaction(transaction))
  }

  #publish(topic: string, data: Uint8Array): void {
    // it is stopped, or nobody is there: who comes later asks
    this.#init.pubsub.publish(topic, data).catch(() => {})
  }
}

function verdictOf(holds: () => boolean): TopicValidatorResult {
  try {
    return holds() ? TopicValidatorResult.Accept : TopicValidatorResult.Reject
  } catch {
    return TopicValidatorResult.Reject // no header, no transaction
  }
}
