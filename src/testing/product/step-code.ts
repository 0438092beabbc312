/** What may happen to the node as a whole. */
export const GLOBAL = ['lose', 'probe', 'drain'] as const

/** Places of peers, happenings, and scenes that one step may lead to, by luck: more than there ever are. */
const PLACES = 16
const HAPPENINGS = 256
const BRANCHES = 4_096

/** One step out of a state. */
export interface Step {
  /** The place of the peer in its row; the number of peers if it is the node as a whole. */
  readonly place: number
  /** The happening, by its number. */
  readonly which: number
  /** Which of the scenes that it may lead to. */
  readonly branch: number
}

/** A step as one number, to which its branch is added. */
export function codeOf(place: number, which: number, branches = 1): number {
  if (place >= PLACES || which >= HAPPENINGS || branches > BRANCHES) {
    throw new RangeError(`Expected fewer steps than ${branches} out of one state`)
  }
  return (place * HAPPENINGS + which) * BRANCHES
}

export function stepOf(code: number): Step {
  const rest = Math.floor(code / BRANCHES)
  return {
    place: Math.floor(rest / HAPPENINGS),
    which: rest % HAPPENINGS,
    branch: code % BRANCHES
  }
}
