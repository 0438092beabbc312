import { serviceCapabilities } from '@libp2p/interface'
import { isWireReason, MAX_TRUSTED } from '../machines/index.ts'
import { announcementsOf, authorizedPeerOf, farewellOf } from './announcements.ts'
import { Attempts } from './attempts.ts'
import { readBanOptions } from './ban-options.ts'
import { ContainedEvents } from './contained-events.ts'
import { InvalidOptionsError, InvalidPeerError, TooManyTrustedPeersError } from './errors.ts'
import { INSPECTABLE } from './inspectable.ts'
import { Inspection } from './inspection.ts'
import { allowsAddresses } from './libp2p-settings.ts'
import { checkConnectionLimit } from './read-options.ts'
import { Inspectors } from './inspectors.ts'
import { learnAddresses } from './learn-addresses.ts'
import { Lifecycle } from './peer-lifecycle.ts'
import { readPeerTarget } from './peer-target.ts'
import { printableError } from './printable.ts'
import { Questions } from './questions.ts'
import { Renewal } from './renewal.ts'
import { transportsWithOwnEncryption } from './own-encryption.ts'
import type { Announcement } from './announcements.ts'
import type { Clock } from './clock.ts'
import type { AuthorizedPeer, PeerFault, PeerLifecycleEvents } from './events.ts'
import type { PeerLifecycle, PeerLifecycleStatus } from './interface.ts'
import type { PeerLifecycleOptions, PeerTarget } from './options.ts'
import type { PeerLifecycleComponents } from './components.ts'
import type { Shaker } from './handshake/secure-encrypter.ts'
import type { InspectInit, Inspector } from './inspector/inspector.ts'
import type { NamedPeer } from './peer-target.ts'
import type { PeerExplanation } from './peers/explanation.ts'
import type { PeerView } from './peers/peer-view.ts'
import type { PeerPath, PeerState, TrackedPeer } from './peers/tracked-peer.ts'
import type { PeerEvent, Priority, Reason, WireReason } from '../machines/index.ts'
import type { AbortOptions, Logger, Startable } from '@libp2p/interface'

/** The options with nothing left open. */
interface ServiceOptions<Hello> extends PeerLifecycleOptions<Hello> {
  readonly clock: Clock
  readonly random: () => number
  /** Takes what secured encrypters run; absent if this node has none. */
  readonly secured?: ((channel: Shaker) => void) | undefined
}

/** The service: what applications call, and what the world is told. */
export class DefaultPeerLifecycle<Hello>
  extends ContainedEvents<PeerLifecycleEvents<Hello>>
  implements PeerLifecycle<Hello>, Startable
{
  readonly #components: PeerLifecycleComponents
  readonly #options: ServiceOptions<Hello>
  readonly #lifecycle: Lifecycle<Hello>
  readonly #attempts: Attempts<Hello>
  readonly #questions: Questions<Hello>
  readonly #renewal: Renewal
  readonly #inspectors = new Inspectors()
  readonly #log: Logger

  constructor(components: PeerLifecycleComponents, options: ServiceOptions<Hello>) {
    super()
    checkConnectionLimit(options, components.connectionManager.getMaxConnections())
    this.#components = components
    this.#options = options
    this.#log = components.logger.forComponent('libp2p:peer-lifecycle')
    this.#attempts = new Attempts({ ...options, rooms: () => this.#lifecycle.rooms })
    this.#lifecycle = new Lifecycle(components, options, {
      onSettled: (peer, from, event) => this.#onSettled(peer, from, event),
      onForgotten: (peer, from, reason) => this.#onForgotten(peer, from, reason),
      onFault: (fault) => this.#report(fault),
      isAwaited: (peer) => this.#attempts.isAwaited(peer)
    })
    for (const target of options.trustedPeers) this.trust(target)
    this.#questions = new Questions(this.#lifecycle.rooms, components.peerId, options)
    this[INSPECTABLE] = new Inspection(this.#lifecycle.rooms, components.peerId, options, (peer) =>
      this.explain(peer)
    )
    options.secured?.(this.#lifecycle.rooms.channels.secure)
    this.#renewal = new Renewal(options, {
      revoke: (key, reason) => this.#lifecycle.revoke(key, reason),
      pardon: (key) => this.#lifecycle.pardon(key),
      refresh: () => void this.refresh(),
      onFault: (error) => this.#report({ source: 'subscribe', error })
    })
  }

  readonly [INSPECTABLE]: Inspection
  readonly [Symbol.toStringTag] = 'libp2p-peer-lifecycle'
  readonly [serviceCapabilities]: string[] = ['libp2p-peer-lifecycle']

  /** The gate and the handler must stand before any connection can open. */
  async beforeStart(): Promise<void> {
    await this.#lifecycle.start()
    if (allowsAddresses(this.#components.connectionManager)) {
      this.#log.error(
        'connectionManager.allow is set: whoever comes from there, or from no IP address at all, goes past ' +
          'the limits of libp2p; trust peers by their ids instead, with trustedPeers'
      )
    }
    if (this.#options.secured === undefined) return
    const transports = this.#components.transportManager?.getTransports() ?? []
    for (const name of transportsWithOwnEncryption(transports)) {
      this.#log('%s has an encryption of its own: there the handshake runs on a stream', name)
    }
  }

  start(): void {}

  async afterStart(): Promise<void> {
    this.#lifecycle.rooms.gate.audit()
    await this.#lifecycle.fill()
    this.#renewal.start()
    for (const target of this.#options.staticPeers) {
      const named = readPeerTarget(target)
      await this.#learn(named)
      this.#lifecycle.want(named.peerId, 'static', named.addresses)
    }
  }

  async beforeStop(): Promise<void> {
    this.#renewal.stop()
    this.#attempts.endAll('stopped')
    await this.#lifecycle.drain()
  }

  async stop(): Promise<void> {
    await this.#lifecycle.stop()
    await this.#inspectors.close()
  }

  async connect(target: PeerTarget, options: AbortOptions = {}): Promise<AuthorizedPeer<Hello>> {
    const { peerId, addresses } = readPeerTarget(target)
    const key = peerId.toString()
    if (peerId.equals(this.#components.peerId)) throw this.#attempts.refuse(key, 'self')
    if (options.signal?.aborted === true) throw this.#attempts.refuse(key, 'aborted')
    if (!this.#lifecycle.isRunning) throw this.#attempts.refuse(key, 'stopped')
    const peer = this.#lifecycle.rooms.peers.track(peerId)
    if (peer === undefined) throw this.#attempts.refuse(key, 'busy')
    if (peer.path === 'authorized') return authorizedPeerOf<Hello>(peer, this.#options.clock)
    if (addresses.length > 0) peer.addresses = addresses
    return this.#attempts.begin(peer, options.signal)
  }

  async disconnect(
    target: PeerTarget,
    { reason = 'requested' }: { reason?: WireReason | undefined } = {}
  ): Promise<void> {
    if (!isWireReason(reason)) {
      throw new InvalidOptionsError(
        `Expected reason to be a word with a wire code, got ${String(reason)}`
      )
    }
    const peer = this.#questions.find(target)
    if (peer === undefined) return
    this.#lifecycle.dismiss(peer, reason)
    await this.#lifecycle.left(peer)
  }

  enqueue(
    target: PeerTarget,
    { priority = 'requested' }: { priority?: Priority | undefined } = {}
  ): boolean {
    const named = readPeerTarget(target)
    if (!this.#lifecycle.isRunning) return false
    const wanted = this.#lifecycle.rooms.peers.track(named.peerId) !== undefined
    const want = (): boolean =>
      this.#lifecycle.isRunning && this.#lifecycle.want(named.peerId, priority, named.addresses)
    if (named.addresses.length === 0) return want()
    // the addresses must be known before the dial
    this.#learn(named).then(want, (error: unknown) =>
      this.#log.error('could not store addresses - %e', error)
    )
    return wanted
  }

  isAuthorized(target: PeerTarget): boolean {
    return this.#questions.find(target)?.path === 'authorized'
  }

  getPeer(target: PeerTarget): PeerView<Hello> | undefined {
    return this.#questions.peer(target)
  }

  getPeers(filter?: { state?: PeerState | undefined }): PeerView<Hello>[] {
    return this.#questions.peers(filter?.state)
  }

  ban(
    target: PeerTarget,
    options: { duration?: number | undefined; ip?: boolean | undefined } = {}
  ): void {
    const { duration, ip } = readBanOptions(options)
    this.#lifecycle.rooms.peers.ban(readPeerTarget(target).peerId, duration, ip)
  }

  unban(target: PeerTarget): boolean {
    return this.#lifecycle.rooms.peers.unban(readPeerTarget(target).peerId)
  }

  noteUseful(target: PeerTarget): boolean {
    const peer = this.#questions.find(target)
    if (peer?.path !== 'authorized') return false
    peer.usefulAt = this.#options.clock.now()
    return true
  }

  trust(target: PeerTarget): void {
    const { peerId } = readPeerTarget(target)
    if (peerId.equals(this.#components.peerId)) {
      throw new InvalidPeerError('Expected a peer to trust, got this node itself')
    }
    if (this.#lifecycle.trust(peerId.toString())) return
    throw new TooManyTrustedPeersError(
      `Expected at most ${MAX_TRUSTED} trusted peers, which go past every limit, got one more`
    )
  }

  untrust(target: PeerTarget): boolean {
    return this.#lifecycle.untrust(readPeerTarget(target).peerId.toString())
  }

  explain(target: PeerTarget): PeerExplanation {
    return this.#questions.explain(target)
  }

  recording(): Iterable<string> {
    return this[INSPECTABLE].recording()
  }

  async refresh(target?: PeerTarget): Promise<void> {
    const one = target === undefined ? undefined : this.#questions.find(target)
    const chosen =
      target === undefined ? [...this.#lifecycle.rooms.peers.values()] : one ? [one] : []
    await Promise.all(chosen.map((peer) => this.#lifecycle.update(peer)))
  }

  async inspect(init?: InspectInit): Promise<Inspector> {
    return this.#inspectors.open(this, init)
  }

  status(): PeerLifecycleStatus {
    return this.#questions.status()
  }

  protected override onListenerFault(error: unknown): void {
    this.#report({ source: 'listener', error })
  }

  /** Stores the addresses. That libp2p then "discovers" the peer must not make it a candidate. */
  async #learn({ peerId, addresses }: NamedPeer): Promise<void> {
    if (addresses.length === 0) return
    await this.#lifecycle.rooms.feed.unheeded(peerId, () =>
      learnAddresses(this.#components.peerStore, peerId, addresses)
    )
  }

  #onSettled(peer: TrackedPeer, from: PeerPath, event: PeerEvent): void {
    this.#attempts.settle(peer)
    this.#announce(announcementsOf<Hello>(peer, from, event, this.#options.clock))
  }

  #onForgotten(peer: TrackedPeer, from: PeerPath, reason: Reason): void {
    this.#attempts.end(peer.key, reason)
    this.#announce(farewellOf<Hello>(peer, from, reason))
  }

  /** Tells our own listeners and, mirrored, the node's. */
  #announce(announcements: Announcement<Hello>[]): void {
    for (const { type, detail } of announcements) {
      if (this.listenerCount(type) > 0) this.safeDispatchEvent(type, { detail })
      this.#components.events.safeDispatchEvent(type, { detail })
    }
  }

  #report(fault: PeerFault): void {
    this.#log.error('%s failed - %s', fault.source, printableError(fault.error))
    this.safeDispatchEvent('peer:fault', { detail: fault })
  }
}
