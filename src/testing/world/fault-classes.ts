/**
 * What goes wrong in a simulated world, by class, and how often: times a day for each node, or for the whole
 * world. Classes of zero are not events but a part of the population.
 *
 * - `losses`: a connection is reset, both sides hear of it
 * - `half-open`: only one side hears of it, for seconds or minutes
 * - `silences`: nothing passes on a connection for a while, nobody is told
 * - `partitions`: a part of the world is cut off from the rest, silently or with a reset
 * - `slow-nodes`: everything that a node says or hears takes seconds
 * - `stalls`: a process is stopped, or its machine sleeps, and goes on
 * - `clock-jumps`: a wall clock is set to another time
 * - `restarts`: a node stops, or is killed, and starts again with its files kept, torn or lost
 * - `foreign-dials`: the DHT of a node dials somebody
 * - `ghosts`: a node hears of peers that are nowhere
 * - `hostile`: peers that shake hands by bad scripts come, flood and ask for streams they may not have
 * - `user-code`: the application's handshake throws or hangs, its listeners throw
 * - `nat`: nodes that nobody can dial
 * - `relays`: nodes that can be dialed through a relay only
 */
export const FAULT_CLASSES = [
  'losses',
  'half-open',
  'silences',
  'partitions',
  'slow-nodes',
  'stalls',
  'clock-jumps',
  'restarts',
  'foreign-dials',
  'ghosts',
  'hostile',
  'user-code',
  'nat',
  'relays'
] as const

/** A class of faults. */
export type FaultClass = (typeof FAULT_CLASSES)[number]

/** How often a day each node sees a fault of the class; partitions: the whole world. */
export const PER_DAY: Readonly<Record<FaultClass, number>> = {
  losses: 3,
  'half-open': 2,
  silences: 2,
  partitions: 4,
  'slow-nodes': 2,
  stalls: 2,
  'clock-jumps': 2,
  restarts: 2,
  'foreign-dials': 3,
  ghosts: 4,
  hostile: 3,
  'user-code': 2,
  nat: 0,
  relays: 0
}

/** What share of the population is so, if the class is on. */
export const SHARES = { hostile: 0.06, nat: 0.15, relays: 0.05 } as const
