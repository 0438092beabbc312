import { encodeMessage } from '../../src/handshake/messages.ts'
import type { Handshake } from '../../src/index.ts'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'

/**
 * What a user would write instead of the library, at its cheapest: one stream, one message each way, each
 * as long as the library's HELLO and ACCEPT together, one `verify` on each side, one deadline. It does
 * not agree on anything: the listener never hears what the dialer made of its answer.
 */
export class HandshakeByHand<Hello> {
  readonly #handshake: Handshake<Hello>
  /** Told when the listener's half is over. */
  #answered: ((at: number) => void) | undefined

  constructor(handshake: Handshake<Hello>) {
    this.#handshake = handshake
  }

  async listen(node: Libp2p): Promise<void> {
    await node.handle(PROTOCOL, async (stream, connection) => {
      const signal = AbortSignal.timeout(DEADLINE)
      await this.#verify(await readFrame(stream, signal), connection, 'responder', signal)
      stream.send(await this.#frame(connection, 'responder', signal))
      this.#answered?.(performance.now())
      await stream.close({ signal })
    })
  }

  /** Milliseconds of the process's clock at which the listener will have answered the next dialer. */
  async answered(): Promise<number> {
    return new Promise((resolve) => {
      this.#answered = resolve
    })
  }

  async initiate(connection: Connection): Promise<void> {
    const signal = AbortSignal.timeout(DEADLINE)
    const stream = await connection.newStream(PROTOCOL, { signal })
    stream.send(await this.#frame(connection, 'initiator', signal))
    await this.#verify(await readFrame(stream, signal), connection, 'initiator', signal)
    await stream.close({ signal })
  }

  async #frame(connection: Connection, role: Role, signal: AbortSignal): Promise<Uint8Array> {
    const payload = await this.#handshake.hello({ peerId: connection.remotePeer, role, signal })
    const frame = new Uint8Array(lengthOfOurs(payload))
    const view = new DataView(frame.buffer)
    view.setUint16(0, frame.byteLength - 2)
    view.setUint16(2, payload.byteLength)
    frame.set(payload, 4)
    return frame
  }

  async #verify(
    frame: Uint8Array,
    connection: Connection,
    role: Role,
    signal: AbortSignal
  ): Promise<void> {
    const length = new DataView(frame.buffer, frame.byteOffset).getUint16(2)
    const payload = frame.subarray(4, 4 + length)
    await this.#handshake.verify(payload, { peerId: connection.remotePeer, role, signal })
  }
}

type Role = 'initiator' | 'responder'

const PROTOCOL = '/bench/handshake-by-hand/1.0.0'

/** The library's own default. */
const DEADLINE = 5_000

let ours: { payload: number; bytes: number } | undefined

/** The bytes that the library sends in one direction for this payload. */
function lengthOfOurs(payload: Uint8Array): number {
  if (ours?.payload !== payload.byteLength) {
    const nonce = new Uint8Array(32)
    const hello = encodeMessage({ type: 'hello', nonce, payload, intent: 'promote' })
    const bytes = hello.byteLength + encodeMessage({ type: 'accept' }).byteLength
    ours = { payload: payload.byteLength, bytes }
  }
  return ours.bytes
}

/** The first frame that comes: a length of two bytes, and as many bytes. */
async function readFrame(stream: Stream, signal: AbortSignal): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let frame: Uint8Array = new Uint8Array(0)
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    stream.addEventListener('close', () => reject(new Error('The stream closed too early')))
    stream.addEventListener('message', ({ data }) => {
      const bytes = data.subarray()
      frame = frame.byteLength === 0 ? bytes : Buffer.concat([frame, bytes])
      if (frame.byteLength < 2) return
      const length = new DataView(frame.buffer, frame.byteOffset).getUint16(0)
      if (frame.byteLength >= 2 + length) resolve(frame)
    })
  })
}
