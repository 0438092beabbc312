import { promoting } from './peer-session.ts'
import { peerSetup } from './peer-setup.ts'

/** The states without a slot, where a peer waits: for a wish, for a grant, for the end of a cool-down. */

/** A remote's own wish, which is heard in every state that has no slot. */
export const RESPOND = [
  { guard: 'isInbound', target: '#peer.handshaking.responding', actions: 'beginSession' },
  { guard: 'isInChannel', target: '#peer.handshaking.securing', actions: 'beginSession' }
] as const

/** A no that came with a connection of no session counts if it is for good. */
const REFUSED = [
  {
    guard: 'bans',
    target: '#peer.rejected.disconnected',
    actions: ['noteRefusal', 'ban']
  },
  { guard: 'closes', target: '#peer.rejected.disconnected', actions: 'noteRefusal' }
] as const

const REFUSED_THOUGH_CONNECTED = [
  {
    guard: 'bans',
    target: '#peer.rejected.connected',
    actions: ['noteRefusal', 'ban', 'closeConnections']
  },
  {
    guard: 'closes',
    target: '#peer.rejected.connected',
    actions: ['noteRefusal', 'closeConnections']
  }
] as const

/** What this node remembers of the peer from before it was restarted. */
const RESTORE = [
  { guard: 'isOfTheNetwork', target: '#peer.discovered.coolingDown', actions: 'noteRestored' },
  { target: '#peer.rejected.disconnected', actions: 'noteRestored' }
] as const

export const WANT = { actions: 'want' } as const

export const discovered = peerSetup.createStateConfig({
  description: 'Known, and not connected',
  initial: 'idle',
  on: {
    'peer.wanted': WANT,
    'peer.dismissed': { target: '#peer.rejected.disconnected', actions: 'noteDismissal' },
    'peer.banned': { target: '#peer.rejected.disconnected', actions: 'noteBan' },
    'channel.refused': [...REFUSED],
    'peer.forgotten': '#peer.forgotten'
  },
  states: {
    idle: {
      description: 'Nobody wants it',
      on: {
        'peer.wanted': { target: 'queued', actions: 'want' },
        'peer.restored': [...RESTORE],
        'connection.opened': '#peer.connected.unpromoted',
        'slot.granted': [...RESPOND]
      }
    },
    queued: {
      description: 'Waits for the scheduler to grant a slot',
      tags: ['queued', 'pending'],
      on: {
        'peer.unwanted': [
          { guard: 'isLastingly', actions: 'unwant' },
          { target: 'idle', actions: 'unwant' }
        ],
        'peer.restored': [...RESTORE],
        'feeler.failed': { target: 'coolingDown', actions: 'noteFailure' },
        'connection.opened': '#peer.connected.queued',
        'slot.granted': [
          ...RESPOND,
          { guard: 'isUsable', target: '#peer.connected.promoting', actions: 'beginSession' },
          { target: '#peer.dialing', actions: 'beginSession' }
        ]
      }
    },
    coolingDown: {
      description: 'Left alone for a while after a failure',
      tags: 'waiting',
      meta: { deadline: 'coolDown' },
      entry: 'armCoolDown',
      exit: 'clearDeadline',
      on: {
        'peer.wanted': [
          { guard: 'mayOverride', target: 'queued', actions: ['want', 'clearRefusal'] },
          WANT
        ],
        'peer.unwanted': { actions: 'unwant' },
        'network.returned': {
          guard: 'isNetworkFaultAndWanted',
          target: 'queued',
          actions: 'excuse'
        },
        'peer.readdressed': {
          guard: 'isUnreachedAndWanted',
          target: 'queued',
          actions: 'clearRefusal'
        },
        'connection.opened': '#peer.connected.coolingDown',
        'slot.granted': [...RESPOND],
        'coolDown.over': [
          { guard: 'isOverAndWanted', target: 'queued', actions: 'clearRefusal' },
          { guard: 'isOver', target: 'idle', actions: ['resign', 'clearRefusal'] }
        ]
      }
    }
  }
})

export const connected = peerSetup.createStateConfig({
  description: 'Has a connection, whoever opened it; no application stream passes',
  tags: 'linked',
  initial: 'unpromoted',
  on: {
    'peer.wanted': WANT,
    'peer.dismissed': {
      target: '#peer.rejected.connected',
      actions: ['noteDismissal', 'closeConnections']
    },
    'peer.banned': {
      target: '#peer.rejected.connected',
      actions: ['noteBan', 'closeConnections']
    },
    'channel.refused': [...REFUSED_THOUGH_CONNECTED]
  },
  states: {
    unpromoted: {
      description: 'Nobody wants it: a connection of the DHT, a relay or a stranger',
      on: {
        'peer.wanted': { target: 'queued', actions: 'want' },
        'connection.closed': '#peer.discovered.idle',
        'slot.granted': [...RESPOND]
      }
    },
    queued: {
      description: 'Waits for the scheduler to grant a slot, to be adopted without a dial',
      tags: ['queued', 'pending'],
      on: {
        'peer.unwanted': [
          { guard: 'isLastingly', actions: 'unwant' },
          { target: 'unpromoted', actions: 'unwant' }
        ],
        'connection.closed': '#peer.discovered.queued',
        'slot.granted': [
          ...RESPOND,
          { guard: 'isUsable', target: 'promoting', actions: 'beginSession' },
          { target: '#peer.dialing', actions: 'beginSession' }
        ]
      }
    },
    coolingDown: {
      description: 'Left alone for a while after a failure, though connected',
      tags: 'waiting',
      meta: { deadline: 'coolDown' },
      entry: 'armCoolDown',
      exit: 'clearDeadline',
      on: {
        'peer.wanted': [
          { guard: 'mayOverride', target: 'queued', actions: ['want', 'clearRefusal'] },
          WANT
        ],
        'peer.unwanted': { actions: 'unwant' },
        'network.returned': {
          guard: 'isNetworkFaultAndWanted',
          target: 'queued',
          actions: 'excuse'
        },
        'connection.closed': '#peer.discovered.coolingDown',
        'slot.granted': [...RESPOND],
        'coolDown.over': [
          { guard: 'isOverAndWanted', target: 'queued', actions: 'clearRefusal' },
          { guard: 'isOver', target: 'unpromoted', actions: ['resign', 'clearRefusal'] }
        ]
      }
    },
    promoting
  }
})
