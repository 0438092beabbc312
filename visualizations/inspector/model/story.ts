import type { Scene, Step } from './scene.ts'

/** Refusals by reason, in equal parts of a span of time. */
export interface RefusalsOverTime {
  /** The span, in milliseconds since the epoch, and the length of a part. */
  readonly from: number
  readonly to: number
  readonly width: number
  /** How often each word was said in each part, the most frequent word first. */
  readonly reasons: ReadonlyMap<string, readonly number[]>
}

/** How much happened in equal parts of the time from the first step that is kept to the present. */
export interface Marks {
  /** Milliseconds since the epoch. */
  readonly from: number
  readonly to: number
  readonly steps: readonly number[]
  readonly refusals: readonly number[]
}

/**
 * What the nodes told, as steps that can be taken forth and back. The scene is what it was after the steps
 * before the cursor. A position is a number of steps from the beginning of all: it stays the same when old
 * steps are dropped, and `start` grows.
 */
export interface Story {
  readonly scene: Scene
  /** The first position that can be gone to, and the last. */
  readonly start: number
  readonly end: number
  /** The position that is shown. */
  readonly cursor: number
  /** Does the cursor follow what comes? */
  readonly isLive: boolean
  /** Steps that were dropped, because there were more than are kept. */
  readonly dropped: number

  /** Goes to a position, the nearest that there is, and stays there. */
  goTo(position: number): void
  /** Goes to what a step came to. */
  goToStep(step: Step): void
  /** Goes to the last position at or before a time. */
  goToTime(at: number): void
  /** Goes to the end and stays there, whatever comes. */
  live(): void
  /** Stays where it is. */
  pause(): void

  /** The step that leads from this position to the next one. */
  stepAt(position: number): Step | undefined
  /** The last step before the cursor. */
  readonly lastStep: Step | undefined
  /** Steps before the cursor, the newest first, at most `count`. */
  recentSteps(count: number): Step[]
  /** A peer's steps before the cursor, the oldest first. */
  stepsOf(key: string): readonly Step[]
  /** The next step of the peer behind the cursor, and the one before the last of those before it. */
  nextOf(key: string): Step | undefined
  previousOf(key: string): Step | undefined
  /** How often each edge was taken since a time, before the cursor; by peers of one node, if one is named. */
  edgesSince(at: number, node?: number): ReadonlyMap<string, number>
  /** Refusals that were said before the cursor; those of one node, if one is named. */
  refusalsOverTime(parts: number, node?: number): RefusalsOverTime
  /** How much happened when, before and behind the cursor. */
  marks(parts: number): Marks
}
