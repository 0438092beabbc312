import type { Clock } from '../clock.ts'
import { RefusalBudget } from './refusal-budget.ts'
import type {
  Entry,
  Farewell,
  RecordedPeer,
  Recording,
  RecordedConnection,
  RecordedRefusal
} from './entry.ts'
import type { PeerContext, PeerEvent, SchedulerEvent, SchedulerMode } from '../../machines/index.ts'

export interface RecorderInit {
  readonly clock: Pick<Clock, 'now'>
  /** Entries that are kept at the most; 0 if none are. */
  readonly lines: number
}

/** The rest of the house, as the recorder sees it. */
export interface RecorderPorts {
  /** Every tracked peer as it is now. */
  peers(): Iterable<RecordedPeer>
  /** The scheduler's mode now. */
  mode(): SchedulerMode
  /** Somebody who follows has failed. */
  onFault(error: unknown): void
}

/** Is told of every decision as it is made. */
export type Follower = (entry: Entry) => void

/** The state of all things at one moment, and what was decided since. */
interface Reel extends Omit<Recording, 'entries'> {
  readonly entries: Entry[]
  /** How many of them are refusals. */
  refusals: number
}

/** The share of the entries that are kept which refusals may fill before they are written sparingly. */
const REFUSAL_SHARE = 1 / 4

/**
 * The flight recorder: keeps the last decisions and their causes, each as a reference to what the charts
 * have made anyway, so that little is done while a node works. What is kept can be replayed from its first
 * line on: it lies on two reels, each of which begins with the state of all peers, and when the second one
 * is full the first is thrown away.
 *
 * It tells whoever follows of the same decisions, also if it keeps none. As long as nobody does, and it
 * keeps none, it does nothing.
 */
export class Recorder {
  readonly #init: RecorderInit
  readonly #ports: RecorderPorts
  /** The number of the next entry. */
  #seq = 0
  #past: Reel | undefined = undefined
  #reel: Reel = { seq: 0, mode: 'stopped', peers: [], entries: [], refusals: 0 }
  readonly #budget = new RefusalBudget()
  /** Who follows (follow -> its end). */
  #followers: readonly Follower[] = []
  /** Is there anybody to make entries for? */
  #isOn: boolean

  constructor(init: RecorderInit, ports: RecorderPorts) {
    this.#init = init
    this.#ports = ports
    this.#isOn = init.lines > 0
  }

  /** A peer's chart has taken an event. The contexts are kept as they are: charts never change one. */
  moved(
    { key, path, context }: Pick<RecordedPeer, 'key' | 'path' | 'context'>,
    event: PeerEvent,
    from: string,
    before: PeerContext
  ): void {
    if (!this.#isOn) return
    // one plain literal, here and below: this is done for every event of every peer
    this.#keep({
      type: 'move',
      seq: this.#seq++,
      at: this.#init.clock.now(),
      peer: key,
      event,
      from,
      to: path,
      before,
      after: context
    })
  }

  /** A peer is tracked no more. */
  forgotten(peer: string, from: string, reason: Farewell): void {
    if (this.#isOn) this.#keep({ type: 'forgotten', ...this.#moment(), peer, from, reason })
  }

  /** The scheduler's chart has taken an event. */
  modeChanged(event: SchedulerEvent['type'], from: SchedulerMode, to: SchedulerMode): void {
    if (this.#isOn) this.#keep({ type: 'mode', ...this.#moment(), event, from, to })
  }

  /** Is there anybody to tell? Then what is told has to be made. */
  get isOn(): boolean {
    return this.#isOn
  }

  /** A connection of a tracked peer has opened or closed. Only while {@link isOn}. */
  linked(peer: string, what: 'opened' | 'closed', connection: RecordedConnection): void {
    this.#keep({
      type: 'connection',
      seq: this.#seq++,
      at: this.#init.clock.now(),
      peer,
      what,
      connection
    })
  }

  /** A "no" was noted. Of too many some are left out, and counted. */
  refused({ peer, door, direction, reason, by, detail }: RecordedRefusal): void {
    if (!this.#isOn) return
    const { lines } = this.#init
    const isCrowded = lines > 0 && this.#reel.refusals >= (lines / 2) * REFUSAL_SHARE
    const omitted = this.#budget.take(this.#init.clock.now(), isCrowded)
    if (omitted === undefined) return
    this.#reel.refusals++
    this.#keep({
      type: 'refusal',
      seq: this.#seq++,
      at: this.#init.clock.now(),
      peer,
      door,
      direction,
      reason,
      by,
      ...(detail !== undefined && { detail }),
      omitted
    })
  }

  /** Tells the follower of every entry from now on, until the returned function is called. */
  follow(follower: Follower): () => void {
    // somebody may follow twice
    const own: Follower = (entry) => follower(entry)
    this.#setFollowers([...this.#followers, own])
    return () => this.#setFollowers(this.#followers.filter((other) => other !== own))
  }

  /** What is kept by now; of a recorder that keeps nothing, how all is now. */
  get recording(): Recording {
    if (this.#init.lines === 0) return this.present
    const { seq, mode, peers } = this.#past ?? this.#reel
    return { seq, mode, peers, entries: [...(this.#past?.entries ?? []), ...this.#reel.entries] }
  }

  /** How all is now, before the next entry. */
  get present(): Recording {
    return this.#newReel()
  }

  #moment(): { seq: number; at: number } {
    return { seq: this.#seq++, at: this.#init.clock.now() }
  }

  #keep(entry: Entry): void {
    const { lines } = this.#init
    for (const follower of this.#followers) this.#tell(follower, entry)
    if (lines === 0) return
    this.#reel.entries.push(entry)
    if (this.#reel.entries.length < lines / 2) return
    this.#past = this.#reel
    this.#reel = this.#newReel()
  }

  #newReel(): Reel {
    const peers = [...this.#ports.peers()]
    return { seq: this.#seq, mode: this.#ports.mode(), peers, entries: [], refusals: 0 }
  }

  /** The node's peers must not suffer from who looks at them. */
  #tell(follower: Follower, entry: Entry): void {
    try {
      follower(entry)
    } catch (error) {
      this.#ports.onFault(error)
    }
  }

  #setFollowers(followers: readonly Follower[]): void {
    this.#followers = followers
    this.#isOn = this.#init.lines > 0 || followers.length > 0
  }
}
