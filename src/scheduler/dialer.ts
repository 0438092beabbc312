import { nameOf } from '../printable.ts'
import { chooseAddresses, refusalsOf } from './address-choice.ts'
import { addressKey } from './address-rules.ts'
import { MAX_KNOWN } from './address-book.ts'
import { addressWorld } from './address-world.ts'
import { passes } from './candidate-filter.ts'
import { DIAL_PRIORITY } from './constants.ts'
import { failureOf, faultOf, graver } from './dial-failure.ts'
import type { AddressBook } from './address-book.ts'
import type { Clock } from '../clock.ts'
import type { NetGroups } from './net-groups.ts'
import type { AddressChoice, ChosenAddress, KnownAddress } from './address-choice.ts'
import type { AddressComponents } from './address-world.ts'
import type { AddressWorld } from './address-rules.ts'
import type { DialFailure } from './dial-failure.ts'
import type { Candidate, DialingOptions } from '../options/dialing-options.ts'
import type { Connection, Peer, PeerId, PeerRouting, PeerStore } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'

/** How a dial ended. */
export type DialResult =
  | { readonly kind: 'connected'; readonly connection: Connection }
  | DialFailure

/** Whom to dial, and what the application has said of where it is. */
export interface DialTarget {
  readonly peerId: PeerId
  /** Where the callers of `connect()` say it is: then it is dialed nowhere else. */
  readonly addresses?: readonly Multiaddr[]
  /** Where `enqueue()` or the options say it is, among other places. */
  readonly named?: readonly Multiaddr[]
  /** Is it asked of the application's filter? */
  readonly isFiltered?: boolean
  /** Is it dialed only in net groups that have room for it? */
  readonly isGrouped?: boolean
}

/** The parts of libp2p that a dial needs. */
export interface DialerComponents extends AddressComponents {
  readonly connectionManager: Pick<ConnectionManager, 'openConnection'> &
    Partial<Pick<ConnectionManager, 'getConnections' | 'getDialQueue'>>
  readonly peerStore: Pick<PeerStore, 'get'>
  readonly peerRouting?: Pick<PeerRouting, 'findPeer'>
}

export interface DialerInit {
  readonly clock: Clock
  readonly allowRelayed: boolean
  readonly dialing: Pick<DialingOptions, 'addressesPerPeer' | 'privateAddresses' | 'filter'>
  readonly book: AddressBook
  /** Which net groups have room for another peer that was found. */
  readonly groups: Pick<NetGroups, 'open' | 'choose'>
  /** Settles when the peer's tag is written: an untagged fresh connection may be pruned at once. */
  ready(peer: PeerId): Promise<void>
  /** The application's filter failed over the peer. */
  onFault(peer: string, error: unknown): void
}

/** A dial in flight (dial -> settled | cancelled). */
interface Dial {
  readonly controller: AbortController
  /** The address that is being tried; undefined before the first. */
  address: ChosenAddress | undefined
}

/**
 * Opens connections for the scheduler: finds out where the peer may be, leaves out what must not be
 * dialed, and tries one address after the other, so that each failure is charged to its address. libp2p
 * may join our dial to one of the DHT's or hand back a connection that was there: whatever it returns is
 * used, since the peer has the slot, not the connection.
 */
export class Dialer {
  readonly #components: DialerComponents
  readonly #init: DialerInit
  readonly #dials = new Map<string, Dial>()
  /** Where we are ourselves, which libp2p works out anew whenever it is asked (looked at -> a second later). */
  #world: { readonly at: number; readonly world: AddressWorld } | undefined

  constructor(components: DialerComponents, init: DialerInit) {
    this.#components = components
    this.#init = init
  }

  /**
   * Dials the peer and tells how it ended, unless the dial is cancelled first. A previous dial of the peer
   * is cancelled. Never throws, and never rejects behind the caller's back.
   */
  dial(target: DialTarget, onEnd: (result: DialResult) => void): void {
    const key = target.peerId.toString()
    this.cancel(key)
    const dial: Dial = { controller: new AbortController(), address: undefined }
    this.#dials.set(key, dial)
    const end = (result: DialResult): void => {
      if (this.#dials.get(key) !== dial) return
      this.#dials.delete(key)
      onEnd(result)
    }
    this.#open(target, key, dial).then(end, (error: unknown) => end(failureOf(error)))
  }

  /** Withdraws our wish. A dial that others share goes on without us. */
  cancel(key: string): void {
    const dial = this.#dials.get(key)
    this.#dials.delete(key)
    dial?.controller.abort()
  }

  /**
   * The time for the dial is over: that is the fault of the address that it was spent on, unless it is our
   * own; then it was tried, no more.
   */
  expired(key: string, isExcused: boolean): void {
    const { book } = this.#init
    const address = this.#dials.get(key)?.address
    if (address === undefined) return
    if (isExcused) book.tried(key, address.key)
    else book.failed(key, address.key)
  }

  /**
   * Nothing is to be heard of the dial any more, but its connection is wanted: to cancel it would close
   * the connection, even when that is open.
   */
  letGo(key: string): void {
    this.#dials.delete(key)
  }

  /**
   * Is there an address among these that may be dialed, was never tried, and is new? What the peer store
   * says was there before cannot be relied on: whatever is merged into a record it counts among it.
   */
  hasUntried({ id, addresses }: Pick<Peer, 'id' | 'addresses'>, isGrouped = false): boolean {
    const key = id.toString()
    const { book, groups } = this.#init
    const news = addresses.filter(({ multiaddr }) => !book.knew(key, addressKey(multiaddr)))
    const choice = this.#choose(key, news)
    const open = isGrouped ? groups.open(key, choice.addresses) : choice.addresses
    return open.some((address) => book.standing(key, address.key) === undefined)
  }

  async #open(target: DialTarget, key: string, dial: Dial): Promise<DialResult> {
    const { signal } = dial.controller
    await this.#init.ready(target.peerId)
    signal.throwIfAborted()
    const { choice, isPassed } = await this.#lookUp(target, key, signal)
    signal.throwIfAborted()
    if (!isPassed) {
      const detail = 'dialing.filter said no'
      return { kind: 'failed', reason: 'filtered', fault: 'refused', detail }
    }
    const connection = this.#connectionWith(target.peerId)
    if (connection !== undefined) return { kind: 'connected', connection }
    const detail = refusalsOf(choice.refused)
    if (choice.addresses.length === 0) {
      // whoever dials it knows where it is
      if (this.#isDialed(target.peerId)) return this.#at(target.peerId, signal)
      return { kind: 'failed', reason: 'no-address', fault: 'no-address', detail }
    }
    const addresses =
      target.isGrouped === true ? this.#init.groups.choose(key, choice.addresses) : choice.addresses
    if (addresses.length > 0) return this.#tryEach(key, dial, addresses)
    return { kind: 'failed', reason: 'subnet-full', fault: 'local', detail: GROUPS_FULL }
  }

  /** A connection that is there already, however it came about. */
  #connectionWith(peerId: PeerId): Connection | undefined {
    return this.#components.connectionManager
      .getConnections?.(peerId)
      .find(({ status, limits }) => status === 'open' && limits === undefined)
  }

  /** Does another part of the node dial the peer at this moment? */
  #isDialed(peerId: PeerId): boolean {
    const dials = this.#components.connectionManager.getDialQueue?.() ?? []
    return dials.some((dial) => dial.peerId?.equals(peerId) === true)
  }

  /** Where the peer may be dialed. What the peer store gave is let go of at once: it may be much. */
  async #lookUp(
    { peerId, addresses = [], named = [], isFiltered = false }: DialTarget,
    key: string,
    signal: AbortSignal
  ): Promise<{ choice: AddressChoice; isPassed: boolean }> {
    const { filter } = this.#init.dialing
    if (addresses.length > 0) {
      return { choice: this.#choose(key, addresses.map(asNamed)), isPassed: true }
    }
    const record = await this.#recordOf(peerId, signal)
    const stored = record?.addresses ?? []
    this.#init.book.lookedUp(
      peerId.toString(),
      stored.slice(0, MAX_KNOWN + 1).map(({ multiaddr }) => addressKey(multiaddr))
    )
    const known = [...named.map(asNamed), ...stored]
    const found = known.length > 0 ? known : await this.#find(peerId, signal)
    const choice = this.#choose(key, found)
    if (!isFiltered || filter === undefined) return { choice, isPassed: true }
    const candidate: Candidate = {
      peerId,
      addresses: choice.addresses.map(({ multiaddr }) => multiaddr),
      protocols: record?.protocols ?? [],
      metadata: record?.metadata ?? new Map()
    }
    const isPassed = passes(filter, candidate, (error) => this.#init.onFault(key, error))
    return { choice, isPassed }
  }

  async #recordOf(peerId: PeerId, signal: AbortSignal): Promise<Peer | undefined> {
    try {
      return await this.#components.peerStore.get(peerId, { signal })
    } catch (error) {
      if (nameOf(error) === 'NotFoundError') return undefined
      throw error
    }
  }

  /** Asks the DHT, or whatever else routes peers, where the peer is. */
  async #find(peerId: PeerId, signal: AbortSignal): Promise<KnownAddress[]> {
    const { peerRouting } = this.#components
    if (peerRouting === undefined) return []
    try {
      const { multiaddrs } = await peerRouting.findPeer(peerId, { signal })
      return multiaddrs.map((multiaddr) => ({ multiaddr }))
    } catch (error) {
      signal.throwIfAborted()
      if (faultOf(error) === 'no-address') return []
      throw error
    }
  }

  async #tryEach(
    key: string,
    dial: Dial,
    addresses: readonly ChosenAddress[]
  ): Promise<DialResult> {
    const { book } = this.#init
    let last = NEVER_TRIED
    for (const address of addresses) {
      dial.address = address
      try {
        const result = await this.#at([address.multiaddr], dial.controller.signal)
        if (result.kind === 'connected') book.succeeded(key, address.key)
        return result
      } catch (error) {
        dial.controller.signal.throwIfAborted()
        const failure = failureOf(error)
        if (failure.fault === 'local') return failure
        if (failure.fault === 'misled') book.misled(key, address.key)
        else book.failed(key, address.key)
        last = graver(last, failure)
      }
    }
    const { length } = addresses
    return length === 1 ? last : { ...last, detail: `${length} addresses failed: ${last.detail}` }
  }

  async #at(target: PeerId | Multiaddr[], signal: AbortSignal): Promise<DialResult> {
    const connection = await this.#components.connectionManager.openConnection(target, {
      signal,
      priority: DIAL_PRIORITY
    })
    if (connection.status !== 'open') {
      const detail = 'closed as soon as it was open'
      return { kind: 'failed', reason: 'connection-closed', fault: 'refused', detail }
    }
    if (connection.limits !== undefined && !this.#init.allowRelayed) {
      const detail = 'reached over a relay only'
      return { kind: 'failed', reason: 'dial-failed', fault: 'refused', detail }
    }
    return { kind: 'connected', connection }
  }

  #choose(key: string, known: readonly KnownAddress[]): AddressChoice {
    const { clock, dialing, book, allowRelayed } = this.#init
    const { addressesPerPeer: limit, privateAddresses } = dialing
    const now = clock.now()
    if (this.#world === undefined || now - this.#world.at >= WORLD_KEPT) {
      const world = addressWorld(this.#components, { privateAddresses, allowRelayed })
      this.#world = { at: now, world }
    }
    return chooseAddresses(key, known, limit, this.#world.world, book)
  }
}

const asNamed = (multiaddr: Multiaddr): KnownAddress => ({ multiaddr, isNamed: true })

/** Milliseconds for which our own addresses are believed to be what they were. */
const WORLD_KEPT = 1_000

const GROUPS_FULL = 'enough peers of its network group have a slot'

const NEVER_TRIED: DialFailure = {
  kind: 'failed',
  reason: 'no-address',
  fault: 'no-address',
  detail: 'no address was tried'
}
