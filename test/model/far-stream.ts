import { decodeMessage, encodeMessage } from '../../src/handshake/messages.ts'
import { waitUntil } from './wait-until.ts'
import type { Message } from '../../src/handshake/messages.ts'
import type { Stream } from '@libp2p/interface'

/** A stream of the lifecycle protocol in the hands of a test, that keeps all it hears. */
export class FarStream {
  readonly stream: Stream
  readonly heard: Message['type'][] = []
  #bytes = new Uint8Array(0)

  constructor(stream: Stream) {
    this.stream = stream
    stream.addEventListener('message', ({ data }) => this.#read(data.subarray()))
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

  #read(chunk: Uint8Array): void {
    const bytes = new Uint8Array([...this.#bytes, ...chunk])
    let offset = 0
    while (bytes.byteLength - offset >= 2) {
      const length = new DataView(bytes.buffer).getUint16(offset)
      if (bytes.byteLength - offset < 2 + length) break
      this.heard.push(decodeMessage(bytes.subarray(offset + 2, offset + 2 + length)).type)
      offset += 2 + length
    }
    this.#bytes = bytes.slice(offset)
  }
}
