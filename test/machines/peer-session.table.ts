import { INITIATES, RESPONDS } from './peer-resting.table.ts'
import type { Cell, Row } from './table-format.ts'

/** With a slot: every way out gives it back, and only answers of this session are heard. */

const LEAVES_DIAL = 'clearDeadline cancelDial releaseSlot untag'
const STOPS = 'abortHandshake clearDeadline releaseSlot untag'
const DEAUTHORIZES = 'closeGate releaseSlot untag'
const AUTHORIZES = 'clearDeadline openGate'

/** The slot is there: a second grant is not taken, a cool-down belongs to an earlier life. */
const WITH_SLOT = {
  'peer.wanted': 'stays',
  'peer.unbanned': 'ignored',
  'peer.pardoned': 'ignored',
  'peer.readdressed': 'ignored',
  'feeler.failed': 'ignored',
  'peer.restored': 'ignored',
  'network.returned': 'ignored',
  // whatever comes of another connection is of no account
  'channel.refused': 'ignored',
  // a peer that holds a slot is tracked
  'peer.forgotten': 'ignored',
  // one more connection makes no difference to a session
  'connection.opened': 'ignored',
  'slot.granted': 'ignored',
  'coolDown.over': 'ignored'
} as const

const NO_DIAL = {
  'dial.succeeded': 'ignored',
  'dial.failed': 'ignored',
  'dial.expired': 'ignored'
} as const

/** A goodbye or an update is from a peer that was authorized; from any other it is ignored. */
const NOT_AUTHORIZED = { 'goodbye.received': 'ignored', 'update.refused': 'ignored' } as const

/**
 * From the first stream to the verdict. An inbound session goes on when nobody waits for it any
 * more.
 */
const END_OF_HANDSHAKE = {
  ...WITH_SLOT,
  ...NO_DIAL,
  ...NOT_AUTHORIZED,
  'peer.dismissed': `rejected.connected: ${STOPS} closeConnections armCoolDown`,
  'peer.banned': `rejected.connected: ${STOPS} closeConnections armCoolDown`,
  'connection.closed': `discovered.coolingDown: ${STOPS} armCoolDown`,
  'handshake.refused': {
    banning: `rejected.connected: ${STOPS} ban closeConnections armCoolDown`,
    closing: `rejected.connected: ${STOPS} closeConnections armCoolDown`,
    // what the remote says of us bans nobody
    'keeping or accused or unlisted': `rejected.connected: ${STOPS} armCoolDown`,
    stale: 'ignored'
  },
  'handshake.expired': { current: `rejected.connected: ${STOPS} armCoolDown`, stale: 'ignored' }
} as const

/** An exchange comes to its end in agreement: on a stream, or in the channel of a new connection. */
const ACCEPTED: Cell = { current: `authorized: ${AUTHORIZES}`, stale: 'ignored' }

const OUTBOUND_UNWANTED: Cell = {
  lasting: 'stays',
  requested: `connected.unpromoted: ${STOPS}`
}

/** Both began: the smaller id stays initiator and declines, the larger gives its own stream up. */
const CROSSING: Cell = {
  'stale, wins or loses': 'ignored',
  wins: 'stays: declineHandshake',
  loses: `handshaking.responding: abandonHandshake ${RESPONDS}`
}

export const SESSION: Readonly<Record<string, Row>> = {
  dialing: {
    ...WITH_SLOT,
    ...NOT_AUTHORIZED,
    'peer.unwanted': { lasting: 'stays', requested: `discovered.idle: ${LEAVES_DIAL}` },
    'peer.dismissed': `rejected.disconnected: ${LEAVES_DIAL} armCoolDown`,
    'peer.banned': `rejected.disconnected: ${LEAVES_DIAL} armCoolDown`,
    // whichever connection was there could not carry the handshake, or the dial would not be needed
    'connection.closed': 'ignored',
    'dial.succeeded': {
      current: `connected.promoting: clearDeadline cancelDial ${INITIATES}`,
      stale: 'ignored'
    },
    'dial.failed': {
      current: `discovered.coolingDown: ${LEAVES_DIAL} armCoolDown`,
      stale: 'ignored'
    },
    'dial.expired': {
      current: `discovered.coolingDown: ${LEAVES_DIAL} armCoolDown`,
      stale: 'ignored'
    },
    'handshake.opened': 'ignored',
    // a stream of ours is not open yet, so whoever wins, we respond under our slot
    'handshake.offered': {
      'stale, wins or loses': 'ignored',
      'wins or loses': `handshaking.responding: clearDeadline cancelDial ${RESPONDS}`
    },
    'handshake.yielded': 'ignored',
    // in the channel of the very connection that is dialed
    'handshake.accepted': {
      current: 'authorized: clearDeadline cancelDial clearDeadline openGate',
      stale: 'ignored'
    },
    'handshake.refused': {
      banning: `rejected.disconnected: ${LEAVES_DIAL} ban armCoolDown`,
      'closing or keeping or accused or unlisted': `rejected.disconnected: ${LEAVES_DIAL} armCoolDown`,
      stale: 'ignored'
    },
    'handshake.expired': 'ignored'
  },
  'connected.promoting': {
    ...END_OF_HANDSHAKE,
    'handshake.accepted': 'ignored',
    'peer.unwanted': OUTBOUND_UNWANTED,
    'handshake.opened': { current: 'handshaking.initiating', stale: 'ignored' },
    'handshake.offered': CROSSING,
    'handshake.yielded': 'ignored'
  },
  'handshaking.initiating': {
    ...END_OF_HANDSHAKE,
    'handshake.accepted': ACCEPTED,
    'peer.unwanted': OUTBOUND_UNWANTED,
    'handshake.opened': 'ignored',
    'handshake.offered': CROSSING,
    'handshake.yielded': { current: 'handshaking.yielding', stale: 'ignored' }
  },
  'handshaking.yielding': {
    ...END_OF_HANDSHAKE,
    'handshake.accepted': ACCEPTED,
    'peer.unwanted': OUTBOUND_UNWANTED,
    'handshake.opened': 'ignored',
    // our stream is gone, so whoever wins, we respond
    'handshake.offered': {
      'stale, wins or loses': 'ignored',
      'wins or loses': `handshaking.responding: ${RESPONDS}`
    },
    'handshake.yielded': 'ignored'
  },
  'handshaking.responding': {
    ...END_OF_HANDSHAKE,
    'handshake.accepted': ACCEPTED,
    'peer.unwanted': {
      'inbound or awaited or lasting': 'stays',
      requested: `connected.unpromoted: ${STOPS}`
    },
    'handshake.opened': 'ignored',
    // one handshake per peer
    'handshake.offered': {
      'stale, wins or loses': 'ignored',
      'wins or loses': 'stays: declineHandshake'
    },
    'handshake.yielded': 'ignored'
  },
  'handshaking.securing': {
    ...END_OF_HANDSHAKE,
    // of another connection: this one is not open yet
    'connection.closed': 'ignored',
    'handshake.accepted': ACCEPTED,
    'peer.unwanted': 'stays',
    'handshake.opened': 'ignored',
    // what is agreed on in the channel needs no stream
    'handshake.offered': 'ignored',
    'handshake.yielded': 'ignored'
  },
  authorized: {
    ...WITH_SLOT,
    ...NO_DIAL,
    'peer.unwanted': 'stays',
    'peer.dismissed': {
      closing: `rejected.connected: ${DEAUTHORIZES} sayGoodbye closeConnections armCoolDown`,
      keeping: `rejected.connected: ${DEAUTHORIZES} sayGoodbye armCoolDown`
    },
    'peer.banned': `rejected.connected: ${DEAUTHORIZES} sayGoodbye closeConnections armCoolDown`,
    'connection.closed': `discovered.coolingDown: ${DEAUTHORIZES} armCoolDown`,
    'handshake.opened': 'ignored',
    // nothing is left to shake; a stream that nobody answered would hang
    'handshake.offered': 'stays: declineHandshake',
    'handshake.yielded': 'ignored',
    'handshake.accepted': 'ignored',
    'handshake.refused': 'ignored',
    'handshake.expired': 'ignored',
    'goodbye.received': {
      closing: `rejected.connected: ${DEAUTHORIZES} closeConnections armCoolDown`,
      'keeping or accused': `rejected.connected: ${DEAUTHORIZES} armCoolDown`
    },
    'update.refused': {
      banning: `rejected.connected: ${DEAUTHORIZES} ban closeConnections armCoolDown`,
      closing: `rejected.connected: ${DEAUTHORIZES} closeConnections armCoolDown`,
      'keeping or accused': `rejected.connected: ${DEAUTHORIZES} armCoolDown`
    }
  }
}
