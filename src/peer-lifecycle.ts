import { standingOf } from './doors.ts'
import { readingsOf } from './readings.ts'
import { furnish } from './rooms.ts'
import type { Audience } from './audience.ts'
import type { PeerPath, TrackedPeer } from './peers/tracked-peer.ts'
import type { PeerLifecycleComponents } from './components.ts'
import type { RoomOptions } from './room-ports.ts'
import type { Rooms } from './rooms.ts'
import type { PeerEvent, Priority, Reason } from '../machines/index.ts'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Milliseconds that a stopping node waits for its goodbyes, all together. */
const STOP_TIMEOUT = 1_000

/**
 * The composition root: it alone knows all rooms. What happens in one of them becomes an event of a
 * peer; what the peer's chart answers becomes work for another.
 */
export class Lifecycle<Hello> {
  readonly rooms: Rooms<Hello>
  readonly #components: PeerLifecycleComponents
  readonly #options: RoomOptions<Hello>
  readonly #audience: Audience
  /** What the peer that is being delivered to left, and why (moved -> settled). */
  #move: { from: PeerPath; event: PeerEvent } | undefined
  /** Ends the listeners (start -> stop). */
  #lifetime: AbortController | undefined

  constructor(
    components: PeerLifecycleComponents,
    options: RoomOptions<Hello>,
    audience: Audience
  ) {
    this.#components = components
    this.#options = options
    this.#audience = audience
    this.rooms = furnish(components, options, {
      onMove: (from, event) => {
        this.#move = { from, event }
      },
      onSettled: (peer) => this.#onSettled(peer),
      onForgotten: (peer, from, reason) => this.#letGo(peer, from, reason),
      onFault: (fault) => audience.onFault(fault),
      isAwaited: (peer) => audience.isAwaited(peer),
      grant: (peer, session) => this.#grant(peer, session),
      onCandidate: (peer) => void this.want(peer, 'discovered'),
      onRemembered: (peer, priority, named) => void this.want(peer, priority, named),
      onNetworkReturned: (since) => this.#onNetworkReturned(since),
      onLeft: (peer) => this.#onLeft(peer),
      onCarrierLost: (peer) => void this.#confirm(peer),
      dismiss: (peer, reason) => this.dismiss(peer, reason)
    })
    this.rooms.gate.install()
  }

  get isRunning(): boolean {
    return this.#lifetime !== undefined
  }

  /** @throws UngatedProtocolError if a protocol escaped the gate */
  async start(): Promise<void> {
    // nobody gets in before it is known who is banned
    await this.rooms.remembrance.load()
    const { events, connectionManager } = this.#components
    this.rooms.gate.start()
    this.rooms.connections.start()
    this.#lifetime = new AbortController()
    const { signal } = this.#lifetime
    this.rooms.sight.start(() => readingsOf(this.rooms, this.#options))
    events.addEventListener(
      'connection:open',
      ({ detail }) => this.rooms.connections.opened(detail),
      {
        signal
      }
    )
    events.addEventListener(
      'connection:close',
      ({ detail }) => this.rooms.connections.closed(detail),
      {
        signal
      }
    )
    await this.rooms.encounters.protocol.start(this.#components.registrar)
    for (const connection of connectionManager.getConnections())
      this.rooms.connections.opened(connection)
    this.rooms.channels.secure.start()
  }

  /** From now on slots are granted. */
  async fill(): Promise<void> {
    this.rooms.scheduler.send({ type: 'scheduler.start' })
    await this.rooms.remembrance.find()
    if (!this.isRunning) return
    this.rooms.feed.start()
    this.rooms.candidates.start()
    this.rooms.policies.start()
  }

  /** Says goodbye to everybody at the same time. */
  async drain(): Promise<void> {
    this.rooms.feed.stop()
    this.rooms.candidates.stop()
    this.rooms.policies.stop()
    // as things are now: what comes of the goodbyes is nothing to remember
    const remembered = this.rooms.remembrance.stop()
    this.rooms.scheduler.send({ type: 'scheduler.drain' })
    for (const peer of this.rooms.peers.values()) {
      if (peer.holdsSlot) this.dismiss(peer, 'shutting-down')
    }
    await Promise.all([this.rooms.farewells.all(STOP_TIMEOUT), remembered])
  }

  /** Leaves no listener, no deadline, no stream and no actor. */
  async stop(): Promise<void> {
    this.rooms.feed.stop()
    this.rooms.candidates.stop()
    this.rooms.policies.stop()
    this.#lifetime?.abort()
    this.#lifetime = undefined
    this.rooms.scheduler.send({ type: 'scheduler.stop' })
    for (const { key } of this.rooms.peers.values()) this.rooms.dialer.cancel(key)
    this.rooms.channels.secure.stop()
    this.rooms.peers.clear()
    this.rooms.gate.stop()
    this.rooms.connections.stop()
    await this.rooms.encounters.protocol.stop(this.#components.registrar)
    await this.rooms.tags.allWritten()
    this.rooms.sight.stop()
  }

  /**
   * Somebody wants the peer lastingly, and says perhaps where it is. False if it is ourselves, or there is
   * no room to track it.
   */
  want(peerId: PeerId, priority: Priority, named: readonly Multiaddr[] = []): boolean {
    const peer = this.rooms.peers.track(peerId)
    if (peer === undefined) return false
    if (named.length > 0) peer.named = named
    this.rooms.peers.send(peer, { type: 'peer.wanted', priority, lasting: true, urgent: false })
    if (priority === 'static') this.rooms.remembrance.touched(peerId.toString())
    return true
  }

  /** The peer has a slot of its own from now on. False if too many have one. */
  trust(key: string): boolean {
    const isTrusted = this.rooms.scheduler.trust(key)
    this.#replan(key)
    return isTrusted
  }

  /** The peer has no slot of its own any more. False if it had none. */
  untrust(key: string): boolean {
    const wasTrusted = this.rooms.scheduler.untrust(key)
    this.#replan(key)
    return wasTrusted
  }

  /** Says goodbye to the peer and leaves it. */
  dismiss(peer: TrackedPeer, reason: Reason): void {
    this.rooms.peers.send(peer, { type: 'peer.dismissed', reason, ...this.rooms.peers.moment() })
  }

  /** The handshake would not let the peer in any more: it goes at once. */
  revoke(key: string, reason: Reason): void {
    const peer = this.rooms.peers.get(key)
    if (peer?.holdsSlot === true) this.dismiss(peer, reason)
  }

  /** The handshake would let the peer in now. */
  pardon(key: string): void {
    const peer = this.rooms.peers.get(key)
    if (peer !== undefined) this.rooms.peers.send(peer, { type: 'peer.pardoned' })
  }

  /** Settles when the last words to the peer are said and, if they are to be closed, its connections. */
  async left({ key }: TrackedPeer): Promise<void> {
    await this.rooms.farewells.of(key)
  }

  /** Sends the application's hello of now to an authorized peer. */
  async update(peer: TrackedPeer): Promise<void> {
    if (peer.path === 'authorized') await this.rooms.encounters.update(peer)
  }

  /** The connection that carried what we agreed on with the peer is gone, and another one is left. */
  async #confirm(peer: TrackedPeer): Promise<void> {
    if (peer.path === 'authorized') await this.rooms.encounters.confirm(peer)
  }

  /** The peer may wait in another queue now, and others for the slot that it had. */
  #replan(key: string): void {
    const peer = this.rooms.peers.get(key)
    if (peer !== undefined) this.#enqueue(peer)
    this.rooms.peers.wake()
  }

  #grant(key: string, session: number): void {
    const peer = this.rooms.peers.get(key)
    if (peer === undefined) return this.rooms.scheduler.release(session)
    // a candidate that somebody else has connected goes past the application's filter like every other
    const isFiltered = this.#options.dialing.filter !== undefined && peer.queuedAs === 'discovered'
    const usable = !isFiltered && this.rooms.connections.of(peer) !== undefined
    this.rooms.peers.send(peer, { type: 'slot.granted', session, direction: 'outbound', usable })
  }

  /** What failed while the network was gone may be tried again; the scheduler spreads it. */
  #onNetworkReturned(since: number): void {
    const { peers } = this.rooms
    for (const peer of peers.values()) {
      if (peer.path.endsWith('.coolingDown') && peer.since >= since)
        peers.send(peer, { type: 'network.returned' })
    }
  }

  /** The scheduler passed the peer over while it was being left: now it may have its turn. */
  #onLeft(key: string): void {
    const peer = this.rooms.peers.get(key)
    if (peer === undefined) return
    this.#enqueue(peer)
    this.rooms.peers.wake()
  }

  #enqueue(peer: TrackedPeer): void {
    const isAwaited = this.#audience.isAwaited(peer.key)
    this.rooms.scheduler.moved(peer.key, peer.queuedAs, peer.path === 'dialing', isAwaited)
  }

  #onSettled(peer: TrackedPeer): void {
    const move = this.#move
    this.#move = undefined
    this.rooms.reception.settled(peer)
    this.rooms.connections.settled()
    this.#enqueue(peer)
    this.rooms.candidates.moved(peer)
    if (move === undefined) return
    const isOver = standingOf(move.from) === 'pending' && standingOf(peer.path) === 'closed'
    if (isOver) this.rooms.gate.settled(peer.peerId)
    if (peer.path === 'authorized') this.rooms.policies.authorized(peer)
    this.rooms.remembrance.moved(peer, move.from)
    this.#audience.onSettled(peer, move.from, move.event)
    if (peer.path !== 'authorized') {
      peer.hello = undefined
      peer.usefulAt = -Infinity
    }
    if (!peer.isPending) peer.forgetAddresses()
  }

  /** The peer is tracked no more: whatever it held is let go, and nobody else notices. */
  #letGo(peer: TrackedPeer, from: PeerPath, reason: 'stopped' | 'forgotten' | 'internal'): void {
    const { key, peerId } = peer
    this.rooms.scheduler.moved(key, undefined, false)
    this.rooms.candidates.forgotten(key)
    if (this.rooms.scheduler.holds(peer.context.session)) {
      this.rooms.dialer.cancel(key)
      this.rooms.encounters.protocol.abort(
        key,
        reason === 'internal' ? 'internal' : 'shutting-down',
        0
      )
      this.rooms.encounters.protocol.requests.forget(key)
      if (from === 'authorized') this.rooms.gate.deauthorized(peerId)
      else this.rooms.gate.settled(peerId)
      this.rooms.scheduler.release(peer.context.session)
      this.rooms.tags.set(peerId, false)
      this.rooms.farewells.closeConnections(peer)
    }
    this.#audience.onForgotten(peer, from, reason)
  }
}
