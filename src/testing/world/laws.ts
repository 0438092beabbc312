/** The laws that are checked in a simulated world, by name. */
export const LAWS = [
  'slot',
  'capacity',
  'gate',
  'agreement',
  'connection',
  'settle',
  'blast radius',
  'one predicate',
  'closed words',
  'cause',
  'plain data',
  'liveness'
] as const

export type Law = (typeof LAWS)[number]

/** A law that did not hold. Plain data. */
export interface Violation {
  readonly law: Law
  /** Milliseconds from the beginning. */
  readonly at: number
  /** Whom it is about, by index: where it was seen first. */
  readonly peers: readonly number[]
  /** What was found. */
  readonly what: string
}
