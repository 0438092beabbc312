import fc from 'fast-check'
import { runs } from './commands.ts'
import { Reference } from './reference.ts'
import { Scene } from './scene.ts'
import { Turns } from './turns.ts'
import type { Scheduler } from 'fast-check'

export interface Exploration {
  /** Random runs. */
  readonly runs: number
  readonly seed: number
  /** Commands of one run at most. Default: 60 */
  readonly length?: number
}

/**
 * Runs the whole service through random commands whose consequences overtake one another at random. What
 * fails is made as short as it gets, and told: whose turn it was when, commands among the rest.
 *
 * @returns The runs that were made
 * @throws Error with the law that was broken, how to run it again, and the story
 */
export async function explore({ length = 60, ...init }: Exploration): Promise<number> {
  const { seed } = init
  const property = fc.asyncProperty(
    fc.scheduler(),
    runs(length),
    fc.integer({ min: 1, max: 1_000_000 }),
    async (scheduler, commands, luck) => {
      const turns = new Turns(scheduler)
      const reference = new Reference()
      const scene = new Scene(turns, reference, luck)
      await fc.scheduledModelRun(scheduler, () => ({ model: reference, real: scene }), commands)
      await scene.end()
    }
  )
  const found = await fc.check(property, { numRuns: init.runs, seed })
  if (!found.failed) return found.numRuns
  const { errorInstance: cause, counterexample, numRuns, numShrinks } = found
  const [scheduler] = counterexample ?? []
  const told = [
    cause instanceof Error ? cause.message : String(cause),
    `Found in run ${numRuns}, made shorter ${numShrinks} times. To run it again:`,
    `npm run interleave -- --seed ${seed} --runs ${numRuns}`,
    ...(scheduler === undefined ? [] : storyOf(scheduler))
  ]
  throw new Error(told.join('\n'), { cause })
}

/** The commands as numbered steps, and below each what had its turn before the next one. */
export function storyOf(scheduler: Scheduler): string[] {
  const steps: { readonly words: string; readonly turns: string[] }[] = [{ words: '', turns: [] }]
  for (const { label, schedulingType } of scheduler.report()) {
    const isCommand = schedulingType === 'sequence'
    if (!isCommand) steps.at(-1)?.turns.push(label)
    else if (label.startsWith('run@')) steps.push({ words: label.slice(4), turns: [] })
  }
  return steps.flatMap(({ words, turns }, index) => {
    const step = index === 0 ? [] : [`${String(index).padStart(3)}. ${words}`]
    return turns.length === 0 ? step : [...step, `     (${turns.join(', ')})`]
  })
}
