import type { PeerNow, Step } from './scene.ts'

/** A step with what it replaced, so that it can be undone: nothing else is needed to go back. */
export interface Deed extends Step {
  index: number
  /** By this deeds are put in order: the time, or later, so that none comes before one it came after. */
  order: number
  /** The peer before and after; undefined if it was not, or is no more, tracked. */
  readonly before?: PeerNow | undefined
  readonly after?: PeerNow | undefined
  /** Of a beginning: all peers of the node before and after. */
  readonly befores?: readonly PeerNow[] | undefined
  readonly afters?: readonly PeerNow[] | undefined
  readonly modeBefore?: string | undefined
  readonly modeAfter?: string | undefined
}
