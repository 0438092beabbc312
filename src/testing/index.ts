/**
 * What this library is tested with, for tests of your own handshake, policies and application: a clock that
 * is moved by hand, and a libp2p in one process on which the whole service runs.
 */
export { ManualClock } from './manual-clock.ts'
export { settled } from './settled.ts'
