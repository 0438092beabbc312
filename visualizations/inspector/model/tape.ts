import { Buffer } from './buffer.ts'
import { edgesOf, marksOf, refusalsOf } from './figures.ts'
import { NodeFace } from './node-face.ts'
import { NodeTale } from './node-tale.ts'
import { NodesTime } from './nodes-time.ts'
import { momentOf } from './peer-now.ts'
import { Present } from './present.ts'
import { Remembered } from './remembered.ts'
import type { Deed } from './deed.ts'
import type { Step } from './scene.ts'
import type { Marks, RefusalsOverTime, Story } from './story.ts'
import type { Told } from './told.ts'

/** What a node is called, and its id as it is shown. */
export interface NodeName {
  readonly name: string
  readonly peer: string
}

/**
 * The story as a tape that can be wound back and forth. What nodes tell is put on its end; what is shown is
 * where it was wound to.
 */
export class Tape implements Story {
  readonly scene: Present
  readonly #buffer = new Buffer()
  readonly #tales: NodeTale[] = []
  readonly #time: NodesTime
  #cursor = 0
  #isLive = true
  readonly #marks = new Remembered<Marks>()
  readonly #refusals = new Remembered<RefusalsOverTime>()

  /** @param clock - Milliseconds of the page, for the present; without it the story ends where its last line does */
  constructor(clock?: () => number) {
    this.#time = new NodesTime(clock)
    this.scene = new Present(() => this.#now())
  }

  get start(): number {
    return this.#buffer.start
  }

  get end(): number {
    return this.#buffer.end
  }

  get dropped(): number {
    return this.#buffer.start
  }

  get cursor(): number {
    return this.#cursor
  }

  get isLive(): boolean {
    return this.#isLive
  }

  get lastStep(): Step | undefined {
    return this.stepAt(this.#cursor - 1)
  }

  /** Says which nodes there are. Those that are known already stay. */
  meet(names: readonly NodeName[]): void {
    const moment = (): number => (this.#isLive ? Infinity : this.#now())
    for (const [index, { name, peer }] of names.entries()) {
      const face = this.scene.nodes[index]
      if (face === undefined) {
        this.scene.nodes.push(new NodeFace(index, name, peer, moment))
        this.#tales.push(new NodeTale(index))
      } else {
        face.name = name
        face.peer = peer
      }
    }
    this.scene.version++
  }

  /**
   * Adds what a node told.
   *
   * @throws Error that names what was expected and what came; what came before it is told
   */
  tell(node: number, lines: Iterable<Told>): void {
    const fresh: Deed[] = []
    try {
      for (const line of lines) this.#read(node, line, fresh)
    } finally {
      this.#add(fresh)
    }
  }

  /** No more lines of a beginning are to be expected now. */
  settle(node: number): void {
    const fresh: Deed[] = []
    this.#settle(node, fresh)
    this.#add(fresh)
  }

  /** So many steps of the node were left out, and it begins anew. */
  leftOut(node: number, steps: number): void {
    this.#tales[node]?.leftOut(steps)
  }

  /** The node has stopped. */
  ended(node: number): void {
    this.settle(node)
    // a recording is the same when it is told again
    if (this.#time.goesOn) this.#tales[node]?.ended()
    const face = this.scene.nodes[node]
    if (face !== undefined) face.isEnded = true
    this.scene.version++
  }

  /** Time has passed. */
  tick(): void {
    if (this.#isLive) this.scene.version++
  }

  goTo(position: number): void {
    this.#isLive = false
    this.#windTo(Math.min(this.end, Math.max(this.start, Math.trunc(position))))
  }

  goToStep({ index }: Step): void {
    this.goTo(index + 1)
  }

  goToTime(at: number): void {
    this.goTo(this.#buffer.after(at))
  }

  live(): void {
    this.#isLive = true
    this.#windTo(this.end)
  }

  pause(): void {
    this.#isLive = false
    this.scene.version++
  }

  /**
   * Goes to where the node was before it began to stop, if nothing is left at the end: what a reader wants to see of
   * a recording of a whole life.
   */
  standBeforeStop(): void {
    if (this.scene.peers.size > 0) return
    const last = this.#buffer.deeds.findLast(
      ({ kind, from = '', to = '' }) => kind === 'mode' && isStop(to) && !isStop(from)
    )
    if (last !== undefined) this.goTo(last.index)
  }

  stepAt(position: number): Step | undefined {
    return this.#buffer.at(position)
  }

  recentSteps(number: number): Step[] {
    const from = Math.max(0, this.#cursor - this.start - number)
    return this.#buffer.deeds.slice(from, this.#cursor - this.start).toReversed()
  }

  stepsOf(key: string): readonly Step[] {
    const all = this.#buffer.of(key)
    return all.at(-1)?.index === undefined || this.#isLive
      ? all
      : all.filter(({ index }) => index < this.#cursor)
  }

  nextOf(key: string): Step | undefined {
    return this.#buffer.of(key).find(({ index }) => index >= this.#cursor)
  }

  previousOf(key: string): Step | undefined {
    const all = this.stepsOf(key)
    const last = all.at(-1)
    // the one that the cursor stands on is where we are
    return last?.index === this.#cursor - 1 ? all.at(-2) : last
  }

  edgesSince(at: number, node?: number): ReadonlyMap<string, number> {
    return edgesOf(this.#buffer.deeds, this.#cursor - this.start, at, node)
  }

  refusalsOverTime(parts: number, node?: number): RefusalsOverTime {
    const moment = this.#isLive ? this.#beat() : `at ${this.#cursor}`
    return this.#refusals.of([parts, node, this.start, moment].join(), () =>
      refusalsOf(this.#buffer.deeds, this.#cursor - this.start, this.#now(), parts, node)
    )
  }

  marks(parts: number): Marks {
    return this.#marks.of([parts, this.start, this.#beat()].join(), () =>
      marksOf(this.#buffer.deeds, this.#time.now(), parts)
    )
  }

  /** Changes when figures of all steps are to be counted anew: the more there are, the less often. */
  #beat(): string {
    const kept = this.end - this.start
    if (kept <= FEW || !this.#time.goesOn) return `${this.end}`
    return `${Math.floor(this.#time.now() / (kept <= MANY ? 250 : 1_000))} ms`
  }

  #read(node: number, line: Told, fresh: Deed[]): void {
    const tale = this.#tales[node]
    const face = this.scene.nodes[node]
    if (tale === undefined || face === undefined)
      throw new Error(`Expected a node that is known, got ${node}`)
    if (line.type === 'recording') {
      this.#settle(node, fresh)
      tale.begin(line)
      face.isEnded = false
      this.#time.heard(momentOf(line.epoch))
    } else if (line.type === 'peer') {
      tale.place(line)
    } else if (line.type === 'status') {
      this.#settle(node, fresh)
      face.note(line)
      this.#time.is(momentOf(line.epoch))
      this.scene.version++
    } else {
      this.#settle(node, fresh, line)
      const deed = tale.step(line)
      if (deed === undefined) return
      fresh.push(deed)
      this.#time.heard(deed.at)
    }
  }

  #settle(
    node: number,
    fresh: Deed[],
    first?: Exclude<Told, { type: 'recording' | 'peer' | 'status' }>
  ): void {
    const deed = this.#tales[node]?.settle(first)
    if (deed === undefined) return
    const face = this.scene.nodes[node]
    if (face?.mode === undefined) {
      // nothing was told of this node before: that is where its story begins, wherever the cursor stands
      this.scene.do(deed)
      this.scene.version++
    } else {
      fresh.push(deed)
    }
  }

  #add(fresh: readonly Deed[]): void {
    if (fresh.length === 0) return
    const isLive = this.#isLive
    this.#buffer.add(fresh, isLive ? this.start : this.#cursor)
    if (isLive) {
      for (const deed of fresh) this.scene.do(deed)
      this.#cursor = this.end
    }
    const { surplus } = this.#buffer
    if (surplus > 0) {
      this.#windTo(Math.max(this.#cursor, this.start + surplus))
      this.#buffer.drop(surplus)
    }
    this.scene.version++
  }

  #windTo(position: number): void {
    while (this.#cursor < position) {
      const deed = this.#buffer.at(this.#cursor)
      if (deed === undefined) break
      this.scene.do(deed)
      this.#cursor++
    }
    while (this.#cursor > position) {
      const deed = this.#buffer.at(this.#cursor - 1)
      if (deed === undefined) break
      this.scene.undo(deed)
      this.#cursor--
    }
    this.scene.version++
  }

  /** The moment that is shown. */
  #now(): number {
    const shown = this.#buffer.at(this.#cursor - 1) ?? this.#buffer.at(this.#cursor)
    return this.#isLive || shown === undefined ? this.#time.now() : shown.at
  }
}

/** Steps that are counted at once, and those that are worth a wait of a quarter of a second. */
const FEW = 2_000
const MANY = 20_000

const isStop = (mode: string): boolean => mode === 'draining' || mode === 'stopped'
