import { MOST_PEERS } from '../../../src/recorder/format.ts'
import { printable } from '../../../src/printable.ts'
import { begunPeer, connectedPeer, keyOf, momentOf, movedPeer, newPeer } from './peer-now.ts'
import { RememberedTimes } from './remembered-times.ts'
import type { Deed } from './deed.ts'
import type { PeerNow } from './scene.ts'
import type { HeadLine, MoveLine, PeerLine, RefusalLine, StepLine } from './told.ts'

/** A beginning of which not all peers were told yet. */
interface Beginning {
  readonly head: HeadLine
  readonly peers: PeerLine[]
}

/** Where a node's story ends by now: what its next line is added to. */
export class NodeTale {
  readonly node: number
  /** Milliseconds since the epoch at the node's moment 0. */
  #origin = 0
  readonly #peers = new Map<string, PeerNow>()
  #mode: string | undefined = undefined
  #beginning: Beginning | undefined = undefined
  /** The next number; undefined if whatever comes is something new. */
  #next: number | undefined = undefined
  /** When the last steps were, by number, to tell whether a beginning tells of the same again. */
  readonly #times = new RememberedTimes()
  #omitted = 0

  constructor(node: number) {
    this.node = node
  }

  /** Was there a beginning that is not over? */
  get isBeginning(): boolean {
    return this.#beginning !== undefined
  }

  timeOf(at: number): number {
    return momentOf(this.#origin + at)
  }

  /** The node has stopped: whatever comes is something new. */
  ended(): void {
    this.#next = undefined
  }

  /** So many steps were left out; a beginning follows. */
  leftOut(steps: number): void {
    this.#omitted += steps
    this.#next = undefined
  }

  begin(head: HeadLine): void {
    this.#beginning = { head, peers: [] }
  }

  /** @throws Error without a beginning, or for more peers than a recording may tell of */
  place(line: PeerLine): void {
    if (this.#beginning === undefined) throw new Error('Expected the peers at a beginning')
    const { peers } = this.#beginning
    if (peers.length >= MOST_PEERS) throw new Error(`Expected at most ${MOST_PEERS} peers`)
    peers.push(line)
  }

  /**
   * The beginning is over. What it changes, if it is not what is known already: after the page was away for
   * a moment, a node that keeps its past tells it again.
   *
   * @param first - The step that follows; undefined if none does yet
   */
  settle(first?: StepLine): Deed | undefined {
    if (this.#beginning === undefined) return undefined
    const { head, peers } = this.#beginning
    this.#beginning = undefined
    if (this.#isKnown(head, peers, first)) return undefined
    return this.#beginAnew(head, peers, first?.at ?? head.at)
  }

  /** @throws Error for more peers than a recording may tell of */
  step(line: StepLine): Deed | undefined {
    const { seq } = line
    if (this.#next !== undefined && seq < this.#next) return undefined
    this.#next = seq + 1
    this.#times.note(seq, line.at)
    const at = this.timeOf(line.at)
    const moment = { seq, node: this.node, index: 0, at, order: at }
    const deed = this.#deedOf(line, moment)
    if (deed.key !== undefined && deed.kind !== 'refusal') this.#put(deed.key, deed.after)
    return deed
  }

  #isKnown(head: HeadLine, peers: readonly PeerLine[], first: StepLine | undefined): boolean {
    if (this.#next === undefined || head.seq > this.#next) return false
    if (Math.abs(head.epoch - head.at - this.#origin) > SAME_ORIGIN) return false
    if (head.seq < this.#next) {
      return first !== undefined && this.#times.has(first.seq, first.at)
    }
    // a node that keeps no past does not number what nobody looks at
    return head.mode === this.#mode && this.#isAsKnown(peers)
  }

  #isAsKnown(peers: readonly PeerLine[]): boolean {
    if (peers.length !== this.#peers.size) return false
    return peers.every(({ peer, path, context, connections }) => {
      const known = this.#peers.get(keyOf(this.node, peer))
      const isThere = known?.path === path && known.session === context.session
      return isThere && known.connections.length === connections.length
    })
  }

  #beginAnew(head: HeadLine, peers: readonly PeerLine[], at: number): Deed {
    this.#origin = head.epoch - head.at
    const place = { node: this.node, origin: this.#origin }
    const time = this.timeOf(at)
    const befores = [...this.#peers.values()]
    const afters = new Map(
      peers.map((line) => [keyOf(this.node, line.peer), begunPeer(place, line)])
    )
    this.#peers.clear()
    for (const [key, peer] of afters) this.#peers.set(key, peer)
    this.#times.clear()
    this.#next = head.seq
    const [modeBefore, omitted] = [this.#mode, this.#omitted || undefined]
    this.#mode = head.mode
    this.#omitted = 0
    return {
      kind: 'beginning',
      index: 0,
      seq: head.seq,
      node: this.node,
      at: time,
      order: time,
      omitted,
      befores,
      afters: [...afters.values()],
      modeBefore,
      modeAfter: head.mode
    }
  }

  #deedOf(line: StepLine, moment: Moment): Deed {
    if (line.type === 'mode') {
      const { event, from, to } = line
      const modeBefore = this.#mode
      this.#mode = to
      return {
        kind: 'mode',
        ...moment,
        event: printable(event),
        from,
        to,
        modeBefore,
        modeAfter: to
      }
    }
    const key = keyOf(this.node, line.peer)
    const before = this.#peers.get(key)
    const about = { ...moment, key, peer: before?.peer ?? printable(line.peer), before }
    if (line.type === 'refusal') return refusal(line, about)
    if (line.type === 'forgotten') {
      return { kind: 'forgotten', ...about, from: line.from, reason: printable(line.reason) }
    }
    const place = { node: this.node, origin: this.#origin }
    const was = before ?? newPeer(place, line.peer, moment.at)
    if (line.type === 'move') return move(line, about, movedPeer(was, line, place, moment.at))
    const { what, opener } = line
    const isStranger = before === undefined && what === 'closed'
    const after = isStranger ? undefined : connectedPeer(was, line, moment.at)
    return { kind: 'connection', ...about, what, opener, after }
  }

  #put(key: string, peer: PeerNow | undefined): void {
    if (peer === undefined) {
      this.#peers.delete(key)
      return
    }
    this.#peers.set(key, peer)
    if (this.#peers.size > MOST_PEERS) throw new Error(`Expected at most ${MOST_PEERS} peers`)
  }
}

type Moment = Pick<Deed, 'seq' | 'node' | 'index' | 'at' | 'order'>

/** Milliseconds by which two readings of the same pair of clocks may differ. */
const SAME_ORIGIN = 2_000

type About = Moment & Pick<Deed, 'key' | 'peer' | 'before'>

function move(line: MoveLine, about: About, after: PeerNow): Deed {
  const { type: event, ...given } = line.event
  const { by, detail: said } = given as { by?: string; detail?: string }
  const detail = said === undefined ? undefined : printable(said)
  const carried = detail === undefined ? given : { ...given, detail }
  return {
    kind: 'move',
    ...about,
    event,
    from: line.from,
    to: line.to,
    edge: printable(line.edge),
    reason: line.reason === undefined ? undefined : printable(line.reason),
    by,
    detail,
    with: carried,
    after
  }
}

/** It changes nothing about the peer. */
function refusal(line: RefusalLine, about: About): Deed {
  const { door, direction, reason, by, detail, omitted } = line
  return {
    kind: 'refusal',
    ...about,
    door: printable(door),
    direction: printable(direction),
    reason: printable(reason),
    by: printable(by),
    detail: detail === undefined ? undefined : printable(detail),
    omitted,
    after: about.before
  }
}
