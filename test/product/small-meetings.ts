/** Meetings that take one course, the same each time, so that it is known what happens in them. */
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { breachIn } from '../../src/testing/product/meeting-laws.ts'
import { LanedWire } from '../../src/testing/product/laned-wire.ts'
import { Meeting } from '../../src/testing/product/meeting.ts'
import { chain } from '../../src/testing/simulation/simulated-node.ts'
import { encodeMessage } from '../../src/handshake/messages.ts'
import { never } from '../world/bends.ts'
import type { MeetingBreach } from '../../src/testing/product/meeting-laws.ts'
import type { MeetingInit } from '../../src/testing/product/meeting-options.ts'

/** More than any meeting takes that comes to an end. */
const MANY = 100

/** Bends somebody, or the meeting itself, so that it breaks a law. */
export type BendMeeting = (meeting: Meeting) => void

/** Each time what may happen first happens, until a law is broken or nothing is left that may happen. */
export async function meet(
  init: MeetingInit,
  bend: BendMeeting = () => {}
): Promise<MeetingBreach | undefined> {
  const meeting = await Meeting.begin(init)
  bend(meeting)
  for (let steps = 0; steps < MANY; steps++) {
    const breach = breachIn(meeting, init)
    const [action] = meeting.actions()
    if (breach !== undefined || action === undefined) return breach
    await meeting.take(action)
  }
  throw new Error(`Expected an end within ${MANY} steps`)
}

/** The hello of Ann is never ready, and by the clocks of both time stands still. */
export const waitsForever = (): MeetingInit => ({
  connections: 1,
  wants: ['Ann'],
  ann: { clock: new ManualClock(), handshake: Object.assign(chain(), { hello: never }) },
  bob: { clock: new ManualClock() }
})

/** A connection on which a handshake has come to an agreement. */
export function agreedWire(): LanedWire {
  const wire = new LanedWire(new ManualClock(), 'A connection of before', 'Ann')
  for (const from of ['outbound', 'inbound'] as const) {
    wire.carry(() => {}, { from, stream: 'one', what: encodeMessage({ type: 'accept' }) })
  }
  for (const { arrive } of wire.arrivals()) arrive()
  return wire
}
