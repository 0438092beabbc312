import type { SchedulerEvent, SchedulerMode } from '../../machines/index.ts'

type Row = Readonly<Record<SchedulerEvent['type'], string>>

/**
 * What must come of every event in every mode of the dial scheduler, written by hand: `ignored`, or where it
 * leads (`stays`, or a mode), and after a colon the effects that are named, in their order. A drain is the
 * end: from there the node only stops.
 */
export const SCHEDULER_TABLE: Readonly<Record<SchedulerMode, Row>> = {
  stopped: {
    'scheduler.start': 'filling: wake',
    'scheduler.drain': 'ignored',
    'scheduler.stop': 'ignored',
    'slots.filled': 'ignored',
    'slots.freed': 'ignored',
    'network.lost': 'ignored',
    'network.found': 'ignored',
    'probe.due': 'ignored'
  },
  filling: {
    'scheduler.start': 'ignored',
    'scheduler.drain': 'draining',
    'scheduler.stop': 'stopped',
    'slots.filled': 'full',
    'slots.freed': 'ignored',
    'network.lost': 'offline: armProbe',
    'network.found': 'ignored',
    'probe.due': 'ignored'
  },
  full: {
    'scheduler.start': 'ignored',
    'scheduler.drain': 'draining',
    'scheduler.stop': 'stopped',
    'slots.filled': 'ignored',
    'slots.freed': 'filling: wake',
    // the slots may be held by dials alone, none of which comes to anything
    'network.lost': 'offline: armProbe',
    'network.found': 'ignored',
    'probe.due': 'ignored'
  },
  offline: {
    'scheduler.start': 'ignored',
    'scheduler.drain': 'draining: clearProbe',
    'scheduler.stop': 'stopped: clearProbe',
    // by a probe, say: that it holds the last slot does not bring the network back
    'slots.filled': 'ignored',
    'slots.freed': 'ignored',
    'network.lost': 'ignored',
    'network.found': 'filling: clearProbe wake',
    'probe.due': 'stays: probe armProbe'
  },
  draining: {
    'scheduler.start': 'ignored',
    'scheduler.drain': 'ignored',
    'scheduler.stop': 'stopped',
    'slots.filled': 'ignored',
    'slots.freed': 'ignored',
    'network.lost': 'ignored',
    'network.found': 'ignored',
    'probe.due': 'ignored'
  }
}
