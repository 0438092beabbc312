import type { Peers } from './peers/peers.ts'
import type { DialFault } from './scheduler/dial-failure.ts'
import type { DialScheduler } from './scheduler/dial-scheduler.ts'

/** A dial came to nothing: is it trouble of our own? Then the peer does not pay for it. */
export function isOwnTrouble(
  { scheduler, peers }: { scheduler: DialScheduler; peers: Peers },
  peer: string,
  fault: DialFault
): boolean {
  if (fault === 'network') return scheduler.failed(peer, peers.connected === 0)
  return fault === 'local' || scheduler.offlineSince !== undefined
}
