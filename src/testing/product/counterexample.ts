/** How a law was broken: the shortest way there is, told step by step. Plain data. */
export interface Counterexample {
  /** The name of the law. */
  readonly law: string
  /** What exactly is wrong. */
  readonly detail: string
  /** What happened, one sentence a step, from the beginning. */
  readonly story: readonly string[]
}

/** The story as numbered lines, with the law at the end. */
export function tellStory({ law, detail, story }: Counterexample): string {
  const lines = story.map((line, index) => `${String(index + 1).padStart(3)}. ${line}`)
  return [...lines, `The ${law} law is broken: ${detail}.`].join('\n')
}

/** What an exploration has seen. Plain data. */
export interface Exploration {
  /** States of the whole, those equal but for the names of peers counted once. */
  readonly states: number
  /** Steps that were tried, those that changed nothing included. */
  readonly edges: number
  /** Steps from the beginning to the state that is farthest from it. */
  readonly depth: number
  /** Was everything seen that there is? Not if a law is broken, or if there were too many states. */
  readonly isComplete: boolean
  readonly counterexample: Counterexample | undefined
}

/** Who is who in a story. */
export const NAMES = ['Ann', 'Bob', 'Cyd', 'Dan', 'Eve', 'Fay', 'Gus', 'Hal'] as const
