import { setup } from 'xstate'

/**
 * What the dial scheduler does in general: fills slots, rests while they are full, goes easy while the
 * network seems to be gone, drains before the node stops. Whom it dials is the plan's business
 * (`dial-plan.ts`); this chart only says whether anybody is dialed at all.
 */

/** Everything that changes the scheduler's mode. */
export type SchedulerEvent =
  | { type: 'scheduler.start' }
  | { type: 'scheduler.drain' }
  | { type: 'scheduler.stop' }
  /** The last free slot was taken. */
  | { type: 'slots.filled' }
  /** A slot came free. */
  | { type: 'slots.freed' }
  /** Dials to unlike peers failed in a row, and nobody is connected. */
  | { type: 'network.lost' }
  /** A dial succeeded or a peer connected. */
  | { type: 'network.found' }
  | { type: 'probe.due' }

/** What the interpreter carries out when the chart names it. */
export const SCHEDULER_EFFECTS = ['armProbe', 'clearProbe', 'probe', 'wake'] as const

export type SchedulerEffect = (typeof SCHEDULER_EFFECTS)[number]

const schedulerSetup = setup({
  types: {
    events: {} as SchedulerEvent,
    tags: {} as 'granting' | 'waiting',
    meta: {} as { deadline?: 'probe' }
  },
  actions: {
    /** Arm the deadline of the next probe. */
    armProbe: () => {},
    clearProbe: () => {},
    /** Try one candidate although the network seems gone. */
    probe: () => {},
    /** Plan anew. */
    wake: () => {}
  }
})

export const schedulerMachine = schedulerSetup.createMachine({
  id: 'scheduler',
  description: 'Whether the dial scheduler grants slots at all',
  initial: 'stopped',
  states: {
    stopped: {
      description: 'The node is not running: nobody gets a slot',
      on: { 'scheduler.start': 'filling' }
    },
    filling: {
      description: 'There are free slots: candidates are dialed, inbound peers admitted',
      tags: 'granting',
      entry: 'wake',
      on: {
        'slots.filled': 'full',
        'network.lost': 'offline',
        'scheduler.drain': 'draining',
        'scheduler.stop': 'stopped'
      }
    },
    full: {
      description: 'Every slot is held: nobody is dialed, inbound peers hear too-many-peers',
      tags: 'granting',
      on: {
        'slots.freed': 'filling',
        // held by nothing but dials that come to nothing
        'network.lost': 'offline',
        'scheduler.drain': 'draining',
        'scheduler.stop': 'stopped'
      }
    },
    offline: {
      description: 'The network seems gone: one candidate, whoever it is, is tried now and then',
      tags: ['granting', 'waiting'],
      meta: { deadline: 'probe' },
      entry: 'armProbe',
      exit: 'clearProbe',
      on: {
        'probe.due': { actions: ['probe', 'armProbe'] },
        'network.found': 'filling',
        'scheduler.drain': 'draining',
        'scheduler.stop': 'stopped'
      }
    },
    draining: {
      description: 'The node is about to stop: goodbyes are being said, nobody gets a slot',
      on: { 'scheduler.stop': 'stopped' }
    }
  }
})
