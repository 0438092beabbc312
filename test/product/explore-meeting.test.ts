import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exploreMeeting } from '../../src/testing/product/explore-meeting.ts'
import { tellStory } from '../../src/testing/product/counterexample.ts'
import { only, TextHandshake } from '../../src/testing/text-handshake.ts'
import { runWith } from '../faults/run.ts'
import { MEETING_SIZES, storyOf } from './sizes.ts'
import type { Exploration } from '../../src/testing/product/counterexample.ts'

const PROGRAM = join(import.meta.dirname, 'index.ts')
const SHORT = MEETING_SIZES.filter(({ minutes }) => minutes !== true)

const brokenIn = ({ counterexample }: Exploration): string =>
  counterexample === undefined ? 'none' : tellStory(counterexample)

describe('two nodes agree in whatever order everything arrives', () => {
  it.each(SHORT)('$name', { timeout: 240_000 }, async ({ options }) => {
    const found = await exploreMeeting(options)
    expect(brokenIn(found)).toBe('none')
    expect(found.isComplete).toBe(true)
  })

  it('also if one of them is of another chain', { timeout: 120_000 }, async () => {
    const handshake = new TextHandshake('chain 9', only('chain 9'))
    const found = await exploreMeeting({ connections: 1, wants: ['Bob'], bob: { handshake } })
    expect(brokenIn(found)).toBe('none')
    expect(found.isComplete).toBe(true)
  })
})

it(
  'a goodbye that overtakes the last word of the handshake is heeded',
  { timeout: 120_000 },
  async () => {
    const dispositions = {
      local: { requested: { connection: 'keep', refusesInbound: false } }
    } as const
    const found = await exploreMeeting({
      connections: 1,
      wants: ['Ann'],
      goodbyes: 1,
      ann: { dispositions },
      bob: { dispositions }
    })
    expect(brokenIn(found)).toBe('none')
    expect(found.isComplete).toBe(true)
  }
)

it('the same options are the same exploration', { timeout: 120_000 }, async () => {
  const options = { maxStates: 60 }
  const found = await exploreMeeting(options)
  expect(await exploreMeeting(options)).toEqual(found)
  expect(found.isComplete).toBe(false)
})

describe('a fault is found, and told in less than 12 steps', () => {
  it.each([
    ['no-crossing-rule', 'crossing', '2 connections, both wish'],
    ['gate-open-in-handshaking', 'gate', 'a stream of the application']
  ] as const)('%s', { timeout: 240_000 }, async (fault, law, size) => {
    const { code, stdout } = await runWith(fault, [PROGRAM, '--only', size], 240_000)
    expect(stdout).toContain(`The ${law} law is broken: `)
    expect(storyOf(stdout).length).toBeLessThan(12)
    expect(code).toBe(1)
  })
})
