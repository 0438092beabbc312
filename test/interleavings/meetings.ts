import fc from 'fast-check'
import { storyOf } from './explore.ts'
import { Reference } from './reference.ts'
import { Scene } from './scene.ts'
import { Turns } from './turns.ts'
import type { SimulatedNode } from '../../src/testing/simulation/simulated-node.ts'

/** Milliseconds in which two nodes that want each other have come to an end. */
const MEETING = 10_000

/**
 * Two nodes connect to each other at the same time, over connections that others may have made, in random
 * orders of all that follows: both are authorized, and every caller hears so.
 *
 * @throws Error with the story of a meeting that failed
 */
export async function meetings({ runs, seed }: { runs: number; seed: number }): Promise<number> {
  const property = fc.asyncProperty(
    fc.scheduler(),
    fc.boolean(),
    fc.boolean(),
    async (scheduler, isDialed, isDialedBack) => {
      const scene = new Scene(new Turns(scheduler), new Reference())
      const { node, twin } = scene
      await scene.calm()
      const answers = [
        node.peers.connect(scene.addressOf(twin)),
        twin.peers.connect(scene.addressOf(node))
      ]
      for (const answer of answers) scene.reference.await('connect()', answer)
      const dial = (from: SimulatedNode, to: SimulatedNode): void =>
        void from.dialer.open(scene.addressOf(to), { priority: 50 }).catch(() => {})
      if (isDialed) dial(node, twin)
      if (isDialedBack) dial(twin, node)
      await scene.calm()
      await scene.pass(MEETING)
      await Promise.all(answers)
      scene.check('settled')
      if (!node.peers.isAuthorized(twin.peerId)) throw new Error('They met in vain')
      await scene.end()
    }
  )
  const found = await fc.check(property, { numRuns: runs, seed })
  if (!found.failed) return found.numRuns
  const { errorInstance: cause, counterexample, numRuns } = found
  const [scheduler] = counterexample ?? []
  const told = [
    `Two nodes connect to each other: ${cause instanceof Error ? cause.message : String(cause)}`,
    `Found in meeting ${numRuns} of seed ${seed}`,
    ...(scheduler === undefined ? [] : storyOf(scheduler))
  ]
  throw new Error(told.join('\n'), { cause })
}
