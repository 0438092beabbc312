/**
 * What the page shows at one moment. All times are milliseconds since the epoch, by the clock of the node
 * that told them; `Infinity` is never.
 */
export interface Scene {
  /** Grows with every change. The scene itself stays the same object. */
  readonly version: number
  readonly nodes: readonly NodeNow[]
  /** The tracked peers of all nodes, by key. An entry never changes: compare by identity. */
  readonly peers: ReadonlyMap<string, PeerNow>
  /** How many peers are in each leaf of the chart, by path; all nodes together. A path without one is left out. */
  readonly counts: ReadonlyMap<string, number>
  /** The moment that is shown: the present while live, else the time of the last step before the cursor. */
  readonly now: number
}

/** A node that is looked at. */
export interface NodeNow {
  readonly index: number
  /** What its operator calls it. */
  readonly name: string
  /** Its id, as it is shown. */
  readonly peer: string
  /** The scheduler's mode; undefined as long as nothing was told of the node. */
  readonly mode: string | undefined
  /** Slots, limits and queue at the moment that is shown, as the node told them last; undefined if it did not. */
  readonly status: Status | undefined
  /** Has its service stopped? */
  readonly isEnded: boolean
  readonly counts: ReadonlyMap<string, number>
}

/** How a connection came to be: we asked for it with a slot, the remote opened it, or another component did. */
export type Opener = 'own' | 'inbound' | 'foreign'

export interface Connection {
  readonly id: string
  readonly opener: Opener
  /** Over a relay with a limit. */
  readonly isLimited: boolean
  readonly address?: string | undefined
  readonly openedAt: number
}

/**
 * Why a peer is here: it is static, it was queued (asked for or discovered), it came to us, the DHT or another
 * component opened a connection to it, or none of these.
 */
export type Source = 'static' | 'queue' | 'inbound' | 'foreign' | 'none'

/** A peer at one moment. Never changes. */
export interface PeerNow {
  /** Tells it from all others, those of other nodes too. */
  readonly key: string
  readonly node: number
  readonly peer: string
  /** Such as `connected.queued`. */
  readonly path: string
  /** The first word of the path. */
  readonly state: string
  /** Since when it is in that path. */
  readonly since: number
  /** Since when it has its slot; absent without one. */
  readonly heldSince?: number | undefined
  /** The session that holds, or last held, a slot; 0 before the first. */
  readonly session: number
  /** Whose wish its slot is; absent without one. */
  readonly direction?: 'inbound' | 'outbound' | undefined
  /** How much it is wanted now; absent if nobody wants it. */
  readonly priority?: string | undefined
  /** How much it is wanted when nobody waits for it. */
  readonly lasting?: string | undefined
  /** The last "no", while it has effect. */
  readonly reason?: string | undefined
  readonly by?: string | undefined
  readonly detail?: string | undefined
  /** End of the cool-down, `Infinity` if it has none; absent outside one. */
  readonly until?: number | undefined
  /** Failures in a row. */
  readonly failures: number
  /** When it was authorized last; absent if it never was. */
  readonly authorizedAt?: number | undefined
  readonly connections: readonly Connection[]
  readonly source: Source
}

/** The last thing that a node told of its slots, limits and queue. */
export interface Status {
  readonly at: number
  readonly mode: string
  readonly offlineSince?: number | undefined
  readonly maxPeers: number
  readonly slots: readonly {
    readonly peer: string
    readonly kind: string
    readonly session: number
  }[]
  readonly slotsByKind: Readonly<Record<string, number>>
  /** `limits.slots` holds those of the kinds of slots. */
  readonly limits: Readonly<Record<string, unknown>>
  /** Candidates by class. */
  readonly queued: Readonly<Record<string, number>>
  readonly tracked: number
  readonly banned: number
  readonly refusals: readonly RefusalTotal[]
  readonly gate: Readonly<Record<string, unknown>>
  /** The first of the queue, each with the word why not now; without one it would be dialed. */
  readonly next: readonly { readonly peer: string; readonly class: string; readonly why?: string }[]
}

/** How often a "no" was said in one way since the node was made. */
interface RefusalTotal {
  readonly door: string
  readonly direction: string
  readonly reason: string
  readonly by: string
  readonly count: number
}

/** One thing that a node told: a decision, a connection, a refusal. */
export interface Step {
  readonly kind: 'beginning' | 'move' | 'forgotten' | 'mode' | 'connection' | 'refusal'
  /** Its place in the story. */
  readonly index: number
  /** Its number in the node's recording; that of a beginning is the one of the step that follows. */
  readonly seq: number
  readonly node: number
  readonly at: number
  /** The peer, as it is shown, and its key; absent for a mode and a beginning. */
  readonly peer?: string | undefined
  readonly key?: string | undefined
  readonly event?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** The edge of the chart that was taken, as it is named in the picture: `<from> <event> <to>`. */
  readonly edge?: string | undefined
  readonly reason?: string | undefined
  readonly by?: string | undefined
  readonly detail?: string | undefined
  readonly door?: string | undefined
  readonly direction?: string | undefined
  /** Of a connection: was it opened or closed, and by whom was it opened? */
  readonly what?: 'opened' | 'closed' | undefined
  readonly opener?: Opener | undefined
  /** How many others were left out before it, because there were too many: refusals before a refusal, steps before a beginning. */
  readonly omitted?: number | undefined
  /** What the event carried, as it is written. */
  readonly with?: Readonly<Record<string, unknown>> | undefined
}
