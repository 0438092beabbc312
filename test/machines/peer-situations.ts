import {
  accepted,
  banned,
  closed,
  connect,
  dialFailed,
  expired,
  forgotten,
  granted,
  offered,
  opened,
  over,
  refused,
  streamOpened,
  wanted,
  yielded
} from '../../src/testing/model/peer-cases.ts'
import type { Step } from '../../src/testing/model/peer-cases.ts'
import type { Priority } from '../../machines/index.ts'

/** How a peer comes into each leaf of the chart, in every way that makes a difference there. */

const enqueue = wanted('discovered', true)
const dial = granted('outbound', false)
const adopt = granted('outbound', true)
const admit = granted('inbound', true)
const admitInChannel = granted('inbound', false)
const failed = dialFailed('dial-failed')

/** Sixteen failed dials in a row; the last one is being cooled down. */
const worn = (priority: Priority): Step[] => [
  wanted(priority, true),
  ...Array.from({ length: 15 }, () => [dial, failed, over]).flat(),
  dial,
  failed
]

const coolingDown = {
  lasting: [enqueue, dial, failed],
  requested: [connect, dial, failed],
  spent: worn('discovered'),
  static: worn('static'),
  firm: [enqueue, dial, dialFailed('unsupported-protocol')],
  excused: [enqueue, dial, dialFailed('dial-failed', true)],
  nowhere: [enqueue, dial, dialFailed('no-address')],
  lost: [enqueue, adopt, closed]
}

const promoting = { lasting: [enqueue, adopt], requested: [connect, adopt] }
const initiating = extended(promoting, streamOpened)

const rejected = {
  overdue: [...promoting.lasting, expired],
  stranger: [opened, admit, expired],
  spent: [...worn('discovered'), over, ...promoting.lasting, expired],
  full: [...promoting.lasting, refused('too-many-peers', 'remote')],
  incompatible: [...promoting.lasting, refused('incompatible', 'local')],
  heard: [...promoting.lasting, refused('incompatible', 'remote')],
  violator: [...promoting.lasting, refused('protocol-violation', 'local')],
  unlisted: [...promoting.lasting, refused('not-allowed', 'local')],
  'unlisted stranger': [opened, admit, refused('not-allowed', 'local')],
  banned: [enqueue, opened, banned],
  outcast: [opened, banned]
}

/** By leaf and by name; every step is a real event. */
export const SITUATIONS: Readonly<Record<string, Readonly<Record<string, readonly Step[]>>>> = {
  'discovered.idle': { new: [] },
  'discovered.queued': { lasting: [enqueue], requested: [connect] },
  'discovered.coolingDown': coolingDown,
  dialing: { lasting: [enqueue, dial], requested: [connect, dial] },
  'connected.unpromoted': { new: [opened] },
  'connected.queued': { lasting: [enqueue, opened], requested: [opened, connect] },
  'connected.coolingDown': extended(coolingDown, opened),
  'connected.promoting': promoting,
  'handshaking.initiating': initiating,
  'handshaking.yielding': extended(initiating, yielded),
  'handshaking.responding': {
    inbound: [opened, admit],
    awaited: [connect, opened, admit],
    ...extended(initiating, offered(false))
  },
  'handshaking.securing': { inbound: [admitInChannel], awaited: [connect, admitInChannel] },
  authorized: { inbound: [opened, admit, accepted], ...extended(initiating, accepted) },
  'rejected.connected': rejected,
  'rejected.disconnected': extended(rejected, closed),
  forgotten: { any: [forgotten] }
}

function extended<T extends Record<string, readonly Step[]>>(
  situations: T,
  step: Step
): { [K in keyof T]: readonly Step[] } {
  const entries = Object.entries(situations).map(([name, steps]) => [name, [...steps, step]])
  return Object.fromEntries(entries) as { [K in keyof T]: readonly Step[] }
}
