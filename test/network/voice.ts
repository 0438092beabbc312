import { transcriptOf } from '../../src/handshake/transcript.ts'
import { SECURE } from './raw-channel.ts'
import type { Handshake, HandshakeContext } from '../../src/handshake/handshake.ts'
import type { HelloMessage, Message } from '../../src/handshake/messages.ts'
import type { RawLine } from './raw-line.ts'
import type { PeerId } from '@libp2p/interface'

/** What an honest peer would say on a line, made by hand so that a test can bend each part of it. */
export class Voice {
  readonly line: RawLine
  readonly #self: PeerId
  readonly #handshake: Handshake

  constructor(line: RawLine, self: PeerId, handshake: Handshake) {
    this.line = line
    this.#self = self
    this.#handshake = handshake
  }

  async hello(intent: HelloMessage['intent'] = 'promote'): Promise<HelloMessage> {
    const nonce = crypto.getRandomValues(new Uint8Array(32))
    return { type: 'hello', nonce, payload: await this.#handshake.hello(this.#context), intent }
  }

  /** The proof of the handshake that begins with these two hellos. */
  async proof(
    ours: HelloMessage,
    theirs: HelloMessage,
    handshake = this.#handshake
  ): Promise<Message> {
    const { role, protocol, peerId } = this.line
    const we = { peerId: this.#self, nonce: ours.nonce, payload: ours.payload }
    const they = { peerId, nonce: theirs.nonce, payload: theirs.payload }
    const sides =
      role === 'initiator' ? { initiator: we, responder: they } : { initiator: they, responder: we }
    const transcript = transcriptOf({ protocol, prover: role, ...sides })
    const proof = await handshake.prove?.(transcript, this.#context)
    return { type: 'proof', proof: proof ?? new Uint8Array(0) }
  }

  /** Shakes hands as an honest peer does, to the end. Gives back what it said. */
  async shakeHands(): Promise<Message[]> {
    const { line } = this
    const hello = await this.hello()
    line.say(hello)
    const theirs = await line.hearHello()
    const proves = this.#handshake.prove !== undefined
    const said = [...(proves ? [await this.proof(hello, theirs)] : []), { type: 'accept' } as const]
    line.say(...said)
    for (let message = await line.hear(); message.type !== 'accept'; message = await line.hear()) {
      if (message.type !== 'proof') throw new Error(`Heard ${message.type} instead of accept`)
    }
    if (line.protocol === SECURE) line.pass()
    else await line.stream.close()
    return [hello, ...said]
  }

  get #context(): HandshakeContext {
    const { peerId, role } = this.line
    return { peerId, role, signal: new AbortController().signal }
  }
}
