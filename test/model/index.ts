/** Makes every tour of the peer's chart, and prints which states and edges were seen: `npm run model`. */
import { peerMachine } from '../../machines/index.ts'
import { leafOf } from '../../src/testing/model/chart-edges.ts'
import { Coverage } from '../../src/testing/model/coverage.ts'
import { worldTours } from '../../src/testing/model/world-model.ts'
import { NOT_PRODUCED } from './not-produced.ts'
import { overridden, RULED_OUT, toursOf } from './peer-forms.ts'
import { PeersRoom } from './peers-room.ts'
import { SETTINGS } from './settings.ts'
import { walkTour } from './walk-tour.ts'

const ruledOut = Object.keys(RULED_OUT)
const [inRoom, onNetwork] = [
  new Coverage(peerMachine, ruledOut),
  new Coverage(peerMachine, ruledOut)
]

for (const machine of [peerMachine, overridden]) {
  for (const tour of toursOf(machine)) {
    const room = new PeersRoom(machine)
    inRoom.sawState(room.peer.path)
    for (const { event, to, edge } of tour) {
      room.happen(event, to.hasTag('linked'))
      if (room.peer.path !== leafOf(to)) throw new Error(`${edge} led to ${room.peer.path}`)
      inRoom.sawState(leafOf(to))
      inRoom.sawEdge(edge)
    }
  }
}

const covered = new Set<string>()
let [made, steps] = [0, 0]
const begun = performance.now()
for (const [setting, happenings] of SETTINGS) {
  for (const tour of worldTours(happenings, setting, covered)) {
    await walkTour(tour, onNetwork, setting)
    for (const { covers } of tour) for (const edge of covers) covered.add(edge)
    made++
    steps += tour.length
  }
}
const seconds = ((performance.now() - begun) / 1_000).toFixed(1)

const rows = inRoom.rows().map(({ state, edges, of }, at) => {
  const real = onNetwork.rows()[at]
  return {
    state,
    'through the interpreter': `${edges}/${of}`,
    'with two nodes': `${real?.edges ?? 0}/${of}`,
    visits: real?.visits ?? 0
  }
})
console.table(rows)
console.log(`through the interpreter: ${inRoom.summary}`)
console.log(
  `with two nodes: ${onNetwork.summary}, in ${made} tours of ${steps} steps, ${seconds} s`
)
console.log('\nWhat no network brings about, and is taken through the interpreter only:')
for (const [edge, reason] of Object.entries(NOT_PRODUCED)) console.log(`  ${edge}: ${reason}`)
console.log('\nWhat the chart defines for several states at once, and one has for nothing:')
for (const [edge, reason] of Object.entries(RULED_OUT)) console.log(`  ${edge}: ${reason}`)
const unforeseen = onNetwork.missing.filter(
  (edge) => edge !== 'forgotten' && !(edge in NOT_PRODUCED)
)
process.exitCode = inRoom.missing.length + unforeseen.length > 0 ? 1 : 0
