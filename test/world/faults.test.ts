/** Faults in the library that a simulated world must find, and tell in a story of under 12 steps. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runWith } from '../faults/run.ts'
import type { FaultName } from '../faults/seeded-faults.ts'

const PROGRAM = join(import.meta.dirname, 'simulate.ts')

const ROOMY = '--max-peers 20 --outbound-share 0.05'

/** Worlds small enough to find it soon, and a word that the story must have. */
const WORLDS: Readonly<Record<FaultName, readonly [args: string, law: string]>> = {
  'double-release': ['--nodes 10', 'slot'],
  'no-generation-check': [
    `--seed 2 --nodes 10 --rate 20 --faults half-open,losses,slow-nodes,stalls ${ROOMY}`,
    'agreement'
  ],
  'no-crossing-rule': [`--nodes 40 --rate 20 --faults none ${ROOMY}`, 'liveness'],
  'gate-open-in-handshaking': ['--nodes 10 --rate 20 --faults hostile', 'gate']
}

const STEP = /^(day \d+ )?\d\d:\d\d:\d\d\.\d{3} /

it.each(Object.entries(WORLDS) as [FaultName, (typeof WORLDS)[FaultName]][])(
  'the fault %s is found and told',
  async (name, [args, law]) => {
    const { code, stdout, stderr } = await runWith(name, [PROGRAM, ...args.split(' ')], 200_000)
    const story = stdout.split('\n').filter((line) => STEP.test(line))
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(story.at(-1)).toContain(`the law "${law}" is broken`)
    expect(story.length).toBeGreaterThan(1)
    expect(story.length).toBeLessThan(12)
  },
  200_000
)

it.each(Object.values(WORLDS))(
  'without a fault nothing is found with %s',
  async (args) => {
    const { code, stdout } = await runWith(undefined, [PROGRAM, ...args.split(' ')], 200_000)
    expect(stdout).toContain('"violations": []')
    expect(code).toBe(0)
  },
  200_000
)
