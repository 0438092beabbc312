import { drawPlan } from './draw-plan.ts'
import { FAULT_CLASSES } from './fault-classes.ts'
import { oneChain } from './resident.ts'
import { shrink } from './shrink.ts'
import { SimulatedWorld } from './simulated-world.ts'
import { tellStory } from './story.ts'
import type { FaultClass } from './fault-classes.ts'
import type { NodeOptions } from './resident.ts'
import type { Course } from './simulated-world.ts'
import type { Plan } from './plan.ts'
import type { Violation } from './laws.ts'
import type { Handshake } from '../../index.ts'

export interface SimulateInit {
  /** Decides everything: the same seed is the same course of events, byte for byte. Default: 1 */
  readonly seed?: number
  /** Nodes that run the whole service. Default: 100 */
  readonly nodes?: number
  /** Simulated hours in which things go wrong. 75 minutes in which nothing does come after them. Default: 1 */
  readonly hours?: number
  /** What goes wrong. Default: `all` */
  readonly faults?: 'all' | 'none' | readonly FaultClass[]
  /** How many times as much as usual goes wrong. Default: 1 */
  readonly rate?: number
  /**
   * The handshake of each node, by its number. Its functions must answer in microtasks, without timers and
   * threads, or two runs may differ. All nodes must let each other in: that they find each other is a law.
   * Default: one that lets in whoever is of the same chain
   */
  readonly handshake?: (index: number) => Handshake
  /** Options of every node. Default: those of the library, with 8 peers */
  readonly options?: NodeOptions
}

/** What a simulated world came to. Plain data. */
export interface Simulation {
  readonly seed: number
  readonly nodes: number
  /** Simulated milliseconds, until the first violation if there is one. */
  readonly simulatedMs: number
  /** Everything that happened: what was done, and every transition of a peer. */
  readonly events: number
  /** Faults that happened, by class. */
  readonly faults: Readonly<Partial<Record<FaultClass, number>>>
  /** SHA-256 of the log of all events, as hex. */
  readonly hash: string
  /** Laws that did not hold; the run stops at the first moment in which there are any. */
  readonly violations: readonly Violation[]
  /** How it came to the first violation, step by step; empty if there is none. */
  readonly story: readonly string[]
}

/**
 * Runs a world of nodes, each with the whole service, through everything that can go wrong, in simulated
 * time, and holds the library's laws against what the world itself knows after every step.
 */
export async function simulate(init: SimulateInit = {}): Promise<Simulation> {
  const { seed = 1, nodes = 100, hours = 1, faults = 'all', rate = 1 } = init
  const { handshake = oneChain, options = {} } = init
  const classes = faults === 'all' ? FAULT_CLASSES : faults === 'none' ? [] : faults
  const plan = drawPlan({ seed, nodes, hours, rate, faults: classes })
  const live = async (which: Plan, isTold: boolean): Promise<Course> =>
    new SimulatedWorld(which, { handshake, options, isTold }).run()
  const course = await live(plan, false)
  const { simulatedMs, events, hash, violations } = course
  const story = violations.length === 0 ? [] : await storyOf(plan, course, live)
  return { seed, nodes, simulatedMs, events, faults: course.faults, hash, violations, story }
}

/** Makes the plan smaller until only what matters is left, and tells how that goes. */
async function storyOf(
  plan: Plan,
  course: Course,
  live: (plan: Plan, isTold: boolean) => Promise<Course>
): Promise<string[]> {
  const small = await shrink(plan, course, async (smaller) => live(smaller, false))
  const told = await live(small.plan, true)
  const [violation] = told.violations
  return violation === undefined ? [] : tellStory(told.entries, violation)
}
