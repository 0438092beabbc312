/** Milliseconds that reading everything may take before the node starts without. */
export const LOAD_TIMEOUT = 3_000

/** Milliseconds that one batch, or one look at the shared bans, may take. */
export const WRITE_TIMEOUT = 10_000

/** Milliseconds that the last batch may take when the node stops: the second that stopping has. */
export const STOP_TIMEOUT = 1_000

/** The longest wait between two attempts to reach a datastore that does not work: five minutes. */
export const RETRY_CAP = 5 * 60_000

/**
 * Operations without an answer after which the datastore is only asked whether it is there, with a
 * question that holds on to nothing: one that never answers must not grow with our attempts.
 */
export const MAX_UNANSWERED = 3

/** Records looked at in one reading, whatever the limits of the tables say. */
export const MAX_LOOKED_AT = 100_000

/**
 * Milliseconds that a lifted ban is remembered: as long as a ban lasts by default, so that an older ban
 * that arrives late, from a node that could not write it, finds that it was lifted.
 */
export const LIFTED_FOR = 48 * 3_600_000

/** Milliseconds after its end at which a record is removed; nodes' wall clocks differ. */
export const REMOVED_AFTER = 3_600_000

/** Milliseconds that a peer which was good is remembered: Bitcoin Core's addrman gives up after 30 days. */
export const GOOD_FOR = 30 * 24 * 3_600_000

/** Good peers that are remembered beside those that are tracked: Tendermint's address book has 260. */
export const MAX_GOOD = 260
