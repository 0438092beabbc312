/** Every law of a simulated world can be seen broken: a check that nobody has seen fail may be unable to. */
import { describe, expect, it } from 'vitest'
import { LAWS } from '../../src/testing/world/laws.ts'
import { BREACHES } from './breaches.ts'
import { liveThrough, smallPlan } from './small-worlds.ts'

describe('a world', () => {
  it.each(BREACHES)('complains of the law $law: $what', async ({ law, what, plan, ...world }) => {
    const { violations } = await liveThrough(smallPlan(plan), world)
    expect(violations).toContainEqual(expect.objectContaining({ law, what }))
  })

  it('complains of every law that it checks', () => {
    const broken = new Set(BREACHES.map(({ law }) => law))
    expect([...broken].toSorted()).toEqual(LAWS.toSorted())
  })

  // those without a bend are broken by what is planned
  const plans = new Set(BREACHES.filter(({ bend }) => bend).map(({ plan }) => plan))
  it.each([...plans])('complains of nothing where nobody is bent, plan %#', async (plan) => {
    const { violations } = await liveThrough(smallPlan(plan))
    expect(violations).toEqual([])
  })
})
