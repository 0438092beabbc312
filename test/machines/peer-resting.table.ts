import type { Cell, Row } from './table-format.ts'
import type { PeerEvent } from '../../machines/index.ts'

/**
 * Without a slot, and without a "no": the peer waits for a wish, a grant, or the end of a back-off.
 */

/**
 * Without a session there is nothing to answer, and a peer that is not authorized has nothing to
 * end.
 */
export const NO_SESSION = {
  'dial.succeeded': 'ignored',
  'dial.failed': 'ignored',
  'dial.expired': 'ignored',
  // a feeler is sent to whoever waits for a slot
  'feeler.failed': 'ignored',
  'handshake.opened': 'ignored',
  'handshake.offered': 'ignored',
  'handshake.yielded': 'ignored',
  'handshake.accepted': 'ignored',
  'handshake.refused': 'ignored',
  'handshake.expired': 'ignored',
  // only what our own handshake did not allow can be pardoned
  'peer.pardoned': 'ignored',
  // nothing of a peer's failed, or it failed for another reason
  'peer.readdressed': 'ignored',
  'network.returned': 'ignored',
  // what has happened since counts, not what happened before the restart
  'peer.restored': 'ignored',
  'goodbye.received': 'ignored',
  'update.refused': 'ignored'
} as const satisfies Partial<Record<PeerEvent['type'], Cell>>

export const RESPONDS = 'tag answerHandshake armHandshakeDeadline'
export const INITIATES = 'tag initiateHandshake armHandshakeDeadline'
const SECURES = 'tag armHandshakeDeadline'
const DIALS = 'tag dial armDialDeadline'

/** An outbound slot is for a peer that waits for one; a remote's own wish is heard at any time. */
const ADMITS = {
  inbound: `handshaking.responding: ${RESPONDS}`,
  'in channel': `handshaking.securing: ${SECURES}`,
  'usable or unusable': 'ignored'
}

/** The same, out of a cool-down. */
export const ADMITS_EARLY = {
  inbound: `handshaking.responding: clearDeadline ${RESPONDS}`,
  'in channel': `handshaking.securing: clearDeadline ${SECURES}`,
  'usable or unusable': 'ignored'
}

const GRANTS = {
  inbound: `handshaking.responding: ${RESPONDS}`,
  'in channel': `handshaking.securing: ${SECURES}`,
  usable: `connected.promoting: ${INITIATES}`,
  unusable: `dialing: ${DIALS}`
}

/** A no for good counts without a session, too; one that changes with the hour does not. */
const refuses = (rejected: string, leaves: string, closes: string): Cell => ({
  banning: `${rejected}: ${[leaves, 'ban', closes, 'armCoolDown'].filter(Boolean).join(' ')}`,
  closing: `${rejected}: ${[leaves, closes, 'armCoolDown'].filter(Boolean).join(' ')}`,
  'keeping or accused': 'ignored'
})

/** What was cooling down before a restart still is, and a verdict still stands. */
const RESTORES: Cell = {
  'after a loss': 'discovered.coolingDown: armCoolDown',
  'after a verdict or after a word': 'rejected.disconnected: armCoolDown'
}

/** What the network is to blame for is over when it returns, if anybody still wants the peer. */
const returns = (queued: string): Cell => ({
  'lasting or static or excused or nowhere or lost or spent': `${queued}: clearDeadline`,
  'requested or firm': 'ignored'
})

/** `connect()` overrides an ordinary back-off; a discovery source never does. */
const overrides = (queued: string): Cell => ({
  'as discovered or as requested or as static': 'stays',
  'lasting or requested or spent or static or excused or nowhere or lost, urgently': `${queued}: clearDeadline`,
  'firm, urgently': 'stays'
})

/** Sixteen failures in a row end the wish for a peer, unless it is static. */
const over = (queued: string, resting: string): Cell => ({
  'lasting or static or firm or excused or nowhere or lost, current': `${queued}: clearDeadline`,
  'requested or spent, current': `${resting}: clearDeadline`,
  stale: 'ignored'
})

export const RESTING: Readonly<Record<string, Row>> = {
  'discovered.idle': {
    ...NO_SESSION,
    'channel.refused': refuses('rejected.disconnected', '', ''),
    'peer.wanted': 'discovered.queued',
    'peer.unwanted': 'ignored',
    'peer.dismissed': 'rejected.disconnected: armCoolDown',
    'peer.banned': 'rejected.disconnected: armCoolDown',
    'peer.unbanned': 'ignored',
    'peer.restored': RESTORES,
    'peer.forgotten': 'forgotten',
    'connection.opened': 'connected.unpromoted',
    'connection.closed': 'ignored',
    'slot.granted': ADMITS,
    'coolDown.over': 'ignored'
  },
  'discovered.queued': {
    ...NO_SESSION,
    'channel.refused': refuses('rejected.disconnected', '', ''),
    'peer.wanted': 'stays',
    'peer.unwanted': { lasting: 'stays', requested: 'discovered.idle' },
    'peer.dismissed': 'rejected.disconnected: armCoolDown',
    'peer.banned': 'rejected.disconnected: armCoolDown',
    'peer.unbanned': 'ignored',
    'peer.restored': RESTORES,
    'peer.forgotten': 'forgotten',
    'feeler.failed': 'discovered.coolingDown: armCoolDown',
    'connection.opened': 'connected.queued',
    'connection.closed': 'ignored',
    'slot.granted': GRANTS,
    'coolDown.over': 'ignored'
  },
  'discovered.coolingDown': {
    ...NO_SESSION,
    'channel.refused': refuses('rejected.disconnected', 'clearDeadline', ''),
    'peer.wanted': overrides('discovered.queued'),
    // an aborted connect() must not be dialed for when the cool-down is over
    'peer.unwanted': 'stays',
    'peer.dismissed': 'rejected.disconnected: clearDeadline armCoolDown',
    'peer.banned': 'rejected.disconnected: clearDeadline armCoolDown',
    'peer.unbanned': 'ignored',
    'network.returned': returns('discovered.queued'),
    // a session that was lost says nothing against the address
    'peer.readdressed': {
      'lasting or static or excused or nowhere': 'discovered.queued: clearDeadline',
      'requested or spent or firm or lost': 'ignored'
    },
    'peer.forgotten': 'forgotten: clearDeadline',
    'connection.opened': 'connected.coolingDown: clearDeadline armCoolDown',
    'connection.closed': 'ignored',
    'slot.granted': ADMITS_EARLY,
    'coolDown.over': over('discovered.queued', 'discovered.idle')
  },
  'connected.unpromoted': {
    ...NO_SESSION,
    'channel.refused': refuses('rejected.connected', '', 'closeConnections'),
    'peer.wanted': 'connected.queued',
    'peer.unwanted': 'ignored',
    'peer.dismissed': 'rejected.connected: closeConnections armCoolDown',
    'peer.banned': 'rejected.connected: closeConnections armCoolDown',
    'peer.unbanned': 'ignored',
    // a peer with a connection is tracked
    'peer.forgotten': 'ignored',
    // a second connection makes no second peer
    'connection.opened': 'ignored',
    'connection.closed': 'discovered.idle',
    'slot.granted': ADMITS,
    'coolDown.over': 'ignored'
  },
  'connected.queued': {
    ...NO_SESSION,
    'channel.refused': refuses('rejected.connected', '', 'closeConnections'),
    'peer.wanted': 'stays',
    'peer.unwanted': { lasting: 'stays', requested: 'connected.unpromoted' },
    'peer.dismissed': 'rejected.connected: closeConnections armCoolDown',
    'peer.banned': 'rejected.connected: closeConnections armCoolDown',
    'peer.unbanned': 'ignored',
    'peer.forgotten': 'ignored',
    'connection.opened': 'ignored',
    'connection.closed': 'discovered.queued',
    // adopted over the connection that is there; dialed only if that one cannot carry the handshake
    'slot.granted': GRANTS,
    'coolDown.over': 'ignored'
  },
  'connected.coolingDown': {
    ...NO_SESSION,
    'channel.refused': refuses('rejected.connected', 'clearDeadline', 'closeConnections'),
    'peer.wanted': overrides('connected.queued'),
    'peer.unwanted': 'stays',
    'network.returned': returns('connected.queued'),
    'peer.dismissed': 'rejected.connected: clearDeadline closeConnections armCoolDown',
    'peer.banned': 'rejected.connected: clearDeadline closeConnections armCoolDown',
    'peer.unbanned': 'ignored',
    'peer.forgotten': 'ignored',
    'connection.opened': 'ignored',
    'connection.closed': 'discovered.coolingDown: clearDeadline armCoolDown',
    'slot.granted': ADMITS_EARLY,
    'coolDown.over': over('connected.queued', 'connected.unpromoted')
  }
}
