import { reasonOf } from '../../machines/index.ts'
import { decodeMessage, encodeMessage } from '../../src/handshake/messages.ts'
import { within } from './waiting.ts'
import type { HelloMessage, Message } from '../../src/handshake/messages.ts'
import type { Role } from '../../src/handshake/handshake.ts'
import type { Reason } from '../../machines/index.ts'
import type { MessageStream, PeerId } from '@libp2p/interface'

/** What a test hears: the next frame, or that the other side has hung up. */
type Heard = Message | { readonly type: 'end' }

/**
 * One end of a handshake in the hands of a test, in a secure channel or on a stream: it says and hears
 * frames one by one, or bytes that are none. In a channel the upgrade waits until the test lets it go on.
 */
export class RawLine {
  readonly stream: MessageStream
  readonly role: Role
  /** The id of the protocol that is spoken here; in a channel that of the secure channel. */
  readonly protocol: string
  /** The other side. */
  readonly peerId: PeerId
  /** Settles when the test has done with the channel, and whether the upgrade is to go on. */
  readonly left: Promise<'passed' | 'hung up'>
  readonly #settleLeft: (how: 'passed' | 'hung up') => void
  #bytes = new Uint8Array(0)
  #isOver = false
  #wake = (): void => {}

  constructor(stream: MessageStream, role: Role, protocol: string, peerId: PeerId) {
    this.stream = stream
    this.role = role
    this.protocol = protocol
    this.peerId = peerId
    const { promise, resolve } = Promise.withResolvers<'passed' | 'hung up'>()
    this.left = promise
    this.#settleLeft = resolve
    stream.addEventListener('message', this.#onMessage)
    stream.addEventListener('close', this.#onEnd)
    stream.addEventListener('remoteCloseWrite', this.#onEnd)
  }

  /** Bytes that have arrived and were not asked for yet. */
  get unheard(): number {
    return this.#bytes.byteLength
  }

  say(...messages: Message[]): void {
    for (const message of messages) this.write(encodeMessage(message))
  }

  /** Sends bytes as they are. False if the other side has hung up meanwhile. */
  write(bytes: Uint8Array): boolean {
    try {
      this.stream.send(bytes)
      return true
    } catch {
      return false
    }
  }

  /** The next frame, or the end; fails if there is neither in time. */
  async hear(): Promise<Heard> {
    for (;;) {
      const message = this.#take()
      if (message !== undefined) return message
      if (this.#isOver) return { type: 'end' }
      await this.#more()
    }
  }

  /** Waits until these bytes are among those that were not taken for frames. */
  async hearBytes(bytes: Uint8Array): Promise<void> {
    while (!Buffer.from(this.#bytes).includes(Buffer.from(bytes))) {
      if (this.#isOver) throw new Error('The other side has hung up')
      await this.#more()
    }
  }

  /** Waits until the other side has hung up. */
  async ended(): Promise<void> {
    while (!this.#isOver) await this.#more()
  }

  async hearHello(): Promise<HelloMessage> {
    const message = await this.hear()
    if (message.type === 'hello') return message
    throw new Error(`Heard ${message.type} instead of hello`)
  }

  /** Hears until there is nothing more to be heard, and hangs up: the word of the REJECT, or the last one. */
  async verdict(): Promise<Reason | Heard['type']> {
    for (let last: Heard['type'] = 'end'; ;) {
      const message = await this.hear()
      if (message.type === 'end') return last
      last = message.type
      if (message.type !== 'reject') continue
      this.hangUp()
      return reasonOf(message.code)
    }
  }

  /** Lets the upgrade go on: whatever was not heard yet is the muxer's. */
  pass(): void {
    this.#leave()
    if (this.#bytes.byteLength > 0) this.stream.unshift(this.#bytes)
    this.#settleLeft('passed')
  }

  /** Closes in good order what is flushed, and the upgrade, if there is one, fails. */
  hangUp(): void {
    this.#leave()
    const hungUp = (): void => this.#settleLeft('hung up')
    this.stream.close().then(hungUp, hungUp)
  }

  /** From now on whatever one of the two says the other one hears. */
  static join(one: RawLine, other: RawLine): void {
    for (const [from, to] of [
      [one, other],
      [other, one]
    ] as const) {
      if (from.#bytes.byteLength > 0) to.write(from.#bytes)
      from.stream.addEventListener('message', ({ data }) => void to.write(data.subarray()))
    }
  }

  readonly #onMessage = ({ data }: { data: Uint8Array | { subarray(): Uint8Array } }): void => {
    this.#bytes = new Uint8Array([...this.#bytes, ...data.subarray()])
    this.#wake()
  }

  readonly #onEnd = (): void => {
    this.#isOver = true
    this.#wake()
  }

  async #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    await within(promise)
  }

  #leave(): void {
    this.stream.removeEventListener('message', this.#onMessage)
  }

  // only what is asked for is taken for frames: after the handshake come the muxer's
  #take(): Message | undefined {
    const { byteLength, buffer } = this.#bytes
    if (byteLength < 2) return undefined
    const end = 2 + new DataView(buffer).getUint16(0)
    if (byteLength < end) return undefined
    const message = decodeMessage(this.#bytes.subarray(2, end))
    this.#bytes = this.#bytes.slice(end)
    return message
  }
}
