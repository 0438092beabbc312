import { readPeerTarget } from './peer-target.ts'
import { explanationOf, explanationOfStranger } from './peers/explanation.ts'
import { epochOf, viewOf } from './peers/peer-view.ts'
import { statusOf } from './status.ts'
import type { PeerLifecycleStatus } from './interface.ts'
import type { PeerTarget } from './options.ts'
import type { PeerExplanation } from './peers/explanation.ts'
import type { PeerView } from './peers/peer-view.ts'
import type { PeerState, TrackedPeer } from './peers/tracked-peer.ts'
import type { RoomOptions } from './room-ports.ts'
import type { Rooms } from './rooms.ts'
import type { Priority, Reason } from '../machines/index.ts'
import type { PeerId } from '@libp2p/interface'

/** What applications ask the service. Nothing changes by being asked, and every answer is a copy. */
export class Questions<Hello> {
  readonly #rooms: Rooms<Hello>
  readonly #self: PeerId
  readonly #options: RoomOptions<Hello>

  constructor(rooms: Rooms<Hello>, self: PeerId, options: RoomOptions<Hello>) {
    this.#rooms = rooms
    this.#self = self
    this.#options = options
  }

  /** @throws InvalidPeerError if `target` is no peer id and no address that ends in one */
  find(target: PeerTarget): TrackedPeer | undefined {
    return this.#rooms.peers.get(readPeerTarget(target).peerId.toString())
  }

  peer(target: PeerTarget): PeerView<Hello> | undefined {
    const peer = this.find(target)
    return peer === undefined ? undefined : viewOf<Hello>(peer, this.#options.clock)
  }

  /** All tracked peers, or those in one state. */
  peers(state: PeerState | undefined): PeerView<Hello>[] {
    const peers = [...this.#rooms.peers.values()]
    const chosen = state === undefined ? peers : peers.filter((peer) => peer.state === state)
    return chosen.map((peer) => viewOf<Hello>(peer, this.#options.clock))
  }

  explain(target: PeerTarget): PeerExplanation {
    const { peerId } = readPeerTarget(target)
    const { peers, scheduler, sight } = this.#rooms
    const { clock } = this.#options
    const key = peerId.toString()
    const peer = peers.get(key)
    const standstill = peers.standstill(key)
    const known = { clock, refusals: sight.refusals.of(key) }
    if (peer !== undefined) {
      const check = (priority: Priority): Reason | undefined =>
        standstill === undefined ? scheduler.check(priority, key) : 'cooling-down'
      const slot = peer.holdsSlot ? scheduler.slotOf(peer.context.session) : undefined
      return explanationOf(peer, { ...known, slot, check })
    }
    if (peerId.equals(this.#self)) return explanationOfStranger(key, 'self', known)
    if (standstill === undefined) return explanationOfStranger(key, 'not-wanted', known)
    return explanationOfStranger(key, standstill.reason, known, epochOf(standstill.until, clock))
  }

  status(): PeerLifecycleStatus {
    return statusOf(this.#rooms, this.#options)
  }
}
