import type { Clock } from '../clock.ts'
import type { Entry, Farewell, RecordedPeer, Recording } from './entry.ts'
import type { PeerContext, PeerEvent, SchedulerEvent, SchedulerMode } from '../../machines/index.ts'

export interface RecorderInit {
  readonly clock: Pick<Clock, 'now'>
  /** Decisions that are kept at the most. */
  readonly lines: number
}

/** The rest of the house, as the recorder sees it. */
export interface RecorderPorts {
  /** Every tracked peer as it is now. */
  peers(): Iterable<RecordedPeer>
  /** The scheduler's mode now. */
  mode(): SchedulerMode
}

/** The state of all things at one moment, and what was decided since. */
interface Reel extends Omit<Recording, 'entries'> {
  readonly entries: Entry[]
}

/**
 * The flight recorder: keeps the last decisions and their causes, each as a reference to what the charts
 * have made anyway, so that little is done while a node works. What is kept can be replayed from its first
 * line on: it lies on two reels, each of which begins with the state of all peers, and when the second one
 * is full the first is thrown away.
 */
export class Recorder {
  readonly #init: RecorderInit
  readonly #ports: RecorderPorts
  /** The number of the next entry. */
  #seq = 0
  #past: Reel | undefined = undefined
  #reel: Reel = { seq: 0, mode: 'stopped', peers: [], entries: [] }

  constructor(init: RecorderInit, ports: RecorderPorts) {
    this.#init = init
    this.#ports = ports
  }

  /** A peer's chart has taken an event. The contexts are kept as they are: charts never change one. */
  moved(
    { key, path, context }: RecordedPeer,
    event: PeerEvent,
    from: string,
    before: PeerContext
  ): void {
    const moment = this.#moment()
    const states = { from, to: path, before, after: context }
    this.#keep({ type: 'move', ...moment, peer: key, event, ...states })
  }

  /** A peer is tracked no more. */
  forgotten(peer: string, from: string, reason: Farewell): void {
    this.#keep({ type: 'forgotten', ...this.#moment(), peer, from, reason })
  }

  /** The scheduler's chart has taken an event. */
  modeChanged(event: SchedulerEvent['type'], from: SchedulerMode, to: SchedulerMode): void {
    this.#keep({ type: 'mode', ...this.#moment(), event, from, to })
  }

  /** What is kept by now. */
  get recording(): Recording {
    const { seq, mode, peers } = this.#past ?? this.#reel
    return { seq, mode, peers, entries: [...(this.#past?.entries ?? []), ...this.#reel.entries] }
  }

  #moment(): { seq: number; at: number } {
    return { seq: this.#seq++, at: this.#init.clock.now() }
  }

  #keep(entry: Entry): void {
    this.#reel.entries.push(entry)
    if (this.#reel.entries.length < this.#init.lines / 2) return
    this.#past = this.#reel
    const peers = [...this.#ports.peers()]
    this.#reel = { seq: this.#seq, mode: this.#ports.mode(), peers, entries: [] }
  }
}
