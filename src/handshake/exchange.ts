import { reasonOf } from '../../machines/reasons.ts'
import { Application } from './application.ts'
import { NONCE_LENGTH } from './constants.ts'
import { Dialogue } from './dialogue.ts'
import { transcriptOf } from './transcript.ts'
import type { WireReason } from '../../machines/reasons.ts'
import type { ExchangeInit } from './exchange-init.ts'
import type { Outcome, Role } from './handshake.ts'
import type { HelloMessage, Message } from './messages.ts'

// Our half: HELLO is being made | is sent | PROOF is being made | all but the verdict is sent | ACCEPT is sent
type Sending = 'preparing' | 'greeted' | 'proving' | 'ready' | 'accepted'

// Our checks of the peer: its payload first, then, if we ask for one, its proof
type Checking = 'nothing' | 'payload' | 'payload-passed' | 'proof' | 'passed'

// what the application's functions find in `signal.reason`; one for all, since it says nothing of the peer
const ENDED = new Error('The handshake has ended')

/**
 * One handshake on one line, for either role: both sides send HELLO, PROOF if they have one, and
 * ACCEPT once all their own checks have passed, or REJECT. Three small progressions run side by side,
 * what we sent, what the peer said, what we checked, and meet where ACCEPT is sent. The exchange as a
 * whole has no deadline of its own: whoever started it aborts it.
 */
export class Exchange<Hello> {
  readonly #init: ExchangeInit<Hello>
  readonly #application: Application<Hello>
  readonly #dialogue: Dialogue
  readonly #ended = new AbortController()
  readonly #nonce = crypto.getRandomValues(new Uint8Array(NONCE_LENGTH))
  #over = false
  #sending: Sending = 'preparing'
  #checking: Checking = 'nothing'
  #payload: Uint8Array = new Uint8Array(0) // ours: 'greeted' ->
  #theirs: HelloMessage | undefined // HELLO ->
  #proof: Uint8Array | undefined // theirs, if we ask for one: PROOF ->
  #verified: { readonly hello: Hello } | undefined // verify passed ->

  constructor(init: ExchangeInit<Hello>) {
    this.#init = init
    const context = { peerId: init.peerId, role: init.role, signal: this.#ended.signal }
    this.#application = new Application<Hello>(init, context, {
      onRefusal: (reason, detail) => this.#refuse(reason, detail),
      onFault: (source, error) => init.onFault(source, error)
    })
    this.#dialogue = new Dialogue(init.line, init.clock, {
      onMessage: (message) => this.#onMessage(message),
      onViolation: (detail) => this.#onViolation(detail),
      onEnd: (end) => (end === 'lost' ? this.#lose() : this.#yield())
    })
  }

  /** Settles when the line is left: closed, reset, or handed on. Never rejects. */
  get done(): Promise<void> {
    return this.#dialogue.done
  }

  /** True once our ACCEPT was sent: the remote may hold us to be authorized. */
  get acceptSent(): boolean {
    return this.#sending === 'accepted'
  }

  /**
   * The word for the end of the whole handshake's deadline, at this moment: `authentication-failed` if
   * the peer has our HELLO, has sent its own, and owes us its proof; otherwise `timeout`.
   */
  get overdue(): 'timeout' | 'authentication-failed' {
    const owed = this.#application.asksProof && this.#dialogue.heard === 'hello'
    return owed && this.#sending !== 'preparing' ? 'authentication-failed' : 'timeout'
  }

  /** Begins: sends HELLO as soon as the application has made it, without waiting for the other's. */
  start(): void {
    this.#dialogue.start()
    this.#application.hello((payload) => this.#greet(payload))
  }

  /**
   * Ends the exchange for a reason of the caller's: its deadline, a ban, the application's wish. With a
   * reason, and if nothing final was said, the peer is told; without one, or after our ACCEPT, the
   * stream is reset. `onOutcome` is not called any more. Does nothing after the end.
   *
   * @param retryAfter - Seconds after which another attempt makes sense; 0, the default, for none.
   */
  abort(reason?: WireReason, retryAfter = 0): void {
    if (this.#over) return
    this.#leave(reason, retryAfter)
    this.#ended.abort(ENDED)
  }

  #greet(payload: Uint8Array): void {
    const { intent = 'promote' } = this.#init
    this.#payload = payload
    this.#sending = this.#application.proves ? 'greeted' : 'ready'
    this.#send({ type: 'hello', nonce: this.#nonce, payload, intent })
    this.#advance()
  }

  #onMessage(message: Message): void {
    const { asksProof } = this.#application
    if (message.type === 'reject') return this.#onReject(message.code, message.retryAfter)
    if (message.type === 'hello') this.#onHello(message)
    else if (message.type === 'proof' && asksProof) this.#proof = message.proof
    else if (message.type === 'accept' && asksProof && this.#proof === undefined) {
      this.#refuse('authentication-failed', 'no proof')
    }
    this.#advance()
  }

  #onHello(theirs: HelloMessage): void {
    this.#theirs = theirs
    if (theirs.nonce.every((byte, i) => byte === this.#nonce[i])) {
      return this.#refuse('self', 'our own nonce came back')
    }
    const no = this.#init.admit?.(theirs.intent)
    if (no !== undefined) return this.#refuse(no.reason, undefined, no.retryAfter)
    this.#checking = 'payload'
    this.#application.verify(theirs.payload, (hello) => {
      this.#verified = { hello }
      this.#checking = this.#application.asksProof ? 'payload-passed' : 'passed'
      this.#advance()
    })
  }

  // Takes every step of ours that has become possible; called after anything that may have made one so.
  #advance(): void {
    this.#sendProof()
    this.#checkProof()
    this.#sendAccept()
    this.#authorize()
  }

  #sendProof(): void {
    if (this.#over || this.#sending !== 'greeted' || this.#theirs === undefined) return
    // whoever has not passed the cheap checks is worth no signature
    if (this.#checking === 'nothing' || this.#checking === 'payload') return
    this.#sending = 'proving'
    const transcript = this.#transcript(this.#init.role, this.#theirs)
    this.#application.prove(transcript, (proof) => {
      this.#sending = 'ready'
      this.#send({ type: 'proof', proof })
      this.#advance()
    })
  }

  #checkProof(): void {
    const proof = this.#proof
    if (this.#over || this.#checking !== 'payload-passed' || this.#sending === 'preparing') return
    if (proof === undefined || this.#theirs === undefined || this.#verified === undefined) return
    this.#checking = 'proof'
    const prover = this.#init.role === 'initiator' ? 'responder' : 'initiator'
    const transcript = this.#transcript(prover, this.#theirs)
    this.#application.verifyProof(proof, transcript, this.#verified.hello, () => {
      this.#checking = 'passed'
      this.#advance()
    })
  }

  #sendAccept(): void {
    if (this.#over || this.#sending !== 'ready' || this.#checking !== 'passed') return
    // what fails while it is being sent may have been sent: only a closed stream is certain to take none
    if (this.#dialogue.writable) this.#sending = 'accepted'
    this.#send({ type: 'accept' })
  }

  #authorize(): void {
    if (this.#over || !this.acceptSent || this.#dialogue.heard !== 'accept') return
    if (this.#verified === undefined) return
    this.#end()
    this.#dialogue.finish()
    this.#conclude({ kind: 'accepted', hello: this.#verified.hello })
  }

  // Our own no.
  #refuse(reason: WireReason, detail?: string, retryAfter = 0): void {
    if (this.#over) return
    const { acceptSent } = this
    const refusal = { kind: 'refused', reason, by: 'local', retryAfter: 0, acceptSent } as const
    this.#leave(reason, retryAfter)
    this.#conclude(detail === undefined ? refusal : { ...refusal, detail })
  }

  #onViolation(detail: string): void {
    if (!this.#over) return this.#refuse('protocol-violation', detail)
    this.#dialogue.abort('The peer sent more after its last word')
    this.#init.onViolation?.(detail)
  }

  #onReject(code: number, retryAfter: number): void {
    const { acceptSent } = this
    this.#end()
    this.#dialogue.close()
    this.#conclude({
      kind: 'refused',
      reason: reasonOf(code),
      by: 'remote',
      retryAfter,
      acceptSent
    })
  }

  #lose(): void {
    if (this.#over) return
    const { acceptSent } = this
    this.#leave()
    const reason = 'stream-closed'
    this.#conclude({ kind: 'refused', reason, by: 'network', retryAfter: 0, acceptSent })
  }

  #yield(): void {
    this.#end()
    this.#dialogue.close()
    this.#conclude({ kind: 'yielded' })
  }

  // An ACCEPT of ours cannot be taken back, but a peer whose own is still to come cannot send it on a
  // stream that was reset: so after ours there is no REJECT.
  #leave(word?: WireReason, retryAfter = 0): void {
    this.#end()
    if (word === undefined || this.acceptSent) this.#dialogue.abort('The handshake was abandoned')
    else this.#dialogue.reject(word, retryAfter)
  }

  #end(): void {
    this.#over = true
    this.#application.close()
  }

  #conclude(outcome: Outcome<Hello>): void {
    try {
      this.#init.onOutcome(outcome)
    } finally {
      this.#ended.abort(ENDED)
    }
  }

  #send(message: Message): void {
    if (!this.#dialogue.send(message)) this.#lose()
  }

  #transcript(prover: Role, theirs: HelloMessage): Uint8Array {
    const { role, self, peerId, protocol } = this.#init
    const we = { peerId: self, nonce: this.#nonce, payload: this.#payload }
    const they = { peerId, nonce: theirs.nonce, payload: theirs.payload }
    return role === 'initiator'
      ? transcriptOf({ protocol, prover, initiator: we, responder: they })
      : transcriptOf({ protocol, prover, initiator: they, responder: we })
  }
}
