/** The format of recordings that is written, and the only one that is read. */
export const FORMAT = 1

/** Characters of a line at the most. */
export const LONGEST_LINE = 65_536

/** Characters of a connection's id and of its address at the most: no line of a peer becomes too long. */
export const LONGEST_ID = 64
export const LONGEST_ADDRESS = 128

/** Open connections that a recording may tell of at the same time: more than any node has. */
export const MOST_CONNECTIONS = 100_000

/** Peers that a recording may tell of at the same time: more than any node tracks. */
export const MOST_PEERS = 100_000
