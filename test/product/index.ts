/**
 * Explores everything that can happen between a few peers, and prints how much that was:
 *
 *     npm run explore                  every size, those that take minutes included
 *     npm run explore -- --seconds     those that take seconds
 *     npm run explore -- --only dials  those with this in their names
 *
 * Ends with 1, and with the story, as soon as a law is broken.
 */
import { parseArgs } from 'node:util'
import { exploreMeeting } from '../../src/testing/product/explore-meeting.ts'
import { explorePeers } from '../../src/testing/product/explore-peers.ts'
import { tellStory } from '../../src/testing/product/counterexample.ts'
import { MEETING_SIZES, PEER_SIZES } from './sizes.ts'
import type { Exploration } from '../../src/testing/product/counterexample.ts'

const { values } = parseArgs({
  options: { seconds: { type: 'boolean', default: false }, only: { type: 'string', default: '' } }
})

const all: { name: string; minutes?: true; run: () => Exploration | Promise<Exploration> }[] = [
  ...PEER_SIZES.map((size) => ({ ...size, run: () => explorePeers(size.options) })),
  ...MEETING_SIZES.map((size) => ({ ...size, run: () => exploreMeeting(size.options) }))
]

const chosen = all
  .filter(({ minutes }) => !(values.seconds && minutes === true))
  .filter(({ name }) => name.includes(values.only))

const say = (line: string): void => void process.stdout.write(`${line}\n`)

for (const { name, run } of chosen) {
  const began = performance.now()
  // one after the other: each takes all the memory that it can get
  const { states, edges, depth, isComplete, counterexample } = await run()
  const seconds = ((performance.now() - began) / 1_000).toFixed(1)
  const end = isComplete ? 'complete' : 'not complete'
  say(`${name}: ${states} states, ${edges} edges, depth ${depth}, ${seconds} s, ${end}`)
  if (counterexample === undefined) continue
  say(tellStory(counterexample))
  process.exitCode = 1
  break
}
