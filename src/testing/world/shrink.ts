import { planFor } from './plan.ts'
import type { Course } from './simulated-world.ts'
import type { Plan } from './plan.ts'

/** How many times the events of the course that failed may happen again while it is made smaller. */
const EFFORT = 12

/** Milliseconds that a smaller course may take longer to fail. */
const SLACK = 120_000

/**
 * Makes a plan that breaks a law smaller for as long as it still breaks that law: without what comes after,
 * with fewer peers, and with fewer steps, half of them at a time, then a quarter, down to one by one (Zeller's
 * delta debugging).
 *
 * @param course - What came of the plan
 * @param run - Lives through another plan, from its beginning
 * @returns The smallest plan that was found, and what came of it
 */
export async function shrink(
  plan: Plan,
  course: Course,
  run: (plan: Plan) => Promise<Course>
): Promise<{ plan: Plan; course: Course }> {
  const [violation] = course.violations
  let best = { plan, course }
  let effort = EFFORT * Math.max(course.events, 1_000)
  const tryOut = async (smaller: Plan): Promise<boolean> => {
    if (effort <= 0 || violation === undefined) return false
    const attempt = await run(smaller)
    // a start alone is not for nothing
    effort -= attempt.events + smaller.peers.length + 10
    const [found] = attempt.violations
    if (found?.law !== violation.law) return false
    best = { plan: cutAt(smaller, found.at), course: attempt }
    return true
  }
  await tryOut(cutAt(plan, violation?.at ?? Infinity))
  // others, and what was done long before, have seldom to do with it
  const about = new Set(violation?.peers)
  await tryOut(
    planFor(
      best.plan,
      best.plan.peers.filter(({ index }) => about.has(index))
    )
  )
  const from = (violation?.at ?? 0) - RECENT
  const since = best.plan.steps.filter(({ at, deed }) => at >= from || deed.type === 'learn')
  await tryOut({ ...best.plan, steps: since })
  for (let size = -1; size !== sizeOf(best.plan);) {
    size = sizeOf(best.plan)
    await without(
      () => best.plan.peers,
      (peers) => tryOut(planFor(best.plan, peers))
    )
    await without(
      () => best.plan.steps,
      (steps) => tryOut({ ...best.plan, steps })
    )
  }
  return best
}

const sizeOf = ({ peers, steps }: Plan): number => peers.length + steps.length

/** Nothing is done any more after a law was broken, and nobody waits for long. */
function cutAt(plan: Plan, at: number): Plan {
  // liveness is only looked at in the end
  if (at >= plan.duration + plan.recovery) return plan
  const steps = plan.steps.filter((step) => step.at <= at)
  return { ...plan, steps, duration: Math.min(plan.duration, at + SLACK), recovery: 0 }
}

/** Milliseconds before a law was broken that matter most. */
const RECENT = 300_000

/** Takes parts out of a list, large ones first, as long as it can do without them. */
async function without<T>(
  list: () => readonly T[],
  tryOut: (smaller: readonly T[]) => Promise<boolean>
): Promise<void> {
  for (let size = Math.ceil(list().length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = list().length - size; from > -size; from -= size) {
      const all = list()
      const begin = Math.max(0, from)
      const smaller = [...all.slice(0, begin), ...all.slice(from + size)]
      if (smaller.length < all.length) await tryOut(smaller)
    }
  }
}
