import { codeOf } from '../../machines/reasons.ts'
import { LINGER } from './constants.ts'
import { FrameReader } from './frame-reader.ts'
import { encodeMessage, readMessage } from './messages.ts'
import { say } from './stream-end.ts'
import type { WireReason } from '../../machines/reasons.ts'
import type { Cancel, Clock } from '../clock.ts'
import type { FrameEnd, LineStream } from './frame-reader.ts'
import type { Line } from './line.ts'
import type { Message } from './messages.ts'

/** Who hears of what the peer says in a handshake. None of them may throw. */
export interface DialogueHandlers {
  /** The peer's next message, in its order. Called within the stream's `message` event. */
  onMessage(message: Message): void

  /** The peer broke the framing, the encoding or the order. The last thing a dialogue says. */
  onViolation(detail: string): void

  /**
   * The peer closed its end without a word, or there is no handshake to be had: the stream is gone, or was
   * meant for an authorization that is over. The last thing a dialogue says.
   */
  onEnd(end: 'silent' | 'lost'): void
}

/** What the peer has said so far: its last frame. */
export type Heard = 'nothing' | 'hello' | 'proof' | 'accept'

// What may follow. REJECT may come at any point before ACCEPT, and nothing after either.
const NEXT: Record<Heard, ReadonlyArray<Message['type']>> = {
  nothing: ['hello'],
  hello: ['proof', 'accept'],
  proof: ['accept'],
  accept: []
}

/**
 * What is said in one handshake: frames as messages, the grammar of the peer's half, and the ways to
 * end it. What the messages mean is not known here.
 */
export class Dialogue {
  /** Settles when the line is left: closed, reset, or handed on. Never rejects. */
  readonly done: Promise<void>

  readonly #line: Line
  readonly #stream: LineStream
  readonly #clock: Clock
  readonly #handlers: DialogueHandlers
  readonly #reader: FrameReader
  readonly #settleDone: (end: Promise<void>) => void
  #heard: Heard = 'nothing'
  // nobody waits for the stream to close any more:
  // early end | ACCEPT, before ours -> violation | lost | our own end
  #unwatch: Cancel = () => {}

  constructor(line: Line, clock: Clock, handlers: DialogueHandlers) {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.done = promise
    this.#settleDone = resolve
    this.#line = line
    this.#stream = line.stream
    this.#clock = clock
    this.#handlers = handlers
    this.#reader = new FrameReader(line.stream, {
      onFrame: (body) => this.#onFrame(body),
      onViolation: (detail) => handlers.onViolation(detail),
      onEnd: (end) => this.#onEnd(end)
    })
  }

  get heard(): Heard {
    return this.#heard
  }

  /** False if it is certain that nothing sent now reaches the peer. */
  get writable(): boolean {
    return (this.#stream.writeStatus ?? 'writable') === 'writable'
  }

  /** Begins to listen, with whatever has already arrived. Nothing is reported within the call. */
  start(): void {
    this.#reader.start()
  }

  /** Sends one message. False if the stream takes no more. */
  send(message: Message): boolean {
    return say(this.#stream, encodeMessage(message))
  }

  /** Says REJECT, and nothing after it. */
  reject(word: WireReason, retryAfter: number): void {
    this.send({ type: 'reject', code: codeOf(word), retryAfter })
    this.close()
  }

  /** Says nothing more, and hears nothing more. What was sent is flushed. */
  close(): void {
    this.#unwatch()
    if (this.#line.goesOn) this.#reader.handOn()
    else this.#reader.stop()
    this.#settleDone(this.#line.close())
  }

  /** Says nothing more, but stays to hear whether the peer, which has accepted, keeps silent too. */
  finish(): void {
    this.#unwatch()
    this.#settleDone(this.#line.finish())
  }

  /** Resets the line: whatever is still on its way, in either direction, is void. */
  abort(why: string): void {
    this.#unwatch()
    this.#reader.stop()
    this.#settleDone(this.#line.abort(why))
  }

  #onFrame(body: Uint8Array): void {
    const message = readMessage(body)
    if (message.type === 'malformed') return this.#violate(message.detail)
    if (message.type !== 'reject') {
      const next = NEXT[this.#heard]
      const isRequest = message.type === 'update' || message.type === 'goodbye'
      // of one who has not yet heard that it is authorized no more
      if (isRequest && this.#heard === 'nothing' && !this.#line.goesOn) return this.#miss()
      if (isRequest || !next.includes(message.type)) {
        return this.#violate(`${message.type} instead of ${[...next, 'reject'].join(' or ')}`)
      }
      this.#heard = message.type
      if (message.type === 'accept') this.#hearNoMore()
    }
    this.#handlers.onMessage(message)
  }

  // ACCEPT is the peer's last word here. What it says after it is none of ours, or not to be said.
  #hearNoMore(): void {
    if (!this.#line.goesOn) return this.#reader.seal()
    this.#reader.handOn()
    // the reader has left; but before we have said our own last word, the peer may
    this.#watch()
  }

  #onEnd(end: FrameEnd): void {
    // a connection that ends before its handshake does has closed, however that went
    if (end === 'reset' || this.#line.goesOn) this.#handlers.onEnd('lost')
    else if (end === 'truncated') this.#violate('the stream ended within a frame')
    else if (this.#heard === 'nothing') this.#handlers.onEnd('silent')
    // a peer that has accepted may close its end: it has said everything
    else if (this.#heard !== 'accept') this.#judge()
  }

  // A peer that closes its end before its verdict breaks the protocol, unless it is leaving: libp2p
  // closes all streams in good order first, when it closes a connection, and says the same with it.
  #judge(): void {
    if (this.#stream.status !== 'open') return this.#handlers.onEnd('lost')
    const cancel = this.#clock.after(LINGER, () => {
      this.#unwatch()
      this.#handlers.onViolation('the stream ended before a verdict')
    })
    this.#watch(cancel)
  }

  #watch(cancel: Cancel = () => {}): void {
    const onClose = (): void => {
      this.#unwatch()
      this.#handlers.onEnd('lost')
    }
    this.#stream.addEventListener('close', onClose)
    this.#unwatch = () => {
      cancel()
      this.#stream.removeEventListener('close', onClose)
    }
  }

  #miss(): void {
    this.#reader.stop()
    this.#handlers.onEnd('lost')
  }

  #violate(detail: string): void {
    this.#reader.stop()
    this.#handlers.onViolation(detail)
  }
}
