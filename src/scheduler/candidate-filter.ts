import type { Candidate, DialingOptions } from '../options/dialing-options.ts'

/**
 * Asks the application's filter about a candidate. What is not an answer is a no, and is reported: a
 * filter that fails must not let everybody pass.
 */
export function passes(
  filter: NonNullable<DialingOptions['filter']>,
  candidate: Candidate,
  onFault: (error: unknown) => void
): boolean {
  try {
    const answer: unknown = filter(candidate)
    if (typeof answer === 'boolean') return answer
    // what it promises nobody waits for
    if (isThenable(answer)) void Promise.resolve(answer).catch(() => {})
    onFault(new TypeError(`Expected dialing.filter to return true or false, got ${shown(answer)}`))
  } catch (error) {
    onFault(error)
  }
  return false
}

const isThenable = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'then' in value

const shown = (answer: unknown): string => (isThenable(answer) ? 'a promise' : typeof answer)
