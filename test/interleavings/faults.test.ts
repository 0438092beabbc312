/** The exploration finds the faults that every check has to find, each with a story of under 12 steps. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runWith } from '../faults/run.ts'
import type { FaultName } from '../faults/seeded-faults.ts'

const PROGRAM = join(import.meta.dirname, 'run.ts')

/** A seed that finds it soon, and the law that it breaks. */
const FOUND: readonly (readonly [FaultName, number, RegExp])[] = [
  ['double-release', 3, /^Without a slot/],
  ['no-generation-check', 3, /^the twin and we disagree|^Two nodes connect to each other/],
  ['no-crossing-rule', 3, /^Two nodes connect to each other/],
  ['gate-open-in-handshaking', 1, /was served|was handed out/]
]

test.each(FOUND)(
  '%s is found',
  async (fault, seed, law) => {
    const program = [PROGRAM, '--runs', '100', '--seed', String(seed)] as const
    const { code, stderr } = await runWith(fault, program, 120_000)
    const steps = stderr.split('\n').filter((line) => /^ +\d+\. /.test(line))

    expect(stderr).toMatch(law)
    expect(code).toBe(1)
    expect(steps.length).toBeLessThan(12)
  },
  150_000
)
