import type { Target } from './target.ts'

/** CPU milliseconds that one input may take. */
export const HANG = 10

/** An input for which something does not hold. */
export class Finding extends Error {
  readonly kind: 'crash' | 'hang'
  readonly input: Uint8Array

  constructor(kind: Finding['kind'], input: Uint8Array, what: string) {
    super(what)
    this.name = 'Finding'
    this.kind = kind
    this.input = input
  }
}

/** Milliseconds that the target takes for an input, by this thread's own CPU time. */
export async function timed(target: Target, input: Uint8Array): Promise<number> {
  const began = process.threadCpuUsage()
  try {
    // most targets are done at once, and a turn of the loop costs more than they do
    const running = target.run(input)
    if (running !== undefined) await running
  } catch (error) {
    throw new Finding('crash', input, describe(error))
  }
  const { user, system } = process.threadCpuUsage(began)
  return (user + system) / 1_000
}

export function findingOf(error: unknown): Finding {
  if (error instanceof Finding) return error
  throw error
}

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : `thrown: ${String(error)}`
