import { readPeerTarget } from './peer-target.ts'
import { epochOf, explanationOf, explanationOfStranger, viewOf } from './peers/peer-view.ts'
import { statusOf } from './status.ts'
import type { Clock } from './clock.ts'
import type { PeerLifecycleStatus } from './interface.ts'
import type { PeerTarget } from './options.ts'
import type { PeerExplanation, PeerView } from './peers/peer-view.ts'
import type { PeerState, TrackedPeer } from './peers/tracked-peer.ts'
import type { Rooms } from './rooms.ts'
import type { Priority, Reason } from '../machines/index.ts'
import type { PeerId } from '@libp2p/interface'

/** What applications ask the service. Nothing changes by being asked, and every answer is a copy. */
export class Questions<Hello> {
  readonly #rooms: Rooms<Hello>
  readonly #self: PeerId
  readonly #clock: Clock

  constructor(rooms: Rooms<Hello>, self: PeerId, clock: Clock) {
    this.#rooms = rooms
    this.#self = self
    this.#clock = clock
  }

  /** @throws InvalidPeerError if `target` is no peer id and no address that ends in one */
  find(target: PeerTarget): TrackedPeer | undefined {
    return this.#rooms.peers.get(readPeerTarget(target).peerId.toString())
  }

  peer(target: PeerTarget): PeerView<Hello> | undefined {
    const peer = this.find(target)
    return peer === undefined ? undefined : viewOf<Hello>(peer, this.#clock)
  }

  /** All tracked peers, or those in one state. */
  peers(state: PeerState | undefined): PeerView<Hello>[] {
    const peers = [...this.#rooms.peers.values()]
    const chosen = state === undefined ? peers : peers.filter((peer) => peer.state === state)
    return chosen.map((peer) => viewOf<Hello>(peer, this.#clock))
  }

  explain(target: PeerTarget): PeerExplanation {
    const { peerId } = readPeerTarget(target)
    const { peers, scheduler, sight } = this.#rooms
    const key = peerId.toString()
    const peer = peers.get(key)
    if (peer !== undefined) {
      const isLeft = peers.standstill(key) !== undefined
      const check = (priority: Priority): Reason | undefined =>
        isLeft ? 'cooling-down' : scheduler.check(priority, key)
      return explanationOf(peer, sight.refusals.of(key), this.#clock, check)
    }
    if (peerId.equals(this.#self)) return explanationOfStranger(key, 'self')
    const standstill = peers.standstill(key)
    if (standstill === undefined) return explanationOfStranger(key, 'not-wanted')
    return explanationOfStranger(key, standstill.reason, epochOf(standstill.until, this.#clock))
  }

  status(): PeerLifecycleStatus {
    return statusOf(this.#rooms)
  }
}
