import { peerSetup } from './peer-setup.ts'

/** The states that hold a slot: from the grant to the verdict and for as long as it holds. */

/** What ends a session before it is authorized, and what ends one that was. */
const STOP_HANDSHAKE = ['abortHandshake', 'clearDeadline', 'releaseSlot', 'untag'] as const
const LEAVE = ['releaseSlot', 'untag'] as const

const WANT = { actions: 'want' } as const

/**
 * Whatever way the slot was on: a secure channel may come to its verdict before, or beside, the
 * handshake that the slot was meant for.
 */
const ACCEPTED = {
  guard: 'isCurrent',
  target: '#peer.authorized',
  actions: 'noteAuthorization'
} as const

/** How every state between the first stream and the verdict ends otherwise. */
const END_OF_HANDSHAKE = {
  'handshake.refused': [
    {
      guard: 'isCurrentAndBans',
      target: '#peer.rejected.connected',
      actions: ['noteRefusal', ...STOP_HANDSHAKE, 'ban', 'closeConnections']
    },
    {
      guard: 'isCurrentAndCloses',
      target: '#peer.rejected.connected',
      actions: ['noteRefusal', ...STOP_HANDSHAKE, 'closeConnections']
    },
    {
      guard: 'isCurrent',
      target: '#peer.rejected.connected',
      actions: ['noteRefusal', ...STOP_HANDSHAKE]
    }
  ],
  'handshake.expired': [
    {
      guard: 'isCurrentAndCloses',
      target: '#peer.rejected.connected',
      actions: ['noteHandshakeExpiry', ...STOP_HANDSHAKE, 'closeConnections']
    },
    {
      guard: 'isCurrent',
      target: '#peer.rejected.connected',
      actions: ['noteHandshakeExpiry', ...STOP_HANDSHAKE]
    }
  ],
  'connection.closed': {
    target: '#peer.discovered.coolingDown',
    actions: ['noteLoss', ...STOP_HANDSHAKE]
  },
  'peer.wanted': WANT,
  'peer.unwanted': [
    {
      guard: 'isOnlyRequested',
      target: '#peer.connected.unpromoted',
      actions: ['unwant', ...STOP_HANDSHAKE]
    },
    { actions: 'unwant' }
  ],
  'peer.dismissed': {
    target: '#peer.rejected.connected',
    actions: ['noteDismissal', ...STOP_HANDSHAKE, 'closeConnections']
  },
  'peer.banned': {
    target: '#peer.rejected.connected',
    actions: ['noteBan', ...STOP_HANDSHAKE, 'closeConnections']
  }
} as const

export const dialing = peerSetup.createStateConfig({
  description: 'Holds a slot; our dial is under way',
  tags: ['slot', 'waiting', 'pending', 'linking'],
  meta: { deadline: 'dial' },
  entry: ['tag', 'dial', 'armDialDeadline'],
  exit: ['clearDeadline', 'cancelDial'],
  on: {
    'dial.succeeded': { guard: 'isCurrent', target: '#peer.connected.promoting' },
    'dial.failed': {
      guard: 'isCurrent',
      target: '#peer.discovered.coolingDown',
      actions: ['noteFailure', ...LEAVE]
    },
    'dial.expired': {
      guard: 'isCurrent',
      target: '#peer.discovered.coolingDown',
      actions: ['noteDialExpiry', ...LEAVE]
    },
    'handshake.offered': { guard: 'isCurrent', target: '#peer.handshaking.responding' },
    'handshake.accepted': ACCEPTED,
    'handshake.refused': [
      {
        guard: 'isCurrentAndBans',
        target: '#peer.rejected.disconnected',
        actions: ['noteRefusal', ...LEAVE, 'ban']
      },
      {
        guard: 'isCurrent',
        target: '#peer.rejected.disconnected',
        actions: ['noteRefusal', ...LEAVE]
      }
    ],
    'peer.wanted': WANT,
    'peer.unwanted': [
      {
        guard: 'isOnlyRequested',
        target: '#peer.discovered.idle',
        actions: ['unwant', ...LEAVE]
      },
      { actions: 'unwant' }
    ],
    'peer.dismissed': {
      target: '#peer.rejected.disconnected',
      actions: ['noteDismissal', ...LEAVE]
    },
    'peer.banned': { target: '#peer.rejected.disconnected', actions: ['noteBan', ...LEAVE] }
  }
})

export const promoting = peerSetup.createStateConfig({
  description: 'Holds a slot; our handshake stream is being opened',
  tags: ['slot', 'waiting', 'pending'],
  meta: { deadline: 'handshake' },
  entry: ['tag', 'initiateHandshake', 'armHandshakeDeadline'],
  on: {
    ...END_OF_HANDSHAKE,
    // a slot is held: whatever comes of another connection is of no account
    'channel.refused': {},
    'handshake.opened': { guard: 'isCurrent', target: '#peer.handshaking.initiating' },
    'handshake.offered': [
      { guard: 'isCurrentAndWins', actions: 'declineHandshake' },
      {
        guard: 'isCurrent',
        target: '#peer.handshaking.responding',
        actions: 'abandonHandshake'
      }
    ]
  }
})

export const handshaking = peerSetup.createStateConfig({
  description: 'Holds a slot; the handshake is under way',
  tags: ['slot', 'waiting', 'pending'],
  meta: { deadline: 'handshake' },
  on: { ...END_OF_HANDSHAKE, 'handshake.accepted': ACCEPTED },
  initial: 'responding',
  states: {
    initiating: {
      description: 'On our stream',
      tags: 'linked',
      on: {
        'handshake.offered': [
          { guard: 'isCurrentAndWins', actions: 'declineHandshake' },
          { guard: 'isCurrent', target: 'responding', actions: 'abandonHandshake' }
        ],
        'handshake.yielded': { guard: 'isCurrent', target: 'yielding' }
      }
    },
    yielding: {
      description: 'Both sides began; ours was declined, the stream of the peer is on its way',
      tags: 'linked',
      on: {
        'handshake.offered': { guard: 'isCurrent', target: 'responding' }
      }
    },
    responding: {
      description: 'On the stream of the peer',
      tags: 'linked',
      entry: ['tag', 'answerHandshake', 'armHandshakeDeadline'],
      on: {
        'handshake.offered': { guard: 'isCurrent', actions: 'declineHandshake' }
      }
    },
    securing: {
      description: 'In the secure channel of a connection that the peer is making',
      tags: 'linking',
      entry: ['tag', 'armHandshakeDeadline'],
      // of another connection: this one is not open yet
      on: { 'connection.closed': {} }
    }
  }
})

export const authorized = peerSetup.createStateConfig({
  description: 'Holds a slot; ACCEPT was sent and received, application streams pass',
  tags: ['slot', 'linked'],
  entry: ['clearDeadline', 'openGate'],
  exit: 'closeGate',
  on: {
    'connection.closed': {
      target: '#peer.discovered.coolingDown',
      actions: ['noteSessionLoss', ...LEAVE]
    },
    'handshake.offered': { actions: 'declineHandshake' },
    'goodbye.received': [
      {
        guard: 'closes',
        target: '#peer.rejected.connected',
        actions: ['noteSessionRefusal', ...LEAVE, 'closeConnections']
      },
      { target: '#peer.rejected.connected', actions: ['noteSessionRefusal', ...LEAVE] }
    ],
    'update.refused': [
      {
        guard: 'bans',
        target: '#peer.rejected.connected',
        actions: ['noteSessionRefusal', ...LEAVE, 'ban', 'closeConnections']
      },
      {
        guard: 'closes',
        target: '#peer.rejected.connected',
        actions: ['noteSessionRefusal', ...LEAVE, 'closeConnections']
      },
      { target: '#peer.rejected.connected', actions: ['noteSessionRefusal', ...LEAVE] }
    ],
    'peer.wanted': WANT,
    'peer.unwanted': { actions: 'unwant' },
    'peer.dismissed': [
      {
        guard: 'closes',
        target: '#peer.rejected.connected',
        actions: ['noteDismissal', ...LEAVE, 'sayGoodbye', 'closeConnections']
      },
      {
        target: '#peer.rejected.connected',
        actions: ['noteDismissal', ...LEAVE, 'sayGoodbye']
      }
    ],
    'peer.banned': {
      target: '#peer.rejected.connected',
      actions: ['noteBan', ...LEAVE, 'sayGoodbye', 'closeConnections']
    }
  }
})
