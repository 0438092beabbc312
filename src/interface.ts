import type { AdmissionCounts } from './admission/admission.ts'
import type { ConnectionCounts } from './connections.ts'
import type { AuthorizedPeer, PeerLifecycleEvents } from './events.ts'
import type { GateCounts } from './gate/gate.ts'
import type { InspectInit, Inspector } from './inspector/inspector.ts'
import type { PeerTarget } from './options.ts'
import type { PeerExplanation } from './peers/explanation.ts'
import type { PeerView } from './peers/peer-view.ts'
import type { PeerState } from './peers/tracked-peer.ts'
import type { RefusalCount } from './refusals.ts'
import type {
  DialClass,
  PeerEvent,
  Priority,
  SchedulerMode,
  Slot,
  SlotKind,
  SlotPool,
  WireReason
} from '../machines/index.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { TypedEventTarget } from 'main-event'

/** How many there can be at most. `Infinity` stands for "no limit". */
export interface StatusLimits {
  /** Slots by whose room they take: `discovered` and `inbound` are shares of the `ordinary` ones. */
  readonly slots: Readonly<Record<SlotLimit, number>>
  readonly tracked: number
  readonly bans: number
  readonly heldStreams: number
  /** Handshakes under way, and those of them that peers began. */
  readonly handshakes: number
  readonly inboundHandshakes: number
  /** Dials in flight, and how many may begin in a second. */
  readonly parallelDials: number
  readonly dialsPerSecond: number
}

/** A limit of slots. */
export type SlotLimit = SlotPool | 'discovered' | 'inbound'

/** Does the memory work? */
export interface MemoryStatus {
  /** Did the datastore fail when it was last read or written? */
  readonly isFailing: boolean
  /** Epoch milliseconds of the last batch that was written; absent before the first. */
  readonly writtenAt?: number
}

/** The whole node at a glance. Plain data. */
export interface PeerLifecycleStatus {
  readonly mode: SchedulerMode
  /** Epoch milliseconds since when the network seems gone; absent if it does not. */
  readonly offlineSince?: number
  readonly maxPeers: number
  /** The slots that are held, and by whom. */
  readonly slots: readonly Slot[]
  readonly slotsByKind: Readonly<Record<SlotKind, number>>
  readonly limits: StatusLimits
  /** Candidates that wait for a slot, by class. */
  readonly queued: Readonly<Record<DialClass, number>>
  /** Tracked peers, by state. */
  readonly peers: Readonly<Record<PeerState, number>>
  readonly tracked: number
  /** Open connections, by what their peer may do: `pending` ones are shaking hands. */
  readonly connections: Readonly<Record<'authorized' | 'pending' | 'unpromoted', number>>
  /** Connections that we have closed because there were too many. */
  readonly closed: Readonly<ConnectionCounts>
  readonly banned: number
  /** IP addresses that are banned, because many peers from there are. */
  readonly bannedIps: number
  /** How often each "no" was said since the node was made, and at which door. */
  readonly refusals: readonly RefusalCount[]
  readonly gate: Readonly<GateCounts>
  /** Handshakes under way, and hosts whose attempts are counted. */
  readonly admission: AdmissionCounts
  readonly memory: MemoryStatus
  /** Events that changed nothing, by name: stale answers, and what upstream sends out of order. */
  readonly ignored: Readonly<Partial<Record<PeerEvent['type'], number>>>
}

/** What applications use: `node.services.peers`. */
export interface PeerLifecycle<Hello = unknown> extends TypedEventTarget<
  PeerLifecycleEvents<Hello>
> {
  /**
   * Makes the peer an authorized one: dials it if need be, shakes hands, and resolves when both sides
   * have accepted. Several callers share one attempt. It is one attempt: for a peer that shall be
   * reached sooner or later use `enqueue`. A cool-down after an ordinary failure is overridden, one
   * after a refusal is not. A peer that is being left is waited for: the connection is a new one.
   *
   * @param options.signal - Aborts the wait and, if nobody else waits, the attempt
   * @throws PeerRejectedError with the word why not, who said it, and when to try again. Before anything
   * is tried: `self`, `banned`, `too-many-peers` (by us: no free slot), `stopped`, `aborted` (the signal).
   * On the way: `no-address`, `dial-failed`, `connection-closed` (a peer that refuses the connection is
   * either, depending on whose end was done first), `unsupported-protocol` (a stranger to this library),
   * `timeout`. Else the word of the verdict, ours or the peer's
   * @throws InvalidPeerError if `peer` is no peer id and no address that ends in one
   */
  connect(peer: PeerTarget, options?: AbortOptions): Promise<AuthorizedPeer<Hello>>

  /**
   * Says goodbye and closes the connection. The peer is not dialed, nor let in, for a minute, or as long
   * as the option `dispositions` has it for the word, and never before the connection is gone; of a peer
   * that was refused already the verdict stands, with its own cool-down. Resolves when it is closed, or
   * was aborted because it did not close within three seconds.
   *
   * @param options.reason - The word the peer is told. Default: `requested`
   */
  disconnect(peer: PeerTarget, options?: { reason?: WireReason | undefined }): Promise<void>

  /**
   * Asks the scheduler for the peer, without waiting: it is dialed as soon as there is a slot, and again
   * after failures. A static peer is remembered in the datastore, and is one after a restart as well.
   *
   * @param options.priority - Default: `requested`
   * @returns False if the peer cannot be tracked: ourselves, or no room
   */
  enqueue(peer: PeerTarget, options?: { priority?: Priority | undefined }): boolean

  /** Do application streams pass between us and this peer? */
  isAuthorized(peer: PeerTarget): boolean

  /** What is known of the peer; undefined if it is not tracked. */
  getPeer(peer: PeerTarget): PeerView<Hello> | undefined

  /** All tracked peers, or those in one state. */
  getPeers(filter?: { state?: PeerState | undefined }): PeerView<Hello>[]

  /**
   * Bans the peer: goodbye, connections closed, refused at every door until the ban is over. A ban
   * replaces an earlier one, also one that another node has set in a shared memory.
   *
   * An IP address at which five peers are banned, by us or for what they did, is refused for an hour itself:
   * inbound connections of strangers, never peers that are authorized, static or trusted. Private and
   * loopback addresses are exempt unless `admission.limitPrivate` is set.
   *
   * @param options.duration - Milliseconds; Infinity for ever. Default: 48 hours
   * @param options.ip - Does the ban count against the IP address that the peer is connected from? Not, for
   * example, if you know that many share it. Default: true
   * @throws InvalidOptionsError that says what was expected and what was given
   */
  ban(peer: PeerTarget, options?: { duration?: number | undefined; ip?: boolean | undefined }): void

  /** Lifts a ban. False if there was none. */
  unban(peer: PeerTarget): boolean

  /**
   * The peer did something that is of use: it sent a new block, say, or answered a hard question. With
   * `policies.evictInbound` the inbound peers that were useful last are protected. Do not call it for what
   * an attacker gets for nothing, such as a connection that is up or a message that is well-formed.
   *
   * @returns False if the peer is not authorized
   */
  noteUseful(peer: PeerTarget): boolean

  /**
   * Trusts the peer from now on: it gets a slot of its own beside `maxPeers` whenever it comes, however
   * full we are, goes past the limits of admission, and is never evicted. To be dialed, too, it has to be
   * asked for with `enqueue()`. It lasts until `untrust()` or the end of the process.
   *
   * @throws TooManyTrustedPeersError if 16 are trusted already; one that is trusted no more counts until it
   * has left, if it could not take an ordinary slot
   * @throws InvalidPeerError if `peer` is this node itself, no peer id and no address that ends in one
   */
  trust(peer: PeerTarget): void

  /**
   * Trusts the peer no more. It is not sent away: its slot becomes an ordinary one if there is room, and
   * else stays beside the others until it leaves. False if it was not trusted.
   */
  untrust(peer: PeerTarget): boolean

  /** Why the peer is where it is: why not dialed, why not authorized, since when, what next. */
  explain(peer: PeerTarget): PeerExplanation

  /**
   * Sends the application's hello of now to one or all authorized peers, at most once in ten seconds
   * each. A peer that refuses it is deauthorized. Resolves when every peer has answered.
   */
  refresh(peer?: PeerTarget): Promise<void>

  /**
   * What the flight recorder has kept: the state of every peer, and each decision since with its cause, each
   * connection and each refusal, as lines of JSON, each with its end. It is taken now and written line by line as it is read, so that
   * `await writeFile('peers.jsonl', peers.recording())` keeps nothing twice. `replayRecording()` of
   * `libp2p-peer-lifecycle/inspector` runs it through the charts again.
   *
   * @throws NotRecordingError if the option `recorder` has no lines
   * @throws InvalidOptionsError, while it is read, if `recorder.redact` gives something that is no text
   */
  recording(): Iterable<string>

  /**
   * Serves a page on which this node is watched in a browser: every peer in its chart, live, why it is there,
   * who holds the slots, who is next. It is read-only, comes from this package alone, and is there for
   * 127.0.0.1 and for who has the token in `url`. With nobody looking it costs nothing. It is closed with
   * `close()`, or when the node stops. Of several nodes on one page: `inspectNodes()` of
   * `libp2p-peer-lifecycle/inspector`. What is shown is as redacted as recordings are, by `recorder.redact`.
   *
   * @throws InvalidOptionsError that says what was expected and what was given
   * @throws InspectorError if the port is taken, or this is no Node.js
   */
  inspect(init?: InspectInit): Promise<Inspector>

  /** The whole node at a glance. */
  status(): PeerLifecycleStatus
}
