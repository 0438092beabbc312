import { DISPOSITIONS, peerMachineWith } from '../../machines/index.ts'
import { Openers } from '../openers.ts'
import { Bans } from './bans.ts'
import { Interpreter } from './interpreter.ts'
import { PeerTable } from './peer-table.ts'
import { standstillOf, standstillOfLeaving } from './standstill.ts'
import type { BanDecision } from './bans.ts'
import type { Banned, PeersInit, PeersPorts } from './peers-ports.ts'
import type { Standstill } from './standstill.ts'
import type { PeerPath, TrackedPeer } from './tracked-peer.ts'
import type { PeerEvent } from '../../machines/index.ts'
import type { Connection, PeerId } from '@libp2p/interface'

/** Milliseconds: whoever ends a connection sooner does not want one. */
const HANG_UP = 1_000

/**
 * Milliseconds for which nobody here goes to a peer that is left alone and has hung up on us: a minute. libp2p
 * redials at once, and without end, whom the DHT keeps alive (measured: 200 times a second).
 */
const HANG_UP_REST = 60_000

/** All that this node knows of its peers. */
export class Peers {
  readonly bans: Bans
  readonly openers = new Openers()
  readonly #init: PeersInit
  readonly #ports: PeersPorts
  readonly #table: PeerTable
  readonly #interpreter: Interpreter
  /** Peers with a connection (first opened -> last closed | forgotten). */
  readonly #linked = new Set<TrackedPeer>()

  constructor(init: PeersInit, ports: PeersPorts) {
    this.#init = init
    this.#ports = ports
    this.bans = new Bans({
      limit: init.maxBans,
      clock: init.clock,
      limitPrivate: init.admission?.limitPrivate ?? false,
      onChange: (peer) => ports.onBan?.(peer),
      onCrowded: () => ports.onCrowded?.('bans')
    })
    this.#table = new PeerTable(
      init.maxTracked,
      (peer) => peer.context.lasting === 'static' || ports.isAwaited(peer.key)
    )
    this.#interpreter = new Interpreter(
      {
        carryOut: (effect, peer) => ports.carryOut(effect, peer),
        onMove: (peer, from, event, direction) => {
          this.#note(peer, from, event)
          ports.onMove(peer, from, event, direction)
        },
        onTaken: ports.onTaken,
        onSettled: (peer) => {
          ports.onSettled(peer)
          peer.channelOrigin = undefined
          if (peer.path === 'forgotten') this.#drop(peer, 'forgotten')
        },
        onUntaken: (session, peer) => ports.onUntaken(session, peer),
        onFault: (peer, error) => {
          ports.onFault(peer, error)
          this.#drop(peer, 'internal')
        },
        onQuiet: () => ports.onQuiet()
      },
      init,
      init.machine ?? peerMachineWith(init.dispositions ?? DISPOSITIONS)
    )
  }

  get size(): number {
    return this.#table.size
  }

  /** Peers with at least one connection. */
  get connected(): number {
    return this.#linked.size
  }

  get banned(): number {
    return this.bans.size
  }

  /** Events that changed nothing, by name: stale answers, and what upstream sends out of order. */
  get ignored(): Readonly<Partial<Record<PeerEvent['type'], number>>> {
    return this.#interpreter.ignored
  }

  get(key: string): TrackedPeer | undefined {
    return this.#table.get(key)
  }

  values(): IterableIterator<TrackedPeer> {
    return this.#table.values()
  }

  /** The peer, tracked from now on if it was not; undefined for ourselves, and if there is no room. */
  track(peerId: PeerId): TrackedPeer | undefined {
    const key = peerId.toString()
    const known = this.#table.get(key)
    if (known !== undefined) return known
    if (peerId.equals(this.#init.self)) return undefined
    if (this.#table.isFull && !this.#makeRoom()) return undefined
    const peer = this.#interpreter.create(peerId, key)
    this.#table.add(peer)
    const until = this.bans.until(key)
    if (until !== undefined)
      this.send(peer, { type: 'peer.banned', at: this.#init.clock.now(), until })
    return peer
  }

  send(peer: TrackedPeer, event: PeerEvent): void {
    this.#interpreter.send(peer, event)
  }

  /** Is an event being delivered? Then whatever is sent waits its turn. */
  get isDelivering(): boolean {
    return this.#interpreter.isDelivering
  }

  /** Lets the scheduler plan as soon as everything that waits is delivered. */
  wake(): void {
    this.#interpreter.deliver()
  }

  /** When something happens, and the luck for the back-off that may follow from it. */
  moment(): { at: number; luck: number } {
    return { at: this.#init.clock.now(), luck: this.#init.random() }
  }

  /** A connection opened: the peer is tracked for as long as it has one, if there is room. */
  opened(connection: Connection): TrackedPeer | undefined {
    if (connection.status !== 'open') return undefined
    const peer = this.track(connection.remotePeer)
    if (peer === undefined) return undefined
    if (peer.link(connection)) {
      peer.visitedAt = this.#standing(peer.key) ? this.#init.clock.now() : -Infinity
      this.openers.opened(connection, peer.path)
      this.#ports.onLinked?.(peer, connection, 'opened')
    }
    this.#reconcile(peer)
    return peer
  }

  closed(connection: Connection): void {
    const peer = this.#table.get(connection.remotePeer.toString())
    if (peer === undefined) return
    if (peer.unlink(connection)) {
      this.#noteHangUp(peer, connection)
      this.#ports.onLinked?.(peer, connection, 'closed')
    }
    this.#reconcile(peer)
  }

  #noteHangUp(peer: TrackedPeer, { direction }: Connection): void {
    if (direction === 'inbound' || peer.connections.length > 0) return
    const now = this.#init.clock.now()
    if (now - peer.visitedAt < HANG_UP) peer.hungUpAt = now
  }

  #reconcile(peer: TrackedPeer): void {
    if (peer.connections.length > 0) this.#linked.add(peer)
    else this.#linked.delete(peer)
    this.#interpreter.reconcile(peer)
  }

  /**
   * Is this peer banned, cooling down or being left, and why? The one predicate, asked by the scheduler,
   * the connection gater, the handshake and the candidate feed alike; undefined if nothing is against it.
   */
  standstill(key: string): Standstill | undefined {
    const standing = this.#standing(key)
    const leaving = this.#ports.leaving?.(key)
    return leaving ? standstillOfLeaving(this.#init.dispositions, leaving, standing) : standing
  }

  #standing(key: string): Standstill | undefined {
    const { clock, dispositions } = this.#init
    const bannedUntil = this.bans.until(key)
    if (bannedUntil !== undefined) return standstillOf(dispositions, 'banned', 'local', bannedUntil)
    const peer = this.#table.get(key)
    if (peer === undefined) return undefined
    const { reason, by, until } = peer.context
    if (reason === undefined || by === undefined || until <= clock.now()) return undefined
    const hangsUp = clock.now() - peer.hungUpAt < HANG_UP_REST
    return { ...standstillOf(dispositions, reason, by, until), hangsUp }
  }

  /**
   * Bans the peer for `duration` milliseconds. A new ban replaces an old one, also by a shorter one.
   *
   * @param countsIp - does it count against the address that the peer is connected from?
   */
  ban(peerId: PeerId, duration: number, countsIp = true): void {
    const key = peerId.toString()
    const peer = this.#table.get(key)
    const until = this.#init.clock.now() + duration
    this.#ban({ peer: key, reason: 'banned', until, ip: peer?.ip }, countsIp)
    this.#tellBan(peer, until)
  }

  /** Enters a ban that the chart has already drawn the consequences of. */
  noteBan(peer: TrackedPeer): void {
    const { reason = 'banned', until } = peer.context
    this.#ban({ peer: peer.key, reason, until, ip: peer.ip }, true)
  }

  #ban(ban: Banned & { readonly peer: string }, countsIp: boolean): void {
    const { peer, until, ip } = ban
    const wasIpBanned = ip !== undefined && this.bans.ofIp(ip) !== undefined
    this.bans.set(peer, until, countsIp ? ip : undefined)
    this.#ports.onBanned?.(ban)
    const ipUntil = ip && this.bans.ofIp(ip)
    if (ipUntil === undefined || wasIpBanned) return
    this.#ports.onBanned?.({ reason: 'banned', until: ipUntil, ip })
  }

  /**
   * Takes over what a memory knows of the peer's ban, with all its consequences. False if nothing came of
   * it: because of a later decision, the same one, or a ban that is over.
   */
  restoreBan(key: string, decision: BanDecision): boolean {
    if (!this.bans.restore(key, decision)) return false
    const peer = this.#table.get(key)
    if (decision.until !== undefined) this.#tellBan(peer, decision.until)
    else if (peer !== undefined) this.send(peer, { type: 'peer.unbanned' })
    return true
  }

  #tellBan(peer: TrackedPeer | undefined, until: number): void {
    if (peer === undefined) return
    this.send(peer, { type: 'peer.banned', at: this.#init.clock.now(), until })
  }

  /** Lifts a ban. False if there was none. */
  unban(peerId: PeerId): boolean {
    const key = peerId.toString()
    const wasBanned = this.bans.until(key) !== undefined
    this.bans.delete(key)
    const peer = this.#table.get(key)
    if (peer !== undefined) this.send(peer, { type: 'peer.unbanned' })
    return wasBanned
  }

  /** Forgets every peer; bans stay. */
  clear(): void {
    for (const peer of this.#table.values()) this.#drop(peer, 'stopped')
  }

  /** Is there room for no more peers, unless others make it? */
  get isFull(): boolean {
    return this.#table.isFull
  }

  /** Forgets a candidate that waits in the queue, now; anybody else stays. */
  forget(key: string): void {
    const peer = this.#table.get(key)
    if (peer?.path === 'discovered.queued') this.#drop(peer, 'forgotten')
  }

  /** Forgets the peer that is in a cool-down without a connection for longest, if there is one. */
  forgetUnreached(): void {
    const peer = this.#table.oldestUnreached()
    if (peer !== undefined) this.#drop(peer, 'forgotten')
  }

  #makeRoom(): boolean {
    const peer = this.#table.leastImportant()
    this.#ports.onCrowded?.(peer === undefined ? 'places' : 'peers')
    if (peer === undefined) return false
    // not through the mailbox: room is needed now
    this.#drop(peer, 'forgotten')
    return true
  }

  #drop(peer: TrackedPeer, reason: 'stopped' | 'forgotten' | 'internal'): void {
    const from = peer.path
    peer.path = 'forgotten'
    this.#table.delete(peer)
    this.#linked.delete(peer)
    this.#interpreter.end(peer)
    this.#ports.onForgotten(peer, from, reason)
  }

  #note(peer: TrackedPeer, from: PeerPath, event: PeerEvent): void {
    const { reason, by, detail } = peer.context
    this.#table.moved(peer, peer.path)
    peer.remember({
      at: this.#init.clock.epoch(),
      from,
      to: peer.path,
      event: event.type,
      ...(reason !== undefined && { reason }),
      ...(by !== undefined && { by }),
      ...(detail !== undefined && { detail })
    })
  }
}
