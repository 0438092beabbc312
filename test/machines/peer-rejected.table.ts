import { ADMITS_EARLY, NO_SESSION } from './peer-resting.table.ts'
import type { Cell, Row } from './table-format.ts'

/** After a "no", and after the end. */

const YIELDING = 'overdue or stranger or spent'
const FIRM =
  'full or incompatible or heard or violator or banned or outcast or unlisted or unlisted stranger'

/** `connect()` overrides a back-off, never a verdict. */
const overrides = (queued: string): Cell => ({
  'as discovered or as requested or as static': 'stays',
  [`${YIELDING}, urgently`]: `${queued}: clearDeadline`,
  [`${FIRM}, urgently`]: 'stays'
})

/** Lifting a ban lifts nothing but a ban, whoever pronounced it. */
const lifted = (queued: string, resting: string): Cell => ({
  [`${YIELDING} or full or incompatible or heard or unlisted or unlisted stranger`]: 'ignored',
  'violator or banned': `${queued}: clearDeadline`,
  outcast: `${resting}: clearDeadline`
})

/** What a list of the application's kept out may come in when the list changes. */
const pardoned = (queued: string, resting: string): Cell => ({
  [`${YIELDING} or full or incompatible or heard or violator or banned or outcast`]: 'ignored',
  unlisted: `${queued}: clearDeadline`,
  'unlisted stranger': `${resting}: clearDeadline`
})

/** The no that stands is enough, unless the next one bans. */
const OUTDONE: Cell = {
  banning: 'stays: ban armCoolDown',
  'closing or keeping or accused': 'ignored'
}

const over = (queued: string, resting: string): Cell => ({
  'overdue or full or incompatible or heard or violator or banned or unlisted, current': `${queued}: clearDeadline`,
  'stranger or spent or outcast or unlisted stranger, current': `${resting}: clearDeadline`,
  stale: 'ignored'
})

export const REJECTED: Readonly<Record<string, Row>> = {
  'rejected.connected': {
    ...NO_SESSION,
    'channel.refused': OUTDONE,
    'peer.pardoned': pardoned('connected.queued', 'connected.unpromoted'),
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
    'channel.refused': OUTDONE,
    'peer.pardoned': pardoned('discovered.queued', 'discovered.idle'),
    'peer.wanted': overrides('discovered.queued'),
    'peer.unwanted': 'stays',
    'peer.dismissed': 'stays',
    'peer.banned': 'stays: armCoolDown',
    'peer.unbanned': lifted('discovered.queued', 'discovered.idle'),
    // bans outlive their peer: they have a table of their own
    'peer.forgotten': 'forgotten: clearDeadline',
    'connection.opened': {
      // whoever said no to us and comes back has changed its mind
      // a list keeps the peer from a slot, not from a connection
      [`${YIELDING} or full or heard or unlisted or unlisted stranger`]: 'rejected.connected',
      'incompatible or violator or banned or outcast': 'rejected.connected: closeConnections'
    },
    'connection.closed': 'ignored',
    'slot.granted': ADMITS_EARLY,
    'coolDown.over': over('discovered.queued', 'discovered.idle')
  },
  forgotten: {
    ...NO_SESSION,
    'channel.refused': 'ignored',
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
