import { FLAG, INTERVAL, LIMIT, readGroup, WHOLE } from '../option-checks.ts'
import type { Rules } from '../option-checks.ts'

/** Policies of other networks, each off until it is switched on. */
export interface PolicyInit {
  /**
   * Slots beside `maxPeers` in which a static or requested peer is dialed although every slot is taken.
   * The inbound peer that will make room, the last one that came, is chosen before the dial and evicted
   * when the new one is authorized. At most `maxPeers` (Tendermint's upgrade slots; it has 4).
   *
   * @default 0
   */
  upgradeSlots?: number | undefined

  /**
   * Milliseconds, give or take 40 %, after which one peer at random makes room so that the network mixes:
   * of the discovered or the inbound peers, if they fill their share. Nobody within the first 10 minutes
   * (go-ethereum's dropper; it has 5 minutes).
   *
   * @default Infinity
   */
  churnInterval?: number | undefined

  /**
   * Milliseconds between two feelers on average: while there is no slot for it, a candidate that nobody has
   * reached yet is dialed only to see whether it is there, and left again (Bitcoin Core; it has 2 minutes).
   *
   * @default Infinity
   */
  feelerInterval?: number | undefined

  /**
   * Outbound peers, those that stayed the longest, each of another network group, that are remembered over
   * a restart and dialed first, against being surrounded by strangers. At most `maxPeers` (Bitcoin Core; it
   * has 2).
   *
   * @default 0
   */
  anchors?: number | undefined

  /**
   * Discovered peers with a slot of one network group, an IPv4 /16 or an IPv6 /32 (Bitcoin Core; it
   * has 1). Private and loopback addresses, names and relays are in no group.
   *
   * @default Infinity
   */
  outboundPerGroup?: number | undefined

  /**
   * May an inbound newcomer take the place of another inbound peer when the inbound share is full? Whose it
   * takes is chosen by what an attacker cannot have all at once: those that have been here for long, are
   * quick, were useful (`noteUseful()`) or come from network groups that a secret key prefers are protected;
   * of the rest the youngest of the largest group leaves (Bitcoin Core's eviction).
   *
   * @default false
   */
  evictInbound?: boolean | undefined
}

export type PolicyOptions = {
  readonly [Name in keyof PolicyInit]-?: Exclude<PolicyInit[Name], undefined>
}

export const POLICY_DEFAULTS: PolicyOptions = Object.freeze({
  upgradeSlots: 0,
  churnInterval: Infinity,
  feelerInterval: Infinity,
  anchors: 0,
  outboundPerGroup: Infinity,
  evictInbound: false
})

const RULES: Rules<PolicyOptions> = {
  upgradeSlots: WHOLE,
  churnInterval: INTERVAL,
  feelerInterval: INTERVAL,
  anchors: WHOLE,
  outboundPerGroup: LIMIT,
  evictInbound: FLAG
}

/** @throws InvalidOptionsError with what was expected and what was given */
export const readPolicies = (init: PolicyInit | undefined): PolicyOptions =>
  readGroup('policies', init, POLICY_DEFAULTS, RULES)
