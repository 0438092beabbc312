import { ipOf } from '../ip.ts'
import type { Cancel } from '../clock.ts'
import type { Ip } from '../ip.ts'
import type { Origin } from '../options/admission-options.ts'
import type {
  PeerContext,
  PeerEvent,
  peerMachine,
  Priority,
  Reason,
  Side
} from '../../machines/index.ts'
import type { Connection, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Actor } from 'xstate'

/** The six words of a peer's life. */
export type PeerState =
  | 'discovered'
  | 'dialing'
  | 'connected'
  | 'handshaking'
  | 'authorized'
  | 'rejected'

/** The word with the detail the chart knows. */
export type PeerPath =
  | `discovered.${'idle' | 'queued' | 'coolingDown'}`
  | 'dialing'
  | `connected.${'unpromoted' | 'queued' | 'coolingDown' | 'promoting'}`
  | `handshaking.${'initiating' | 'yielding' | 'responding' | 'securing'}`
  | 'authorized'
  | `rejected.${'connected' | 'disconnected'}`
  | 'forgotten'

/** One step in a peer's life, as `explain()` shows it. Plain data. */
export interface PeerStep {
  /** Epoch milliseconds. */
  readonly at: number
  readonly from: PeerPath
  readonly to: PeerPath
  readonly event: PeerEvent['type']
  readonly reason?: Reason
  readonly by?: Side
  readonly detail?: string
}

/** Steps that are remembered of one peer; the oldest makes room. */
const HISTORY_LENGTH = 16

/** Where a peer is by its connection. */
export type Locate = (origin: Partial<Origin>) => Ip | undefined

const ownIpOf: Locate = ({ remoteAddr }) => remoteAddr && ipOf(remoteAddr)

const NO_CONNECTIONS: readonly Connection[] = Object.freeze([])
const NO_ADDRESSES: readonly Multiaddr[] = Object.freeze([])

/**
 * What this node holds of one peer: the actor with its state, and beside it the live objects that must
 * never enter a machine.
 */
export class TrackedPeer {
  readonly key: string
  readonly peerId: PeerId
  readonly actor: Actor<typeof peerMachine>
  path: PeerPath = 'discovered.idle'
  /** When the path was entered, in the clock's milliseconds. */
  since: number
  /** When the slot of its session was granted, in the clock's milliseconds; means nothing without one. */
  heldSince = -Infinity
  /** What `verify` returned (authorized -> left). */
  hello: unknown = undefined
  /** The connection over which both last agreed (handshake begun -> it closes, or another one takes over). */
  carrier: Connection | undefined = undefined
  /** When the application last said that it was useful, in the clock's milliseconds (authorized -> left). */
  usefulAt = -Infinity
  /** Where the callers of `connect()` say it is (connect -> verdict). */
  addresses: readonly Multiaddr[] = NO_ADDRESSES
  /** Where the secure channel leads that its chart hears of (told -> settled). */
  channelOrigin: Partial<Origin> | undefined = undefined
  /** Where the application says it is, among other places (enqueued -> forgotten). */
  named: readonly Multiaddr[] = NO_ADDRESSES
  /** The one deadline of the state (armDeadline -> clearDeadline | fired). */
  deadline: Cancel | undefined = undefined
  /** Open connections, the oldest first (connection:open -> connection:close). */
  connections: readonly Connection[] = NO_CONNECTIONS
  /** When the last of them opened, if the peer was left alone then, in the clock's milliseconds. */
  visitedAt = -Infinity
  /** When it last hung up on such a visit as soon as it began, in the clock's milliseconds. */
  hungUpAt = -Infinity
  #history: PeerStep[] | undefined = undefined
  readonly #ipOf: Locate

  constructor(
    peerId: PeerId,
    key: string,
    actor: Actor<typeof peerMachine>,
    now: number,
    locate: Locate = ownIpOf
  ) {
    this.#ipOf = locate
    this.peerId = peerId
    this.key = key
    this.actor = actor
    this.since = now
  }

  get context(): PeerContext {
    return this.actor.getSnapshot().context
  }

  get state(): PeerState {
    return wordOf(this.path)
  }

  get holdsSlot(): boolean {
    return this.actor.getSnapshot().hasTag('slot')
  }

  /** Is a verdict to be expected: is it queued, dialed or shaking hands? */
  get isPending(): boolean {
    return this.actor.getSnapshot().hasTag('pending')
  }

  /** How much it is wanted by the scheduler now; undefined while it does not wait for a slot. */
  get queuedAs(): Priority | undefined {
    return this.path.endsWith('.queued') ? this.context.priority : undefined
  }

  /** Where it is: in the channel it is judged in, or where its connection comes from or goes to. */
  get ip(): Ip | undefined {
    const origin = this.channelOrigin ?? this.carrier ?? this.connections.at(-1)
    return origin && this.#ipOf(origin)
  }

  get history(): readonly PeerStep[] {
    return this.#history ?? []
  }

  remember(step: PeerStep): void {
    this.#history ??= []
    this.#history.push(step)
    if (this.#history.length > HISTORY_LENGTH) this.#history.shift()
  }

  /** False if it was there already. */
  link(connection: Connection): boolean {
    if (this.connections.includes(connection)) return false
    this.connections = [...this.connections, connection]
    return true
  }

  /** The callers of `connect()` have their verdict. */
  forgetAddresses(): void {
    this.addresses = NO_ADDRESSES
  }

  /** False if it was not there. */
  unlink(connection: Connection): boolean {
    if (!this.connections.includes(connection)) return false
    const left = this.connections.filter((other) => other !== connection)
    this.connections = left.length === 0 ? NO_CONNECTIONS : left
    return true
  }
}

/** The word of a path; a forgotten peer was, to the last, only discovered. */
export function wordOf(path: PeerPath): PeerState {
  if (path === 'forgotten') return 'discovered'
  const dot = path.indexOf('.')
  return (dot === -1 ? path : path.slice(0, dot)) as PeerState
}

/** The path of a state value of the chart. */
export function pathOf(value: string | Record<string, unknown>): PeerPath {
  if (typeof value === 'string') return value as PeerPath
  const [word, detail] = Object.entries(value)[0] ?? ['forgotten', '']
  return `${word}.${String(detail)}` as PeerPath
}
