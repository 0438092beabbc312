/** Says which of the seeded faults are in the library that this process has loaded. */
import { initialTransition, transition } from 'xstate'
import { peerMachine, SlotBook } from '../../machines/index.ts'
import { isSmaller } from '../../src/crossing.ts'
import { standingOf } from '../../src/doors.ts'
import type { FaultName } from './seeded-faults.ts'

const book = new SlotBook({ maxPeers: 2, outboundShare: 0.5 })
book.take('a', 'requested')

const dialing = (
  [
    { type: 'peer.wanted', priority: 'requested', lasting: true, urgent: false },
    { type: 'slot.granted', session: 7, direction: 'outbound', usable: false }
  ] as const
).reduce(
  (snapshot, event) => transition(peerMachine, snapshot, event)[0],
  initialTransition(peerMachine, { peer: 'a' })[0]
)
const [late] = transition(peerMachine, dialing, { type: 'dial.succeeded', session: 6 })

const [one, other] = [new Uint8Array([1, 2]), new Uint8Array([1, 3])]

const found: Record<FaultName, boolean> = {
  'double-release': book.release(99),
  'no-generation-check': late.value !== 'dialing',
  'no-crossing-rule': isSmaller(one, other) === isSmaller(other, one),
  'gate-open-in-handshaking': standingOf('handshaking.responding') !== 'pending'
}
process.stdout.write(
  Object.entries(found)
    .flatMap(([name, isThere]) => (isThere ? name : []))
    .join(' ')
)
