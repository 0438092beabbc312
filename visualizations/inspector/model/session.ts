import { Asking } from './asking.ts'
import { explainedHere } from './explained-here.ts'
import { RecordingFile } from './recording-file.ts'
import { Stream } from './stream.ts'
import { verdictOf } from './verdict.ts'
import { Tape } from './tape.ts'
import type { Clock } from '../../../src/clock.ts'
import type { Explained } from './explained.ts'
import type { Feed } from './feed.ts'
import type { TextFile } from './paced-text.ts'
import type { NodeName } from './tape.ts'
import type { Story } from './story.ts'
import type { Told } from './told.ts'

export interface SessionInit {
  /** Of the URL that the node printed; undefined if the page was opened without one. */
  readonly token: string | undefined
  readonly clock: Clock
  readonly fetch: typeof fetch
  /** Gives the page its turn. */
  readonly rest: () => Promise<void>
  /** Something has changed. Called often: whoever draws does so once a frame. */
  readonly onChange: () => void
}

/** Milliseconds after which a beginning is over, whatever else it might tell. */
const BEGINNING = 1_000

/** What a replay makes again. */
const DECISIONS: ReadonlySet<string> = new Set(['move', 'forgotten', 'mode'])

/** All that the page looks at: the nodes, or a recording. */
export class Session {
  readonly #init: SessionInit
  readonly #stream: Stream | undefined
  readonly #asking: Asking | undefined
  #tape: Tape
  /** Is what the server tells a recording? */
  #isRecording = false
  /** What there was in it by now. */
  #served = { decisions: 0 }
  /** The recording that is shown instead of the nodes (open -> leave). */
  #file: RecordingFile | undefined = undefined
  /** The next second (start -> stop). */
  #cancelTick = (): void => {}

  constructor(init: SessionInit) {
    this.#init = init
    const { token, clock, fetch, onChange } = init
    this.#tape = this.#newTape()
    if (token === undefined) return
    this.#asking = new Asking({ token, clock, fetch, onAnswer: onChange })
    const hearer = {
      onNodes: (names: readonly NodeName[], isRecording: boolean) => this.#meet(names, isRecording),
      onLines: (node: number, lines: readonly Told[]) => this.#tell(node, lines),
      onBehind: (node: number, decisions: number) => this.#tape.leftOut(node, decisions),
      onEnded: (node: number) => this.#end(node)
    }
    this.#stream = new Stream({ token, clock, fetch, hearer, onFeed: onChange })
  }

  get story(): Story {
    return this.#file?.tape ?? this.#tape
  }

  get feed(): Feed {
    if (this.#file !== undefined) return this.#file.feed
    const feed = this.#stream?.feed ?? { state: 'no-token' }
    return this.#isRecording ? this.#servedFeed(feed) : feed
  }

  start(): void {
    this.#stream?.start()
    this.#tick()
  }

  stop(): void {
    this.#cancelTick()
    this.#stream?.stop()
    this.#file?.cancel()
  }

  /** Tries again at once to reach the nodes. */
  retry(): void {
    if (this.#file === undefined) this.#stream?.start()
  }

  /** Shows a recording instead of the nodes. */
  openFile(file: TextFile): void {
    this.#file?.cancel()
    this.#stream?.stop()
    const { clock, rest, onChange } = this.#init
    const opened = new RecordingFile(file, { now: () => clock.now(), rest }, () => {
      if (this.#file === opened) onChange()
    })
    this.#file = opened
    void opened.read()
    onChange()
  }

  /** Reads the recording no further. */
  cancelFile(): void {
    this.#file?.cancel()
  }

  /** Goes back to the nodes. */
  leaveFile(): void {
    if (this.#file === undefined) return
    this.#file.cancel()
    this.#file = undefined
    this.#stream?.start()
    this.#init.onChange()
  }

  /** Why a peer is where it is: said by its node if the present is shown, and otherwise made from what is shown. */
  explain(key: string): Explained | undefined {
    const { story, feed } = this
    const isPresent = story.isLive && (feed.state === 'live' || feed.state === 'behind')
    if (isPresent && this.#asking !== undefined) return this.#asking.explain(story, key)
    return explainedHere(story, key)
  }

  #newTape(): Tape {
    return new Tape(this.#isRecording ? undefined : () => this.#init.clock.now())
  }

  /** The command shows a recording: there is no node that could be away. */
  #servedFeed(feed: Feed): Feed {
    const { scene, end } = this.#tape
    const [node] = scene.nodes
    const isReading = node?.isEnded !== true
    const problem = feed.state === 'live' ? feed.problem : undefined
    return {
      state: 'file',
      name: node?.name ?? '',
      progress: isReading ? 0 : 1,
      isReading,
      steps: end,
      // it was replayed before it was told
      ...(!isReading && problem === undefined && { verdict: verdictOf(this.#served) }),
      problem,
      isTorn: false,
      isServed: true
    }
  }

  /** The nodes that are known stay, with their past; others are another story. */
  #meet(names: readonly NodeName[], isRecording: boolean): void {
    const known = this.#tape.scene.nodes
    const isSame =
      names.length === known.length && names.every(({ name }, index) => known[index]?.name === name)
    const wasRecording = this.#isRecording
    this.#isRecording = isRecording
    this.#served = { decisions: 0 }
    if (!isSame || isRecording !== wasRecording) this.#tape = this.#newTape()
    this.#tape.meet(names)
    this.#init.onChange()
  }

  #tell(node: number, lines: readonly Told[]): void {
    const tape = this.#tape
    tape.tell(node, lines)
    this.#served.decisions += lines.filter(({ type }) => DECISIONS.has(type)).length
    if (lines.at(-1)?.type === 'peer') {
      this.#init.clock.after(BEGINNING, () => {
        // a longer one says so itself
        tape.settle(node)
        this.#init.onChange()
      })
    }
    this.#init.onChange()
  }

  #end(node: number): void {
    this.#tape.ended(node)
    if (this.#isRecording && this.#tape.isLive) this.#tape.standBeforeStop()
    this.#init.onChange()
  }

  /** Time passes, also when nothing happens. */
  #tick(): void {
    this.#cancelTick = this.#init.clock.after(1_000, () => {
      this.#tape.tick()
      this.#init.onChange()
      this.#tick()
    })
  }
}
