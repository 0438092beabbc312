import { decodeMessage, encodeMessage } from '../../src/handshake/messages.ts'
import type { HelloMessage, Message } from '../../src/handshake/messages.ts'
import type { LinkedStream } from './linked-streams.ts'

/** A nonce that no exchange of ours draws. */
export const NONCE = new Uint8Array(32).fill(7)

export const HELLO: HelloMessage = {
  type: 'hello',
  nonce: NONCE,
  payload: new Uint8Array([1, 2, 3]),
  intent: 'promote'
}

export const ACCEPT: Message = { type: 'accept' }

export function proof(...bytes: number[]): Message {
  return { type: 'proof', proof: new Uint8Array(bytes) }
}

export function reject(code: number, retryAfter = 0): Message {
  return { type: 'reject', code, retryAfter }
}

/** A frame of any length field and any body, true to each other or not. */
export function frame(length: number, body: Uint8Array = new Uint8Array(0)): Uint8Array {
  return concat(new Uint8Array([length >> 8, length & 0xff]), body)
}

/** Well-formed bytes as one frame. */
export function framed(body: Uint8Array): Uint8Array {
  return frame(body.byteLength, body)
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.byteLength
  }
  return bytes
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

/** A peer that says what the test makes it say, and writes down what it hears. */
export class RawPeer {
  readonly stream: LinkedStream
  #heard = new Uint8Array(0)

  constructor(stream: LinkedStream) {
    this.stream = stream
    stream.addEventListener('message', (event) => {
      this.#heard = new Uint8Array(concat(this.#heard, event.data.slice()))
    })
  }

  /** Messages and bytes, in one piece. */
  say(...what: Array<Message | Uint8Array>): void {
    this.stream.send(
      concat(...what.map((it) => (it instanceof Uint8Array ? it : encodeMessage(it))))
    )
  }

  /** Everything heard so far, as messages. */
  get heard(): Message[] {
    const messages: Message[] = []
    const view = new DataView(this.#heard.buffer)
    for (let offset = 0; offset < this.#heard.byteLength;) {
      const length = view.getUint16(offset)
      messages.push(decodeMessage(this.#heard.subarray(offset + 2, offset + 2 + length)))
      offset += 2 + length
    }
    return messages
  }

  /** The types of everything heard so far, in their order. */
  get words(): string[] {
    return this.heard.map((message) => message.type)
  }

  /** The HELLO that was heard. */
  get hello(): HelloMessage {
    const hello = this.heard.find((message) => message.type === 'hello')
    if (hello === undefined) throw new Error('No hello was heard')
    return hello
  }

  /** The code of the REJECT that was heard; undefined if none was. */
  get code(): number | undefined {
    return this.heard.find((message) => message.type === 'reject')?.code
  }

  /** True if our side has closed its writing end in good order. */
  get finished(): boolean {
    return this.stream.remoteWriteStatus === 'closed' && this.stream.status !== 'reset'
  }

  async fin(): Promise<void> {
    await this.stream.close()
  }

  reset(): void {
    this.stream.abort(new Error('reset by the test'))
  }
}
