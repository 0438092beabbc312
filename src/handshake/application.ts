import { MAX_PAYLOAD_LENGTH, MAX_PROOF_LENGTH } from './constants.ts'
import { refusalOf } from './refusal.ts'
import { UserCalls } from './user-calls.ts'
import type { WireReason } from '../../machines/reasons.ts'
import type { Cancel, Clock } from '../clock.ts'
import type { Handshake, HandshakeContext, HandshakeFunction } from './handshake.ts'
import type { Turns } from './turns.ts'

export interface ApplicationInit<Hello> {
  readonly handshake: Handshake<Hello>
  readonly clock: Clock

  /** Milliseconds that each call may take. */
  readonly verifyTimeout: number

  /** For the calls that are dear, of all handshakes of this node. */
  readonly turns: Turns
}

/** Who hears of calls that came to nothing. Neither may throw. */
export interface ApplicationHandlers {
  /** A function refused the peer, took too long, or failed. */
  onRefusal(reason: WireReason, detail: string | undefined): void

  /** A function threw what is no refusal, or returned what it must not. `onRefusal` is called next. */
  onFault(source: HandshakeFunction, error: unknown): void
}

/**
 * The application's own functions, as one exchange calls them: each answer is checked and copied, what
 * goes wrong becomes a word, and after `close` nothing is answered any more.
 */
export class Application<Hello> {
  readonly #init: ApplicationInit<Hello>
  readonly #context: HandshakeContext
  readonly #handlers: ApplicationHandlers
  readonly #calls: UserCalls
  /** Turns taken or waited for (dear call -> close). */
  readonly #turns = new Set<Cancel>()
  #isClosed = false

  constructor(
    init: ApplicationInit<Hello>,
    context: HandshakeContext,
    handlers: ApplicationHandlers
  ) {
    this.#init = init
    this.#context = context
    this.#handlers = handlers
    this.#calls = new UserCalls(init.clock, init.verifyTimeout)
  }

  get proves(): boolean {
    return this.#init.handshake.prove !== undefined
  }

  get asksProof(): boolean {
    return this.#init.handshake.verifyProof !== undefined
  }

  hello(onPayload: (payload: Uint8Array) => void): void {
    const call = () => this.#init.handshake.hello(this.#context)
    this.#ask('hello', call, (value) => {
      this.#takeBytes('hello', value, MAX_PAYLOAD_LENGTH, onPayload)
    })
  }

  verify(payload: Uint8Array, onHello: (hello: Hello) => void): void {
    const call = () => this.#init.handshake.verify(payload.slice(), this.#context)
    this.#ask('verify', call, onHello)
  }

  prove(transcript: Uint8Array, onProof: (proof: Uint8Array) => void): void {
    const call = () => this.#init.handshake.prove?.(transcript, this.#context)
    this.#askInTurn('prove', call, (value) => {
      this.#takeBytes('prove', value, MAX_PROOF_LENGTH, onProof)
    })
  }

  verifyProof(proof: Uint8Array, transcript: Uint8Array, hello: Hello, onPass: () => void): void {
    const call = () =>
      this.#init.handshake.verifyProof?.(proof.slice(), transcript, hello, this.#context)
    this.#askInTurn('verifyProof', call, onPass)
  }

  /** Nobody waits any more. */
  close(): void {
    this.#isClosed = true
    this.#calls.close()
    for (const giveBack of this.#turns) giveBack()
    this.#turns.clear()
  }

  #askInTurn<T>(
    source: HandshakeFunction,
    call: () => T | PromiseLike<T>,
    onValue: (value: T) => void
  ): void {
    const giveBack = this.#init.turns.take((end) => {
      this.#ask(source, call, (value) => {
        end()
        onValue(value)
      })
    })
    this.#turns.add(giveBack)
    // by an answer that came within the call
    if (this.#isClosed) giveBack()
  }

  #ask<T>(
    source: HandshakeFunction,
    call: () => T | PromiseLike<T>,
    onValue: (value: T) => void
  ): void {
    this.#calls.call(call, (answer) => {
      if (answer.kind === 'value') return onValue(answer.value)
      if (answer.kind === 'timeout') return this.#refuse('timeout', `${source} took too long`)
      const refusal = source === 'hello' ? undefined : refusalOf(answer.error)
      if (refusal !== undefined) return this.#refuse(refusal.reason, refusal.detail)
      this.#fault(source, answer.error)
    })
  }

  #fault(source: HandshakeFunction, error: unknown): void {
    this.#handlers.onFault(source, error)
    this.#refuse('internal', `${source} failed`)
  }

  #refuse(reason: WireReason, detail: string | undefined): void {
    this.#handlers.onRefusal(reason, detail)
  }

  // A copy of what the application returned: it may go on using its own array.
  #takeBytes(
    source: 'hello' | 'prove',
    value: unknown,
    max: number,
    onBytes: (bytes: Uint8Array) => void
  ): void {
    const isBytes = value instanceof Uint8Array
    if (isBytes && value.byteLength <= max) return onBytes(new Uint8Array(value))
    const got = isBytes ? `${value.byteLength} bytes` : typeof value
    this.#fault(source, new TypeError(`Expected ${source} to give up to ${max} bytes, got ${got}`))
  }
}
