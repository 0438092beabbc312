import { ADMISSION_DEFAULTS } from './options/admission-options.ts'
import { DISPOSITIONS } from '../machines/index.ts'
import { DIALING_DEFAULTS } from './options/dialing-options.ts'
import { MEMORY_DEFAULTS } from './options/memory-options.ts'
import { POLICY_DEFAULTS } from './options/policy-options.ts'
import { RECORDER_DEFAULTS } from './options/recorder-options.ts'
import type { AdmissionInit, AdmissionOptions } from './options/admission-options.ts'
import type { Clock } from './clock.ts'
import type { DialingInit, DialingOptions } from './options/dialing-options.ts'
import type { DispositionsInit } from './options/disposition-options.ts'
import type { DispositionTable } from '../machines/index.ts'
import type { Handshake } from './handshake/handshake.ts'
import type { MemoryInit, MemoryOptions } from './options/memory-options.ts'
import type { PolicyInit, PolicyOptions } from './options/policy-options.ts'
import type { InspectionObserver } from './onlooker.ts'
import type { RecorderInit, RecorderOptions } from './options/recorder-options.ts'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * A peer as users name it: its id, or an address that ends in `/p2p/<peer id>`, as object or text; or
 * several addresses of one peer, as `node.getMultiaddrs()` gives them.
 */
export type PeerTarget = PeerId | Multiaddr | string | readonly (Multiaddr | string)[]

export interface PeerLifecycleInit<Hello = unknown> {
  /**
   * What the protocol id of the handshake begins with: `/mychain` makes
   * `/mychain/peer-lifecycle/1.0.0`. Peers with another prefix are strangers.
   */
  protocolPrefix: string

  /** The application's handshake: what is said, and what is accepted. */
  handshake: Handshake<Hello>

  /**
   * Slots: peers that are authorized or on the way there. Never exceeded. go-ethereum has 50.
   *
   * @default 50
   */
  maxPeers?: number | undefined

  /**
   * The share of the slots that candidates found by discovery may fill, 0 to 1; inbound peers get at
   * most the rest, so that in a network of full nodes a newcomer still finds room (go-ethereum's rule).
   * Peers the application asked for may take any free slot. With 0 nobody is dialed unasked.
   *
   * @default 1/3
   */
  outboundShare?: number | undefined

  /**
   * Protocols that need no authorization, in addition to the built-in list (identify, ping, the DHT's
   * default ids, relay, hole punching, reachability). Exact protocol ids; name your DHT's here.
   *
   * @default []
   */
  openProtocols?: readonly string[] | undefined

  /**
   * Peers that are always wanted: dialed first, retried for ever with a back-off of at most 5 minutes.
   *
   * @default []
   */
  staticPeers?: readonly PeerTarget[] | undefined

  /**
   * Slots beside `maxPeers` that only static peers take. Those that find none left take ordinary ones.
   *
   * @default 0
   */
  reservedSlots?: number | undefined

  /**
   * Peers that get a slot of their own beside `maxPeers` whenever they come, however full we are, and are
   * never evicted. At most 16, for they are known by their peer ids alone. To be dialed, too, a peer has
   * to be in `staticPeers` as well.
   *
   * @default []
   */
  trustedPeers?: readonly PeerTarget[] | undefined

  /**
   * Only static and trusted peers get a slot, in either direction; everybody else hears `not-allowed`.
   *
   * @default false
   */
  reservedOnly?: boolean | undefined

  /** Who gets in: limits by number, address and time. */
  admission?: AdmissionInit | undefined

  /** Whom we dial, how many and how fast. */
  dialing?: DialingInit | undefined

  /**
   * What follows from a "no", where it is to be something else than the table says: by who said it
   * (`local`, `remote`) and by its word. What bans is only what this node has seen itself and can pin on
   * the peer, and a ban is longer than what follows from any lesser word.
   */
  dispositions?: DispositionsInit | undefined

  /** What is remembered across restarts. */
  memory?: MemoryInit | undefined

  /** Policies that are off unless they are switched on. */
  policies?: PolicyInit | undefined

  /** The flight recorder, which is off unless it is given lines. */
  recorder?: RecorderInit | undefined

  /**
   * Is handed what xstate tells of the charts of all peers and of the scheduler: a function, or an observer
   * such as `inspector.inspect` of `@statelyai/inspect`. The events are copies, plain data, with peer ids and
   * details in them. What it throws is a `peer:fault`. For development: it is told more than is recorded.
   */
  inspect?: InspectionObserver | undefined

  /**
   * Dials that may be in flight at once. Keep it at or below libp2p's `maxParallelDials` (100), so that
   * no dial waits in libp2p's queue while its deadline runs.
   *
   * @default 16
   */
  parallelDials?: number | undefined

  /**
   * Deadline of one dial in milliseconds, all addresses together.
   *
   * @default 10_000
   */
  dialTimeout?: number | undefined

  /**
   * Deadline of the whole handshake in milliseconds, from the opening of its stream; no byte extends it.
   * Less than 10,000, the time after which common peers give up on an inbound connection themselves.
   *
   * @default 5_000
   */
  handshakeTimeout?: number | undefined

  /**
   * Deadline of each call of `hello`, `verify`, `prove` and `verifyProof` in milliseconds, inside the
   * handshake's.
   *
   * @default 3_000
   */
  verifyTimeout?: number | undefined

  /**
   * Calls of `prove` and `verifyProof` that may run at once, all handshakes together: what signs and
   * checks signatures is what a crowd of strangers would keep a node busy with. The rest waits in order,
   * inside its handshake's deadline.
   *
   * @default 4
   */
  parallelProofs?: number | undefined

  /**
   * Milliseconds between two refreshes: every authorized peer is sent the hello of now and judges it, as
   * `refresh()` does. At least 10,000, for the protocol allows no more than one in that time.
   *
   * @default Infinity
   */
  refreshInterval?: number | undefined

  /**
   * Deadline of one `connect()` in milliseconds, the wait for a free dial included.
   *
   * @default 30_000
   */
  connectTimeout?: number | undefined

  /**
   * Peers that are remembered at once, with whatever is known of them. A newcomer replaces the one that
   * matters least, never one with a slot or a connection.
   *
   * @default 1_000
   */
  maxTracked?: number | undefined

  /**
   * Bans that are remembered at once; the one that would end first makes room.
   *
   * @default 1_000
   */
  maxBans?: number | undefined

  /**
   * Inbound streams of one peer that are held while its handshake is under way.
   *
   * @default 4
   */
  maxHeldStreamsPerPeer?: number | undefined

  /**
   * Inbound streams of all peers that are held while handshakes are under way.
   *
   * @default 256
   */
  maxHeldStreams?: number | undefined

  /**
   * Run handshakes over limited (relayed) connections, too, and dial the relayed addresses of candidates.
   *
   * @default false
   */
  allowRelayed?: boolean | undefined

  /** The source of time; for tests. */
  clock?: Clock | undefined

  /**
   * The source of luck: a number in [0, 1), for jitter and for choices among equals; for tests.
   *
   * @default Math.random
   */
  random?: (() => number) | undefined
}

/** Options that are groups of options. */
interface OptionGroups {
  readonly admission: AdmissionOptions
  readonly dialing: DialingOptions
  readonly dispositions: DispositionTable
  readonly memory: MemoryOptions
  readonly policies: PolicyOptions
  readonly recorder: RecorderOptions
}

/** The options that need not be given. */
type OptionsWithDefault = {
  readonly [
    Name in Exclude<
      keyof PeerLifecycleInit,
      'protocolPrefix' | 'handshake' | 'inspect' | 'clock' | 'random' | keyof OptionGroups
    >
  ]-?: Exclude<PeerLifecycleInit[Name], undefined>
} & OptionGroups

/** The value of every option that was not given. */
export const DEFAULT_OPTIONS: Readonly<OptionsWithDefault> = Object.freeze({
  maxPeers: 50,
  outboundShare: 1 / 3,
  openProtocols: Object.freeze([]),
  staticPeers: Object.freeze([]),
  reservedSlots: 0,
  trustedPeers: Object.freeze([]),
  reservedOnly: false,
  admission: ADMISSION_DEFAULTS,
  dialing: DIALING_DEFAULTS,
  dispositions: DISPOSITIONS,
  memory: MEMORY_DEFAULTS,
  policies: POLICY_DEFAULTS,
  recorder: RECORDER_DEFAULTS,
  parallelDials: 16,
  dialTimeout: 10_000,
  handshakeTimeout: 5_000,
  verifyTimeout: 3_000,
  parallelProofs: 4,
  refreshInterval: Infinity,
  connectTimeout: 30_000,
  maxTracked: 1_000,
  maxBans: 1_000,
  maxHeldStreamsPerPeer: 4,
  maxHeldStreams: 256,
  allowRelayed: false
})

/** The options with nothing left open. */
export type PeerLifecycleOptions<Hello = unknown> = OptionsWithDefault & {
  readonly protocolPrefix: string
  readonly handshake: Handshake<Hello>
  readonly inspect: InspectionObserver | undefined
  readonly clock: Clock | undefined
  readonly random: (() => number) | undefined
}
