import { encodeMessage } from '../../src/handshake/messages.ts'
import type { Handshake, Role } from '../../src/index.ts'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'

export interface HandshakeByHandInit<Hello> {
  readonly handshake: Handshake<Hello>
  /**
   * Do both sides tell each other what they made of the other's payload, as they must to agree? If not,
   * there is one message each way, as long as the library's HELLO and ACCEPT together.
   */
  readonly agrees: boolean
}

/**
 * What a user would write instead of the library: a stream, plain frames, one `verify` on each side, one
 * deadline. No slots, no reasons, nothing held back meanwhile, nothing remembered.
 */
export class HandshakeByHand<Hello> {
  readonly #init: HandshakeByHandInit<Hello>
  /** Told when the listener's half is over. */
  #answered: ((at: number) => void) | undefined

  constructor(init: HandshakeByHandInit<Hello>) {
    this.#init = init
  }

  async listen(node: Libp2p): Promise<void> {
    await node.handle(PROTOCOL, async (stream, connection) => {
      const signal = AbortSignal.timeout(DEADLINE)
      await this.#shake(stream, connection, 'responder', signal)
      this.#answered?.(performance.now())
      await stream.close({ signal })
    })
  }

  /** Milliseconds of the process's clock at which the listener will be done with the next dialer. */
  async answered(): Promise<number> {
    return new Promise((resolve) => {
      this.#answered = resolve
    })
  }

  async initiate(connection: Connection): Promise<void> {
    const signal = AbortSignal.timeout(DEADLINE)
    const stream = await connection.newStream(PROTOCOL, { signal })
    await this.#shake(stream, connection, 'initiator', signal)
    await stream.close({ signal })
  }

  async #shake(
    stream: Stream,
    connection: Connection,
    role: Role,
    signal: AbortSignal
  ): Promise<void> {
    const { handshake, agrees } = this.#init
    const context = { peerId: connection.remotePeer, role, signal }
    const frames = readFrames(stream, agrees ? 2 : 1, signal)
    const sendHello = async (): Promise<void> => {
      stream.send(helloFrame(await handshake.hello(context), agrees))
    }
    const speaksFirst = agrees || role === 'initiator'
    if (speaksFirst) await sendHello()
    await handshake.verify(payloadOf(await frames[0]!), context)
    if (!speaksFirst) await sendHello()
    if (!agrees) return
    stream.send(ACCEPT)
    await frames[1]
  }
}

const PROTOCOL = '/bench/handshake-by-hand/1.0.0'

/** The library's own default. */
const DEADLINE = 5_000

const ACCEPT = encodeMessage({ type: 'accept' })

/** The length of what the library says before its verdict, with no payload. */
const HELLO_LENGTH = encodeMessage({
  type: 'hello',
  nonce: new Uint8Array(32),
  payload: new Uint8Array(0),
  intent: 'promote'
}).byteLength

function helloFrame(payload: Uint8Array, agrees: boolean): Uint8Array {
  const length = HELLO_LENGTH + payload.byteLength + (agrees ? 0 : ACCEPT.byteLength)
  const frame = new Uint8Array(length)
  const view = new DataView(frame.buffer)
  view.setUint16(0, length - 2)
  view.setUint16(2, payload.byteLength)
  frame.set(payload, 4)
  return frame
}

function payloadOf(frame: Uint8Array): Uint8Array {
  return frame.subarray(4, 4 + new DataView(frame.buffer, frame.byteOffset).getUint16(2))
}

/** The next frames that come, each a length of two bytes and as many bytes. */
function readFrames(stream: Stream, count: number, signal: AbortSignal): Promise<Uint8Array>[] {
  const waiting = Array.from({ length: count }, () => Promise.withResolvers<Uint8Array>())
  const frames = waiting.map(({ promise }) => promise)
  const fail = (error: Error): void => {
    for (const { reject } of waiting) reject(error)
  }
  // whoever waits for a frame is told; one that nobody has come to wait for is no fault
  void Promise.allSettled(frames)
  let unread: Uint8Array = new Uint8Array(0)
  signal.addEventListener('abort', () => fail(signal.reason as Error), { once: true })
  stream.addEventListener('close', () => fail(new Error('The stream closed too early')))
  stream.addEventListener('message', ({ data }) => {
    const bytes = data.subarray()
    unread = unread.byteLength === 0 ? bytes : Buffer.concat([unread, bytes])
    while (unread.byteLength >= 2) {
      const end = 2 + new DataView(unread.buffer, unread.byteOffset).getUint16(0)
      if (unread.byteLength < end) return
      waiting.shift()?.resolve(unread.subarray(0, end))
      unread = unread.subarray(end)
    }
  })
  return frames
}
