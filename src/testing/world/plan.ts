import type { FaultClass } from './fault-classes.ts'
import type { Script } from '../simulation/scripted-peer.ts'

/** Somebody in the world. */
export interface PlannedPeer {
  /** The name: the same when others are left out. */
  readonly index: number
  /** How it shakes hands if it is hostile; a node with the whole service otherwise. */
  readonly script?: Script
  /** Milliseconds from the middle of the network: two peers are as far apart as both together. */
  readonly latency: number
  /** Can it be dialed: directly, through a relay only, or not at all? */
  readonly reach: 'open' | 'relayed' | 'hidden'
}

/** How a node comes back: told to stop or killed; and in what state it finds its files. */
export interface RestartPlan {
  readonly how: 'stop' | 'kill'
  readonly files: 'kept' | 'torn' | 'lost'
}

/** How the application's own code fails. */
export type Lapse = 'hello throws' | 'verify throws' | 'verify hangs' | 'listener throws'

/** What a hostile peer does to a node. */
export type Assault = 'greet' | 'stream' | 'flood' | 'goodbye' | 'leave'

/**
 * What is done, to whom (`node`) and about whom (`of`). A `pick` in [0, 1) chooses among the connections
 * that are there by then; `for` is in milliseconds.
 */
export type Deed =
  | { readonly type: 'learn'; readonly node: number; readonly of: number }
  | { readonly type: 'hear of ghost'; readonly node: number; readonly ghost: number }
  | { readonly type: 'connect'; readonly node: number; readonly of: number }
  | { readonly type: 'enqueue'; readonly node: number; readonly of: number }
  /** Both ask for each other at the same moment. */
  | { readonly type: 'meet'; readonly node: number; readonly of: number }
  | { readonly type: 'disconnect'; readonly node: number; readonly pick: number }
  | { readonly type: 'ban'; readonly node: number; readonly pick: number; readonly for: number }
  | { readonly type: 'stream'; readonly node: number; readonly pick: number }
  | { readonly type: 'dial as DHT'; readonly node: number; readonly of: number }
  | { readonly type: 'lose'; readonly node: number; readonly pick: number }
  | {
      readonly type: 'half-open'
      readonly node: number
      readonly pick: number
      readonly for: number
    }
  | { readonly type: 'silence'; readonly node: number; readonly pick: number; readonly for: number }
  | {
      readonly type: 'partition'
      /** Who is on which side is drawn from it, one by one. */
      readonly salt: number
      readonly share: number
      readonly isSilent: boolean
      readonly for: number
    }
  | { readonly type: 'slow'; readonly node: number; readonly by: number; readonly for: number }
  | { readonly type: 'stall'; readonly node: number; readonly for: number }
  | { readonly type: 'jump'; readonly node: number; readonly by: number }
  | ({ readonly type: 'restart'; readonly node: number; readonly for: number } & RestartPlan)
  | { readonly type: 'assail'; readonly node: number; readonly of: number; readonly act: Assault }
  | { readonly type: 'lapse'; readonly node: number; readonly how: Lapse; readonly for: number }

/** A deed at its time, in milliseconds from the beginning. */
export interface Step {
  readonly at: number
  /** The class that it is a fault of; none if it is the application's or discovery's everyday work. */
  readonly fault?: FaultClass
  readonly deed: Deed
}

/**
 * Everything that will be done in a world, as plain data: what a seed decides before the clock runs, and what
 * can be taken out piece by piece. All other luck is drawn by each peer from a stream of its own.
 */
export interface Plan {
  readonly seed: number
  readonly peers: readonly PlannedPeer[]
  /** In the order of their times. */
  readonly steps: readonly Step[]
  /** Milliseconds in which things go wrong. */
  readonly duration: number
  /** Milliseconds after them in which nothing does, and everybody has to recover. */
  readonly recovery: number
}

/** The peers that a deed needs. */
function needs(deed: Deed): number[] {
  const subject = 'node' in deed ? [deed.node] : []
  return 'of' in deed ? [...subject, deed.of] : subject
}

/** The plan without what needs peers that are not among these. */
export function planFor(plan: Plan, peers: readonly PlannedPeer[]): Plan {
  const present = new Set(peers.map(({ index }) => index))
  const steps = plan.steps.filter(({ deed }) => needs(deed).every((index) => present.has(index)))
  return { ...plan, peers, steps }
}
