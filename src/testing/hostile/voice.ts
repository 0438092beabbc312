import { reasonOf } from '../../../machines/index.ts'
import { decodeMessage, encodeMessage } from '../../handshake/messages.ts'
import { transcriptOf } from '../../handshake/transcript.ts'
import type { Line, Taken } from './line.ts'
import type { Bend, Voice } from './subject.ts'
import type { HelloMessage, Message } from '../../handshake/messages.ts'
import type { Handshake, HandshakeContext } from '../../index.ts'
import type { PeerId } from '@libp2p/interface'

export interface LifecycleVoiceInit {
  readonly self: PeerId
  readonly handshake: Handshake
  readonly protocol: string
}

/** Says what an honest peer of this library would say, made by hand so that each part of it can be bent. */
export class LifecycleVoice implements Voice {
  readonly line: Line
  readonly #init: LifecycleVoiceInit
  #ours: HelloMessage | undefined
  /** What was heard in the place of a hello. */
  #unheard: Message | undefined

  constructor(line: Line, init: LifecycleVoiceInit) {
    this.line = line
    this.#init = init
  }

  async hello(): Promise<Uint8Array> {
    return encodeMessage(await this.ourHello())
  }

  /** Our hello, the same at every call. */
  async ourHello(): Promise<HelloMessage> {
    this.#ours ??= {
      type: 'hello',
      nonce: crypto.getRandomValues(new Uint8Array(32)),
      payload: await this.#init.handshake.hello(this.#context),
      intent: 'promote'
    }
    return this.#ours
  }

  async answer(bend: Bend = {}): Promise<Uint8Array> {
    const [ours, theirs] = [await this.ourHello(), await this.hear()]
    if (theirs?.type !== 'hello') {
      this.#unheard = theirs
      return new Uint8Array(0)
    }
    const honest = await this.#proof(ours, theirs, bend)
    const proof = honest && bend.proof !== undefined ? bend.proof(honest) : honest
    const said: Message[] = [
      ...(proof === undefined ? [] : [{ type: 'proof', proof } as const]),
      { type: 'accept' }
    ]
    return new Uint8Array(said.flatMap((message) => [...encodeMessage(message)]))
  }

  async shake(): Promise<string> {
    this.line.write(await this.hello())
    this.line.write(await this.answer())
    return this.verdict()
  }

  async verdict(): Promise<string> {
    for (;;) {
      const message = await this.hear()
      if (message === undefined) return 'end'
      if (message.type === 'reject') return reasonOf(message.code)
      if (message.type !== 'accept') continue
      await this.line.close()
      return 'accept'
    }
  }

  async agree(): Promise<void> {
    this.line.write(encodeMessage({ type: 'accept' }))
    await this.line.close()
  }

  /** The next frame; undefined if there comes none any more. */
  async hear(): Promise<Message | undefined> {
    const unheard = this.#unheard
    this.#unheard = undefined
    return unheard ?? this.line.take(readFrame)
  }

  async #proof(
    ours: HelloMessage,
    theirs: HelloMessage,
    { role = this.line.role, payload = ours.payload }: Bend
  ): Promise<Uint8Array | undefined> {
    const { self, handshake, protocol } = this.#init
    const we = { peerId: self, nonce: ours.nonce, payload }
    const they = { peerId: this.line.peerId, nonce: theirs.nonce, payload: theirs.payload }
    const sides =
      this.line.role === 'initiator'
        ? { initiator: we, responder: they }
        : { initiator: they, responder: we }
    return handshake.prove?.(transcriptOf({ protocol, prover: role, ...sides }), this.#context)
  }

  get #context(): HandshakeContext {
    const { peerId, role } = this.line
    return { peerId, role, signal: new AbortController().signal }
  }
}

/** The first frame, if it is whole. */
function readFrame(bytes: Uint8Array): Taken<Message> | undefined {
  if (bytes.byteLength < 2) return undefined
  const end = 2 + new DataView(bytes.buffer, bytes.byteOffset).getUint16(0)
  if (bytes.byteLength < end) return undefined
  return { value: decodeMessage(bytes.subarray(2, end)), end }
}
