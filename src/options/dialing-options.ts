import {
  CALLBACK,
  COUNT,
  INTERVAL,
  LIMIT,
  oneOf,
  RATE,
  readGroup,
  SHARE
} from '../option-checks.ts'
import type { Rules } from '../option-checks.ts'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** What is known of a peer that might be dialed. */
export interface Candidate {
  readonly peerId: PeerId
  /** Where it may be reached, after the address rules. */
  readonly addresses: readonly Multiaddr[]
  /** Protocols it is known to speak; empty if nobody has asked it yet. */
  readonly protocols: readonly string[]
  /** What the peer store has of it. Foreign bytes: check before use. */
  readonly metadata: ReadonlyMap<string, Uint8Array>
}

/** Whom we dial, how many at once and how fast. */
export interface DialingInit {
  /**
   * Dials that may begin in a second in the long run, so that after an outage that everybody shared
   * nothing storms.
   *
   * @default 8
   */
  dialsPerSecond?: number | undefined

  /**
   * Dials that may begin at once after a quiet time. No second sees more than these and `dialsPerSecond`.
   *
   * @default 16
   */
  dialBurst?: number | undefined

  /**
   * Addresses of one peer that are tried in one dial, the best first.
   *
   * @default 8
   */
  addressesPerPeer?: number | undefined

  /**
   * Are private and loopback addresses dialed that the application did not name itself? `auto`: unless we
   * are ourselves known at a public one (go-ethereum's rule: a LAN address counts among LAN hosts).
   * Unspecified, link-local, multicast and our own addresses never are.
   *
   * @default "auto"
   */
  privateAddresses?: 'auto' | 'always' | 'never' | undefined

  /**
   * The share of `maxTracked` that candidates of one source of discovery may fill while they wait, so that
   * none can crowd out the others. Of what a source finds beyond it a fair sample is kept.
   *
   * @default 0.5
   */
  sourceShare?: number | undefined

  /**
   * Milliseconds between two walks through the DHT. It is asked for random peers only while slots are
   * missing and no candidate waits; a walk that finds nobody new doubles the pause, up to 5 minutes.
   *
   * @default 5_000
   */
  queryInterval?: number | undefined

  /**
   * Looks at a discovered candidate before it is dialed, or adopted over a connection that is there; with
   * false it is not, for an hour. It must answer at once: what throws or returns anything but true and
   * false is a no, and a `peer:fault`.
   */
  filter?: ((candidate: Candidate) => boolean) | undefined
}

export type DialingOptions = {
  readonly [Name in Exclude<keyof DialingInit, 'filter'>]-?: Exclude<DialingInit[Name], undefined>
} & { readonly filter: DialingInit['filter'] }

export const DIALING_DEFAULTS: DialingOptions = Object.freeze({
  dialsPerSecond: 8,
  dialBurst: 16,
  addressesPerPeer: 8,
  privateAddresses: 'auto',
  sourceShare: 0.5,
  queryInterval: 5_000,
  filter: undefined
})

const RULES: Rules<DialingOptions> = {
  dialsPerSecond: RATE,
  dialBurst: LIMIT,
  addressesPerPeer: COUNT,
  privateAddresses: oneOf('auto', 'always', 'never'),
  sourceShare: SHARE,
  queryInterval: INTERVAL,
  filter: CALLBACK
}

/** @throws InvalidOptionsError with what was expected and what was given */
export const readDialing = (init: DialingInit | undefined): DialingOptions =>
  readGroup('dialing', init, DIALING_DEFAULTS, RULES)
