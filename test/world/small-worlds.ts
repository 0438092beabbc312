/** Worlds of a few nodes by a plan that is written by hand, so that it is known what happens in them. */
import { chain, SimulatedNode } from '../../src/testing/simulation/simulated-node.ts'
import { oneChain } from '../../src/testing/world/resident.ts'
import { SimulatedWorld } from '../../src/testing/world/simulated-world.ts'
import type { Handshake } from '../../src/index.ts'
import type { Clock } from '../../src/clock.ts'
import type { Deed, Plan, PlannedPeer } from '../../src/testing/world/plan.ts'
import type { Course } from '../../src/testing/world/simulated-world.ts'
import type { Script } from '../../src/testing/simulation/scripted-peer.ts'

export const SECOND = 1_000
export const MINUTE = 60 * SECOND

/** What a plan has to say that is not as usual. */
export interface SmallPlan {
  /** Nodes with the whole service. Default: 3 */
  readonly nodes?: number
  /** Hostile peers, by how they shake hands: their indexes come after those of the nodes. Default: none */
  readonly scripts?: readonly Script[]
  /** What is done, each with its time in milliseconds. */
  readonly steps: readonly (readonly [at: number, deed: Deed])[]
  /** Milliseconds. Default: 5 minutes */
  readonly duration?: number
}

/** Peers that can all be dialed, 20 ms from each other, and what is done. Nobody knows anybody at first. */
export function smallPlan({
  nodes = 3,
  scripts = [],
  steps,
  duration = 5 * MINUTE
}: SmallPlan): Plan {
  const peers = Array.from({ length: nodes + scripts.length }, (_, index): PlannedPeer => {
    const script = scripts[index - nodes]
    return { index, latency: 10, reach: 'open', ...(script !== undefined && { script }) }
  })
  const planned = steps.map(([at, deed]) => ({ at, deed }))
  return { seed: 1, peers, steps: planned, duration, recovery: 0 }
}

/** Changes a node that has not been started, whose service runs by this clock. */
export type Bend = (node: SimulatedNode, clock: Clock) => void

export interface SmallWorld {
  /** What is wrong with the node with the number 0. Default: nothing */
  readonly bend?: Bend | undefined
  /** Default: everybody is of one chain */
  readonly handshake?: ((index: number) => Handshake) | undefined
  /** Keeps every event. Default: false */
  readonly isTold?: boolean
}

/** Lives through a plan, with nodes that may be bent as they are born, life after life. */
export async function liveThrough(plan: Plan, world: SmallWorld = {}): Promise<Course> {
  const { bend, handshake = oneChain, isTold = false } = world
  let first: string | undefined
  const nodeOf: typeof SimulatedNode.idle = (network, peerId, address, options) => {
    const node = SimulatedNode.idle(network, peerId, address, options)
    first ??= node.peerId.toString()
    const { clock = network.clock } = options ?? {}
    if (first === node.peerId.toString()) bend?.(node, clock)
    return node
  }
  const lived = new SimulatedWorld(plan, { handshake, options: {}, isTold, nodeOf })
  return lived.run()
}

/** Nobody is of anybody's chain. */
export const ownChains = (index: number): Handshake<string> => chain(`chain ${index}`)
