import { decodeMessage, encodeMessage } from '../../src/handshake/messages.ts'
import { waitUntil } from './wait-until.ts'
import type { Message } from '../../src/handshake/messages.ts'
import type { MessageStream } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'

/** A stream of the lifecycle protocol in the hands of a test, that keeps all it hears. */
export class FarStream {
  readonly stream: MessageStream
  readonly heard: Message['type'][] = []
  #bytes = new Uint8Array(0)

  constructor(stream: MessageStream) {
    this.stream = stream
    stream.addEventListener('message', this.#onMessage)
    // whoever has heard the last word lets the stream go; an update waits for an answer
    stream.addEventListener('remoteCloseWrite', () => {
      if (this.heard[0] !== 'update') void stream.close().catch(() => {})
    })
  }

  say(...messages: Message[]): void {
    for (const message of messages) this.stream.send(encodeMessage(message))
  }

  /** Waits until this was heard. */
  async hears(type: Message['type']): Promise<void> {
    await waitUntil(
      () => this.heard.includes(type),
      () => `Heard ${this.heard.join(', ')} instead of ${type}`
    )
  }

  babble(): void {
    this.stream.send(new Uint8Array([0, 0]))
  }

  async close(): Promise<void> {
    await this.stream.close()
  }

  reset(): void {
    this.stream.abort(new Error('reset by the test'))
  }

  /** What comes now is not ours: gives back what was not taken for a frame. */
  protected stopReading(): Uint8Array {
    this.stream.removeEventListener('message', this.#onMessage)
    return this.#bytes
  }

  readonly #onMessage = ({ data }: { data: Uint8Array | Uint8ArrayList }): void => {
    this.#read(data.subarray())
  }

  #read(chunk: Uint8Array): void {
    const bytes = new Uint8Array([...this.#bytes, ...chunk])
    let offset = 0
    // after the last word come, in a channel, the muxer's bytes
    while (bytes.byteLength - offset >= 2 && this.heard.at(-1) !== 'accept') {
      const length = new DataView(bytes.buffer).getUint16(offset)
      if (bytes.byteLength - offset < 2 + length) break
      this.heard.push(decodeMessage(bytes.subarray(offset + 2, offset + 2 + length)).type)
      offset += 2 + length
    }
    this.#bytes = bytes.slice(offset)
  }
}
