import type { Hex } from './encoding.ts'

/** What holds from a block on, until the next fork. */
export interface Rules {
  /** The first block under these rules. */
  readonly from: number
  /** Whose turn it is, block by block: Ed25519 public keys. */
  readonly proposers: readonly Hex[]
  /** The most transactions that a block may have. */
  readonly maxTransactions: number
}

/** The rules from the first block on, and then one entry a fork, in their order. */
export type Schedule = readonly [Rules, ...Rules[]]

/** The rules that a block stands under. */
export function rulesAt(schedule: Schedule, number: number): Rules {
  return schedule.findLast(({ from }) => from <= number) ?? schedule[0]
}

/** Who proposes the block. One key and no other: two honest nodes never see two blocks of one number. */
export function proposerOf(schedule: Schedule, number: number): Hex | undefined {
  const { proposers } = rulesAt(schedule, number)
  return proposers[number % proposers.length]
}

/** The blocks at which the rules change: what a fork id is made of. */
export function forksOf([, ...forks]: Schedule): number[] {
  return forks.map(({ from }) => from)
}
