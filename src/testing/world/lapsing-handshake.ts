import type { Lapse } from './plan.ts'
import type { Handshake, HandshakeContext } from '../../index.ts'

/** The application's handshake, whose code fails while it is told to. */
export class LapsingHandshake<Hello> implements Handshake<Hello> {
  /** How it fails at the moment; not at all if undefined. */
  lapse: Lapse | undefined
  readonly #inner: Handshake<Hello>
  readonly prove?: NonNullable<Handshake<Hello>['prove']>
  readonly verifyProof?: NonNullable<Handshake<Hello>['verifyProof']>
  readonly subscribe?: NonNullable<Handshake<Hello>['subscribe']>
  readonly parts?: readonly string[]

  constructor(inner: Handshake<Hello>) {
    this.#inner = inner
    // whether a handshake has these decides what is said on the wire
    if (inner.prove !== undefined) this.prove = inner.prove.bind(inner)
    if (inner.verifyProof !== undefined) this.verifyProof = inner.verifyProof.bind(inner)
    if (inner.subscribe !== undefined) this.subscribe = inner.subscribe.bind(inner)
    if (inner.parts !== undefined) this.parts = inner.parts
  }

  get fingerprint(): string | undefined {
    return this.#inner.fingerprint
  }

  hello(context: HandshakeContext): Uint8Array | Promise<Uint8Array> {
    if (this.lapse === 'hello throws') throw new Error('hello of the application fails')
    return this.#inner.hello(context)
  }

  verify(payload: Uint8Array, context: HandshakeContext): Hello | Promise<Hello> {
    if (this.lapse === 'verify throws') throw new Error('verify of the application fails')
    if (this.lapse === 'verify hangs') return new Promise<Hello>(() => {})
    return this.#inner.verify(payload, context)
  }
}
