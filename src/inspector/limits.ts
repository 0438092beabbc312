/** Streams that are open at once: who comes later is told to wait. */
export const MOST_VIEWERS = 8

/** Sockets that are open at once; a further one is closed before it has said a word. */
export const MOST_SOCKETS = 64

/** Bytes of a request's head, and characters of its URL. */
export const LONGEST_HEAD = 8_192
export const LONGEST_URL = 1_024

/** Milliseconds in which a request has to be there, and in which a socket without one is closed. */
export const REQUEST_TIMEOUT = 5_000

/** Milliseconds between two looks at what has happened: what a viewer sees is at most that old. */
export const BEAT = 50

/** Milliseconds after which a status that has changed is told. */
export const STATUS_INTERVAL = 1_000

/** Milliseconds after which a silent stream says that it still is there. */
export const COMMENT_INTERVAL = 15_000

/** Milliseconds after which a viewer that takes nothing of what waits for it is dropped. */
export const STALL = 10_000

/** Bytes of a beginning that are written at once, and that may wait in a viewer's socket. */
export const SLICE = 262_144

/** Bytes of what happens that a viewer is sent in a second, in the long run and at once. */
export const BUDGET = { perSecond: 1_048_576, burst: 1_048_576 }

/** Bytes that may wait for a viewer on our side. */
export const MOST_WAITING = 4_194_304

/** Entries that are kept between two looks; of a flood, the rest is counted. */
export const MOST_PENDING = 10_000

/** Milliseconds that closing waits for viewers to take the last words. */
export const CLOSE_TIMEOUT = 500
