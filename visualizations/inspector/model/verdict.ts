import type { Replay } from '../../../src/inspector/replay.ts'
import type { Verdict } from './feed.ts'

/** What a replay came to, for people. */
export function verdictOf({
  decisions,
  divergence
}: Pick<Replay, 'decisions' | 'divergence'>): Verdict {
  if (divergence === undefined) {
    const number = decisions.toLocaleString('en-US')
    const verb = decisions === 1 ? 'decision replays' : 'decisions replay'
    return { isSame: true, text: `${number} ${verb} to the same states` }
  }
  const { line, what, recorded = 'nothing', replayed = 'nothing' } = divergence
  const text = `line ${line} differs: ${what}: recorded ${recorded}, replayed ${replayed}`
  return { isSame: false, text, line }
}
