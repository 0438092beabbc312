import { ADMITS_EARLY, NO_SESSION } from './peer-resting.table.ts'
import type { Cell, Row } from './table-format.ts'

/** After a "no", and after the end. */

const YIELDING = 'overdue or stranger or spent'
const FIRM = 'full or incompatible or heard or violator or banned or outcast'

/** `connect()` overrides a back-off, never a verdict. */
const overrides = (queued: string): Cell => ({
  'as discovered or as requested or as static': 'stays',
  [`${YIELDING}, urgently`]: `${queued}: clearDeadline`,
  [`${FIRM}, urgently`]: 'stays'
})

/** Lifting a ban lifts nothing but a ban, whoever pronounced it. */
const lifted = (queued: string, resting: string): Cell => ({
  [`${YIELDING} or full or incompatible or heard`]: 'ignored',
  'violator or banned': `${queued}: clearDeadline`,
  outcast: `${resting}: clearDeadline`
})

const over = (queued: string, resting: string): Cell => ({
  'overdue or full or incompatible or heard or violator or banned, current': `${queued}: clearDeadline`,
  'stranger or spent or outcast, current': `${resting}: clearDeadline`,
  stale: 'ignored'
})

export const REJECTED: Readonly<Record<string, Row>> = {
  'rejected.connected': {
    ...NO_SESSION,
    'peer.wanted': overrides('connected.queued'),
    // an aborted connect() must not be dialed for when the cool-down is over
    'peer.unwanted': 'stays',
    // the verdict stands, however long; the wish and the connection go
    'peer.dismissed': 'stays: closeConnections',
    'peer.banned': 'stays: armCoolDown closeConnections',
    'peer.unbanned': lifted('connected.queued', 'connected.unpromoted'),
    'peer.forgotten': 'ignored',
    'connection.opened': 'ignored',
    'connection.closed': 'rejected.disconnected',
    'slot.granted': ADMITS_EARLY,
    'coolDown.over': over('connected.queued', 'connected.unpromoted')
  },
  'rejected.disconnected': {
    ...NO_SESSION,
    'peer.wanted': overrides('discovered.queued'),
    'peer.unwanted': 'stays',
    'peer.dismissed': 'stays',
    'peer.banned': 'stays: armCoolDown',
    'peer.unbanned': lifted('discovered.queued', 'discovered.idle'),
    // bans outlive their peer: they have a table of their own
    'peer.forgotten': 'forgotten: clearDeadline',
    'connection.opened': {
      // whoever said no to us and comes back has changed its mind
      [`${YIELDING} or full or heard`]: 'rejected.connected',
      'incompatible or violator or banned or outcast': 'rejected.connected: closeConnections'
    },
    'connection.closed': 'ignored',
    'slot.granted': ADMITS_EARLY,
    'coolDown.over': over('discovered.queued', 'discovered.idle')
  },
  forgotten: {
    ...NO_SESSION,
    'peer.wanted': 'ignored',
    'peer.unwanted': 'ignored',
    'peer.dismissed': 'ignored',
    'peer.banned': 'ignored',
    'peer.unbanned': 'ignored',
    'peer.forgotten': 'ignored',
    'connection.opened': 'ignored',
    'connection.closed': 'ignored',
    'slot.granted': 'ignored',
    'coolDown.over': 'ignored'
  }
}
