/** Unlike peers that must fail to answer our dials in a row, with nobody connected, before we think that it is us. */
export const OFFLINE_AFTER = 10

/** Milliseconds between two probes while the network seems gone. */
export const PROBE_INTERVAL = 10_000

/** Priority of our dials in libp2p's queue: above services (50), below the user's own `dial()` (75). */
export const DIAL_PRIORITY = 70

/**
 * The tag under which a peer's slot is known to libp2p's connection pruner. It must not begin with
 * `keep-alive`: libp2p would redial such a peer behind the scheduler's back.
 */
export const TAG = 'peer-lifecycle'

/** Tag value on the way to authorization; above what the DHT gives its closest peers (52 in all). */
export const CANDIDATE_TAG_VALUE = 60

/** Tag value of an authorized peer: the highest there is. */
export const AUTHORIZED_TAG_VALUE = 100

/** The tag that the DHT gives a peer when it enters the routing table, and takes when it leaves. */
export const DHT_TAG = 'kad-peer'
