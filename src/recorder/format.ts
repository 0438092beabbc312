/** The format of recordings that is written, and the only one that is read. */
export const FORMAT = 1

/** Characters of a line at the most. */
export const LONGEST_LINE = 65_536

/** Peers that a recording may tell of at the same time: more than any node tracks. */
export const MOST_PEERS = 100_000
