import { endure } from './sessions.ts'

/**
 * `npm run soak`: a hundred thousand sessions, and what is left of them. Prints the heap on the way, its
 * slope, and what was there before and after; fails if a session leaves more than fifty bytes behind, or
 * anything else.
 */
const SESSIONS = 100_000
const SLOPE = 50

const began = performance.now()
const { before, after, authorized, heaps, slope } = await endure({
  tracked: 1_000,
  warmUp: 15_000,
  sessions: SESSIONS
})
const seconds = Math.round((performance.now() - began) / 1_000)
console.log(`${SESSIONS} sessions after 15000 to warm up, ${authorized} agreements, ${seconds} s`)
console.log(`heap in MB: ${heaps.map((heap) => (heap / 1e6).toFixed(2)).join(' ')}`)
console.log(`${slope.toFixed(1)} bytes a session`)
console.log('before', before)
console.log('after ', after)
const isEqual = JSON.stringify(before) === JSON.stringify(after)
process.exit(slope <= SLOPE && isEqual ? 0 : 1)
