import { Peers } from '../../src/peers/peers.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { idOf } from '../../src/testing/simulation/scripted-peer.ts'
import { newPeer, NOW, take } from '../../src/testing/model/peer-cases.ts'
import type { Step } from '../../src/testing/model/peer-cases.ts'
import type { PeerMachine } from './peer-forms.ts'
import type { TrackedPeer } from '../../src/peers/tracked-peer.ts'
import type { PeerEffect, PeerEvent } from '../../machines/index.ts'
import type { Connection } from '@libp2p/interface'

const SELF = idOf('self')
const PEER = idOf('p')

/** The peers' room with its interpreter and one peer; what leads out of it only takes notes. */
export class PeersRoom {
  readonly peer: TrackedPeer
  /** Effects that were carried out since they were asked for last, in their order. */
  #effects: PeerEffect[] = []
  /** Slots that nobody took. */
  readonly untaken: number[] = []
  readonly faults: unknown[] = []
  readonly #peers: Peers
  readonly #connection: Connection
  readonly #machine: PeerMachine

  constructor(machine: PeerMachine) {
    this.#machine = machine
    const clock = new ManualClock()
    clock.advance(NOW)
    this.#peers = new Peers(
      { self: SELF, maxTracked: 10, maxBans: 10, clock, random: () => 0.5, machine },
      {
        carryOut: (effect) => void this.#effects.push(effect),
        onMove: () => {},
        onSettled: () => {},
        onUntaken: (session) => void this.untaken.push(session),
        onFault: (_peer, error) => void this.faults.push(error),
        onQuiet: () => false,
        onForgotten: () => {},
        isAwaited: () => false
      }
    )
    const peer = this.#peers.track(PEER)
    if (peer === undefined) throw new Error('There is no room')
    this.peer = peer
    this.#connection = {
      id: 'c',
      remotePeer: PEER,
      status: 'open'
    } as Connection
  }

  /** How often events of this type have changed nothing. */
  ignored(type: PeerEvent['type']): number {
    return this.#peers.ignored[type] ?? 0
  }

  takeEffects(): PeerEffect[] {
    return this.#effects.splice(0)
  }

  /** Sends an event as it is, whether or not it can happen now. */
  send(event: PeerEvent): void {
    this.#peers.send(this.peer, event)
  }

  /** Lives through these steps. */
  live(steps: readonly Step[]): void {
    let at = newPeer(this.#machine)
    for (const step of steps) {
      const { event, next } = take(at, step)
      this.happen(event, next.hasTag('linked'))
      at = next
    }
  }

  /**
   * Makes the event happen the way it does in the house.
   *
   * @param isLinked - Has the peer a connection from now on?
   */
  happen(event: PeerEvent, isLinked: boolean): void {
    // whatever opened or closed meanwhile, the chart did not listen
    if (event.type !== 'connection.opened' && event.type !== 'connection.closed') {
      if (isLinked) this.peer.link(this.#connection)
      else this.peer.unlink(this.#connection)
    }
    if (event.type === 'connection.opened') this.#peers.opened(this.#connection)
    else if (event.type === 'peer.banned') {
      this.#peers.ban(this.peer.peerId, event.until - event.at)
    } else if (event.type === 'peer.unbanned') this.#peers.unban(this.peer.peerId)
    // a chart that is linked hears it because the list of connections is empty
    else if (event.type === 'connection.closed' && this.peer.connections.length > 0) {
      this.#peers.closed(this.#connection)
    } else this.send(event)
  }
}
