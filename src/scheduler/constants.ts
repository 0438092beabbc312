/** Milliseconds between two probes while the network seems gone. */
export const PROBE_INTERVAL = 10_000

/** Priority of our dials in libp2p's queue: above services (50), below the user's own `dial()` (75). */
export const DIAL_PRIORITY = 70

/**
 * The tag under which a peer's slot is known to libp2p's connection pruner. It must not begin with
 * `keep-alive`: libp2p would redial such a peer behind the scheduler's back.
 */
export const TAG = 'peer-lifecycle'

/**
 * The tag's value from the grant of the slot to its release: the highest there is, above what the DHT
 * gives its closest peers (52 in all). One value for all that time, since every write to the peer store
 * costs as much as a whole handshake's frames.
 */
export const TAG_VALUE = 100

/** The tag that the DHT gives a peer when it enters the routing table, and takes when it leaves. */
export const DHT_TAG = 'kad-peer'
