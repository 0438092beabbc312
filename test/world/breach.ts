import type { Law } from '../../src/testing/world/laws.ts'
import type { SmallPlan, SmallWorld } from './small-worlds.ts'

/** A way in which a law can be broken. */
export interface Breach extends Omit<SmallWorld, 'isTold'> {
  readonly law: Law
  /** What the world says of it. */
  readonly what: string
  readonly plan: SmallPlan
}

/** One where the plan does not matter: the node 0 finds two others. */
export type Row = Omit<Breach, 'plan'> & Partial<Pick<Breach, 'plan'>>
