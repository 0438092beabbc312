import { CALLBACK, COUNT, FLAG, INTERVAL, LIMIT, RATE, readGroup } from '../option-checks.ts'
import type { Rules } from '../option-checks.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Whatever says where a peer is: a connection, or one that is still being made. */
export interface Origin {
  readonly remoteAddr: Multiaddr
}

/** Who gets in, how often and how many at once. */
export interface AdmissionInit {
  /**
   * Handshakes that may be under way at once, ours and the peers' together (go-ethereum's pending peers).
   *
   * @default 50
   */
  handshakes?: number | undefined

  /**
   * Handshakes that peers began which may be under way at once; the rest of `handshakes` is kept for our
   * own dials.
   *
   * @default 40
   */
  inboundHandshakes?: number | undefined

  /**
   * Handshakes of one IPv4 address, or one IPv6 /56, that may be under way at once.
   *
   * @default 4
   */
  handshakesPerIp?: number | undefined

  /**
   * Handshakes that one IPv4 address, or one IPv6 /56, may begin in a burst (go-libp2p's limit of
   * connections).
   *
   * @default 16
   */
  attemptBurst?: number | undefined

  /**
   * Handshakes that one IPv4 address, or one IPv6 /56, may begin in a second in the long run.
   *
   * @default 0.2
   */
  attemptsPerSecond?: number | undefined

  /**
   * Inbound peers with a slot of one IPv4 address.
   *
   * @default 4
   */
  peersPerIpv4?: number | undefined

  /**
   * Inbound peers with a slot of one IPv4 /24.
   *
   * @default 8
   */
  peersPerIpv4Subnet?: number | undefined

  /**
   * Inbound peers with a slot of one IPv6 /56, what one household or host has.
   *
   * @default 4
   */
  peersPerIpv6?: number | undefined

  /**
   * Inbound peers with a slot of one IPv6 /48.
   *
   * @default 16
   */
  peersPerIpv6Subnet?: number | undefined

  /**
   * Do private and loopback addresses count for the limits by address, too? A reverse proxy, or a test
   * network on one machine, makes all peers come from one.
   *
   * @default false
   */
  limitPrivate?: boolean | undefined

  /**
   * Where a connection really comes from, if somebody knows better than the connection: a reverse proxy
   * that we are behind, a test. With `undefined` for an answer its own address counts. Asked before its
   * peer is let in, whoever that is; must answer at once.
   */
  addressOf?: ((connection: Origin) => Multiaddr | undefined) | undefined

  /**
   * Connections of one peer that are kept; of more than these, the newest that carries nothing is closed.
   *
   * @default 2
   */
  connectionsPerPeer?: number | undefined

  /**
   * Inbound streams that an unpromoted connection may hold open without having named a protocol; with
   * more it is closed.
   *
   * @default 16
   */
  unnegotiatedStreams?: number | undefined

  /**
   * Connections of peers without a slot that are kept; of more, the oldest idle ones are closed, never
   * those that the DHT keeps alive.
   *
   * @default Infinity
   */
  maxUnpromoted?: number | undefined

  /**
   * Milliseconds after which a connection of a peer without a slot is closed if no stream was seen open on
   * it, unless the DHT keeps it alive. It is looked at four times in that time.
   *
   * @default Infinity
   */
  unpromotedIdle?: number | undefined
}

export type AdmissionOptions = {
  readonly [Name in Exclude<keyof AdmissionInit, 'addressOf'>]-?: Exclude<
    AdmissionInit[Name],
    undefined
  >
} & { readonly addressOf: AdmissionInit['addressOf'] }

export const ADMISSION_DEFAULTS: AdmissionOptions = Object.freeze({
  handshakes: 50,
  inboundHandshakes: 40,
  handshakesPerIp: 4,
  attemptBurst: 16,
  attemptsPerSecond: 0.2,
  peersPerIpv4: 4,
  peersPerIpv4Subnet: 8,
  peersPerIpv6: 4,
  peersPerIpv6Subnet: 16,
  limitPrivate: false,
  addressOf: undefined,
  connectionsPerPeer: 2,
  unnegotiatedStreams: 16,
  maxUnpromoted: Infinity,
  unpromotedIdle: Infinity
})

const RULES: Rules<AdmissionOptions> = {
  handshakes: LIMIT,
  inboundHandshakes: LIMIT,
  handshakesPerIp: LIMIT,
  attemptBurst: LIMIT,
  attemptsPerSecond: RATE,
  peersPerIpv4: LIMIT,
  peersPerIpv4Subnet: LIMIT,
  peersPerIpv6: LIMIT,
  peersPerIpv6Subnet: LIMIT,
  limitPrivate: FLAG,
  addressOf: CALLBACK,
  connectionsPerPeer: COUNT,
  unnegotiatedStreams: LIMIT,
  maxUnpromoted: LIMIT,
  unpromotedIdle: INTERVAL
}

/** @throws InvalidOptionsError with what was expected and what was given */
export const readAdmission = (init: AdmissionInit | undefined): AdmissionOptions =>
  readGroup('admission', init, ADMISSION_DEFAULTS, RULES)
