import { RESPOND, WANT } from './peer-resting.ts'
import { peerSetup } from './peer-setup.ts'

/** The states after a verdict: somebody said no, and it holds until its cool-down is over. */

export const rejected = peerSetup.createStateConfig({
  description: 'Somebody said no; left alone until the cool-down is over',
  tags: 'waiting',
  meta: { deadline: 'coolDown' },
  entry: 'armCoolDown',
  exit: 'clearDeadline',
  initial: 'disconnected',
  on: {
    'peer.unwanted': { actions: 'unwant' },
    'peer.dismissed': { actions: 'withdraw' },
    'slot.granted': [...RESPOND],
    // only what bans outdoes the no that stands
    'channel.refused': { guard: 'bans', actions: ['noteRefusal', 'ban', 'armCoolDown'] }
  },
  states: {
    connected: {
      description: 'The connection stays, unpromoted, or is about to close',
      tags: 'linked',
      on: {
        'connection.closed': 'disconnected',
        'coolDown.over': [
          {
            guard: 'isOverAndWanted',
            target: '#peer.connected.queued',
            actions: 'clearRefusal'
          },
          {
            guard: 'isOver',
            target: '#peer.connected.unpromoted',
            actions: ['resign', 'clearRefusal']
          }
        ],
        'peer.wanted': [
          {
            guard: 'mayOverride',
            target: '#peer.connected.queued',
            actions: ['want', 'clearRefusal']
          },
          WANT
        ],
        'peer.dismissed': { actions: ['withdraw', 'closeConnections'] },
        'peer.banned': { actions: ['noteBan', 'armCoolDown', 'closeConnections'] },
        'peer.unbanned': [
          {
            guard: 'isBannedAndWanted',
            target: '#peer.connected.queued',
            actions: 'clearRefusal'
          },
          {
            guard: 'isBanned',
            target: '#peer.connected.unpromoted',
            actions: 'clearRefusal'
          }
        ],
        'peer.pardoned': [
          {
            guard: 'isPardonedAndWanted',
            target: '#peer.connected.queued',
            actions: 'clearRefusal'
          },
          {
            guard: 'isPardoned',
            target: '#peer.connected.unpromoted',
            actions: 'clearRefusal'
          }
        ]
      }
    },
    disconnected: {
      description: 'No connection is left',
      on: {
        'connection.opened': [
          { guard: 'keepsOut', target: 'connected', actions: 'closeConnections' },
          { target: 'connected' }
        ],
        'coolDown.over': [
          {
            guard: 'isOverAndWanted',
            target: '#peer.discovered.queued',
            actions: 'clearRefusal'
          },
          {
            guard: 'isOver',
            target: '#peer.discovered.idle',
            actions: ['resign', 'clearRefusal']
          }
        ],
        'peer.wanted': [
          {
            guard: 'mayOverride',
            target: '#peer.discovered.queued',
            actions: ['want', 'clearRefusal']
          },
          WANT
        ],
        'peer.banned': { actions: ['noteBan', 'armCoolDown'] },
        'peer.unbanned': [
          {
            guard: 'isBannedAndWanted',
            target: '#peer.discovered.queued',
            actions: 'clearRefusal'
          },
          { guard: 'isBanned', target: '#peer.discovered.idle', actions: 'clearRefusal' }
        ],
        'peer.pardoned': [
          {
            guard: 'isPardonedAndWanted',
            target: '#peer.discovered.queued',
            actions: 'clearRefusal'
          },
          { guard: 'isPardoned', target: '#peer.discovered.idle', actions: 'clearRefusal' }
        ],
        'peer.forgotten': '#peer.forgotten'
      }
    }
  }
})
