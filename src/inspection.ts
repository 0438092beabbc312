import { NotRecordingError } from './errors.ts'
import { hiddenExplanation } from './hidden-explanation.ts'
import { plainDispositions } from './recorder/plain-dispositions.ts'
import { redacting } from './recorder/redaction.ts'
import { RecordingWriter } from './recorder/write-recording.ts'
import { plainText, statusLine } from './status-line.ts'
import type { Clock } from './clock.ts'
import type { Inspectable } from './inspectable.ts'
import type { PeerExplanation } from './peers/explanation.ts'
import type { Entry } from './recorder/entry.ts'
import type { ShownPeer } from './recorder/redaction.ts'
import type { RoomOptions } from './room-ports.ts'
import type { Rooms } from './rooms.ts'
import type { PeerId } from '@libp2p/interface'

/** What leaves the node as text: recordings, and what an inspector sees. */
export class Inspection implements Inspectable {
  readonly clock: Clock
  readonly #self: PeerId
  readonly #rooms: Rooms<unknown>
  readonly #options: RoomOptions<unknown>
  readonly #explain: (peer: string) => PeerExplanation
  readonly #show: ShownPeer
  readonly #writer: RecordingWriter

  constructor(
    rooms: Rooms<unknown>,
    self: PeerId,
    options: RoomOptions<unknown>,
    explain: (peer: string) => PeerExplanation
  ) {
    const { clock, dispositions } = options
    const { redact: redaction } = options.recorder
    // what makes the hashes of this process its own
    const show = redacting(redaction, crypto.getRandomValues(new Uint8Array(16)))
    this.#self = self
    this.#rooms = rooms
    this.#options = options
    this.#explain = explain
    this.#show = show
    this.clock = clock
    this.#writer = new RecordingWriter({
      node: self.toString(),
      clock,
      dispositions: plainDispositions(dispositions),
      redaction,
      show
    })
  }

  get node(): string {
    return this.#show(this.#self.toString())
  }

  /** @throws NotRecordingError */
  recording(): Iterable<string> {
    if (this.#options.recorder.lines === 0) throw new NotRecordingError()
    return this.#writer.linesOf(this.#rooms.recorder.recording)
  }

  follow(listener: (entry: Entry) => void): () => void {
    return this.#rooms.recorder.follow(listener)
  }

  begin({ past = true }: { past?: boolean | undefined } = {}): Iterable<string> {
    const { recorder } = this.#rooms
    return this.#writer.linesOf(past ? recorder.recording : recorder.present)
  }

  lineOf(entry: Entry): string {
    return this.#writer.lineOf(entry)
  }

  status(): string {
    return statusLine(this.#rooms, this.#options, this.#show)
  }

  explain(shown: string): object | undefined {
    const peer = this.#named(shown)
    if (peer === undefined) return undefined
    const explanation = this.#explain(peer)
    const { hides } = this.#writer
    const told = hides ? hiddenExplanation(explanation, this.#show, this.clock) : explanation
    return JSON.parse(plainText(told)) as object
  }

  /** The peer that is shown so: one that is tracked, or that we remember to have refused. */
  #named(shown: string): string | undefined {
    const { peers, sight } = this.#rooms
    for (const { key } of peers.values()) if (this.#show(key) === shown) return key
    for (const key of sight.refusals.strangers) if (this.#show(key) === shown) return key
    return undefined
  }
}
