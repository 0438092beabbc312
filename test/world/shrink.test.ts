/**
 * A plan that breaks a law becomes as small as it can be and still break that law.
 *
 * Mutations of shrink.ts that turn this file red, each tried by hand:
 * - whatever law is broken by a smaller plan counts
 * - it goes on for as long as there is something to try
 * - the time after the moment in which the law was broken is not cut off, or always is
 */
import { describe, expect, it } from 'vitest'
import { drawPlan } from '../../src/testing/world/draw-plan.ts'
import { shrink } from '../../src/testing/world/shrink.ts'
import { simulate } from '../../src/testing/world/simulate.ts'
import { tellStory } from '../../src/testing/world/story.ts'
import { announces } from './bends.ts'
import { liveThrough, MINUTE, ownChains, SECOND, smallPlan } from './small-worlds.ts'
import type { Law } from '../../src/testing/world/laws.ts'
import type { Plan, Step } from '../../src/testing/world/plan.ts'
import type { Course } from '../../src/testing/world/simulated-world.ts'

const DRAWN = drawPlan({ seed: 1, nodes: 12, hours: 24, rate: 1, faults: ['losses', 'stalls'] })

/** A course in which a law was broken then, or none. */
const course = (broken?: { law: Law; at: number; peers?: number[] }): Course => ({
  simulatedMs: broken?.at ?? 1,
  events: 100,
  faults: {},
  hash: '',
  violations: broken === undefined ? [] : [{ peers: [0], what: '', ...broken }],
  entries: []
})

/** The first stall of a node and the last loss of another one. */
function culprits(plan: Plan): [Step | undefined, Step | undefined] {
  const ofFirst = plan.steps.find(({ deed }) => deed.type === 'stall' && deed.node === 3)
  const ofLast = plan.steps.findLast(({ deed }) => deed.type === 'lose' && deed.node === 7)
  return [ofFirst, ofLast]
}
const [cause, trigger] = culprits(DRAWN)

/** Two steps of the plan, in the life of two nodes, break a law: at the time of the second one. */
function tried(plan: Plan, law: Law = 'slot'): Course {
  const isBroken = [cause, trigger].every((step) => step !== undefined && plan.steps.includes(step))
  return isBroken && trigger !== undefined ? course({ law, at: trigger.at, peers: [7] }) : course()
}

describe('a plan that breaks a law', () => {
  it('is made smaller until only what breaks it is left', async () => {
    const small = await shrink(DRAWN, tried(DRAWN), async (plan) => tried(plan))
    expect(small.plan.steps).toEqual(
      [cause, trigger].toSorted((a, b) => (a?.at ?? 0) - (b?.at ?? 0))
    )
    expect(small.plan.peers.map(({ index }) => index)).toEqual([3, 7])
    expect(small.course.violations).toMatchObject([{ law: 'slot' }])
    // nobody waits for long after it
    expect(small.plan.recovery).toBe(0)
    expect(small.plan.duration).toBeLessThanOrEqual((trigger?.at ?? 0) + 2 * MINUTE)
  })

  it('is not taken for another one that breaks another law', async () => {
    const run = async (plan: Plan): Promise<Course> =>
      plan.steps.length < DRAWN.steps.length / 2 ? course({ law: 'gate', at: 1 }) : tried(plan)
    const small = await shrink(DRAWN, tried(DRAWN), run)
    expect(small.course.violations).toMatchObject([{ law: 'slot' }])
    expect(small.plan.steps).toContain(cause)
    expect(small.plan.steps.length).toBeGreaterThanOrEqual(DRAWN.steps.length / 2)
  })

  it('is left as it is after so much effort, however much is left', async () => {
    let runs = 0
    const small = await shrink(DRAWN, tried(DRAWN), async (plan) => {
      runs++
      return { ...tried(plan), events: 6_000 }
    })
    expect(runs).toBe(2)
    expect(small.plan.steps.length).toBeGreaterThan(2)
  })

  it('in the end alone keeps all the time it has', async () => {
    const end = DRAWN.duration + DRAWN.recovery
    const run = async (plan: Plan): Promise<Course> =>
      course(plan.steps.includes(cause as Step) ? { law: 'liveness', at: end } : undefined)
    const { plan } = await shrink(DRAWN, await run(DRAWN), run)
    expect(plan).toEqual({ ...DRAWN, steps: [cause], peers: plan.peers })
  })
})

it('a plan that breaks nothing is what it was, and nobody tries another one', async () => {
  const well = course()
  const small = await shrink(DRAWN, well, async () => expect.unreachable())
  expect(small).toEqual({ plan: DRAWN, course: well })
})

describe('a world with a node that breaks a law', () => {
  it('is told in a few steps, though much else happened in it', async () => {
    const bend = announces('peer:fault', { source: 'machine' }, 20 * MINUTE)
    const plan = smallPlan({
      nodes: 5,
      duration: 30 * MINUTE,
      steps: Array.from({ length: 40 }, (_, i) => [
        (i + 1) * 40 * SECOND,
        i % 2 === 0
          ? { type: 'meet', node: i % 5, of: (i + 1) % 5 }
          : { type: 'lose', node: i % 5, pick: 0.5 }
      ])
    })
    const live = async (which: Plan): Promise<Course> => liveThrough(which, { bend })
    const { plan: small } = await shrink(plan, await live(plan), live)
    expect(small).toMatchObject({ peers: [{ index: 0 }], steps: [] })
    const told = await liveThrough(small, { bend, isTold: true })
    const story = told.violations.flatMap((violation) => tellStory(told.entries, violation))
    expect(story).toEqual([
      '00:20:00.000 the law "blast radius" is broken, seen at 0: the chart failed'
    ])
  })

  it('is a simulation that says what was broken, and how it came to that', async () => {
    const init = {
      nodes: 12,
      rate: 20,
      faults: 'none',
      handshake: ownChains,
      // who meets has not met before
      options: { outboundShare: 0 }
    } as const
    const { violations, story, simulatedMs } = await simulate(init)
    expect(violations).toMatchObject([{ law: 'liveness' }])
    expect(story.length).toBeLessThan(12)
    expect(story[0]).toContain('ask for each other at the same moment')
    expect(story.at(-1)).toContain('they met undisturbed, and are not authorized')
    expect(simulatedMs).toBe(violations[0]?.at)
  })
})
