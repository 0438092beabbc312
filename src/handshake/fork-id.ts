import { crc32 } from './crc32.ts'

/** Where a chain stands among its forks, as EIP-2124 writes it. */
export interface ForkId {
  /** CRC-32 of the genesis and of all forks passed: `0x` and 8 hex digits. */
  readonly hash: string

  /** Block, or time, of the next fork that is known; 0 for none. */
  readonly next: bigint
}

/** Where a chain is: the number of its newest block, and that block's time in seconds. */
export interface HeadPosition {
  readonly block: bigint
  readonly time: bigint
}

/** What became of a comparison, in the words of EIP-2124. */
export type ForkVerdict = 'compatible' | 'remote stale' | 'local stale or incompatible'

export interface ForkScheduleInit {
  readonly genesis: Uint8Array
  /** Blocks at which the rules changed, in any order. */
  readonly blocks: readonly bigint[]
  /** Times at which they changed later on, in any order. */
  readonly times: readonly bigint[]
  /** The time of the first block: rules that were in force then are no fork. */
  readonly genesisTime: bigint
}

/** A number above this is a time, not a block: that of Ethereum's first block, go-ethereum's constant. */
const TIMESTAMP_THRESHOLD = 1_438_269_973n

/**
 * The forks of a chain in their order, those by block (EIP-2124) before those by time (EIP-6122), and the
 * checksum of every stage between two of them. Forks of the genesis and forks at the same place as
 * another are none, as in go-ethereum.
 */
export class ForkSchedule {
  readonly #forks: readonly bigint[]
  // how many of the forks are by block
  readonly #byBlock: number
  // one more than forks: the first is the genesis' own
  readonly #sums: readonly string[]

  constructor({ genesis, blocks, times, genesisTime }: ForkScheduleInit) {
    const byBlock = inOrder(blocks, 0n)
    this.#forks = [...byBlock, ...inOrder(times, genesisTime)]
    this.#byBlock = byBlock.length
    let sum = crc32(genesis)
    const sums = [sum]
    for (const fork of this.#forks) sums.push((sum = crc32(bigEndian(fork), sum)))
    this.#sums = sums.map(hexOf)
  }

  /** Our own fork id at a position of the chain. */
  idAt(head: HeadPosition): ForkId {
    const stage = this.#stageAt(head)
    return { hash: this.#sums[stage] ?? '', next: this.#forks[stage] ?? 0n }
  }

  /**
   * Whether a peer with this fork id may be on our chain, by the rules of EIP-2124: 1, the same stage,
   * unless it is waiting for a fork that we have passed without; 2, behind us, and the next fork it
   * knows is the one we took; 3, ahead of us, in forks that we know.
   */
  judge({ hash, next }: ForkId, head: HeadPosition): ForkVerdict {
    const stage = this.#stageAt(head)
    const theirs = this.#sums.indexOf(hash)
    if (theirs === -1) return 'local stale or incompatible'
    if (theirs > stage) return 'compatible'
    if (theirs < stage) return next === this.#forks[theirs] ? 'compatible' : 'remote stale'
    return this.#hasPassed(next, stage, head) ? 'local stale or incompatible' : 'compatible'
  }

  // the number of forks passed
  #stageAt(head: HeadPosition): number {
    const stage = this.#forks.findIndex((fork, i) => this.#along(i, head) < fork)
    return stage === -1 ? this.#forks.length : stage
  }

  // how far we are on the axis on which a fork lies; beyond the last one, that of the last kind
  #along(fork: number, { block, time }: HeadPosition): bigint {
    const isByBlock = fork < this.#byBlock || this.#forks.length === this.#byBlock
    return isByBlock ? block : time
  }

  #hasPassed(next: bigint, stage: number, head: HeadPosition): boolean {
    if (next === 0n) return false
    return this.#along(stage, head) >= next || (next > TIMESTAMP_THRESHOLD && head.time >= next)
  }
}

function inOrder(forks: readonly bigint[], genesis: bigint): bigint[] {
  const later = [...new Set(forks)].filter((fork) => fork > genesis)
  return later.toSorted((a, b) => (a < b ? -1 : 1))
}

function bigEndian(number: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, number)
  return bytes
}

function hexOf(sum: number): string {
  return `0x${sum.toString(16).padStart(8, '0')}`
}
