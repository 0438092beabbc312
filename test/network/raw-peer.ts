import { decodeMessage, encodeMessage } from '../../src/handshake/messages.ts'
import { PROTOCOL, stockNode } from './nodes.ts'
import { eventually, within } from './waiting.ts'
import type { HelloMessage, Message } from '../../src/handshake/messages.ts'
import type { StockNode } from './nodes.ts'
import type { Connection, Stream } from '@libp2p/interface'

/** A hello that no node of ours says by accident. */
export const HELLO: HelloMessage = {
  type: 'hello',
  nonce: new Uint8Array(32).fill(7),
  payload: new TextEncoder().encode('hello'),
  intent: 'promote'
}

export const ACCEPT: Message = { type: 'accept' }

/** A stream of the lifecycle protocol in the hands of a test: it says and hears frames, one by one. */
export class Script {
  readonly stream: Stream
  /** What was heard and not asked for yet. */
  readonly #heard: Message[] = []
  #bytes = new Uint8Array(0)
  #wake = (): void => {}

  constructor(stream: Stream) {
    this.stream = stream
    stream.addEventListener('message', ({ data }) => {
      this.#read(data.subarray())
      this.#wake()
    })
  }

  say(...messages: Message[]): void {
    for (const message of messages) this.stream.send(encodeMessage(message))
  }

  /** The next message; fails if there is none in time. */
  async hear(): Promise<Message> {
    for (;;) {
      const message = this.#heard.shift()
      if (message !== undefined) return message
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await within(promise)
    }
  }

  async fin(): Promise<void> {
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
      this.#heard.push(decodeMessage(bytes.subarray(offset + 2, offset + 2 + length)))
      offset += 2 + length
    }
    this.#bytes = bytes.slice(offset)
  }
}

/** A stock node that speaks the lifecycle protocol by hand. */
export interface RawPeer {
  readonly node: StockNode
  /** The next stream that the other side opens. */
  accept(): Promise<Script>
  /** Opens a stream itself. */
  open(connection: Connection): Promise<Script>
}

export async function rawPeer(): Promise<RawPeer> {
  const node = await stockNode()
  const scripts: Script[] = []
  await node.handle(PROTOCOL, (stream) => void scripts.push(new Script(stream)))
  return {
    node,
    async accept() {
      await eventually(() => {
        if (scripts.length === 0) throw new Error('No stream was opened')
      })
      return scripts.shift() as Script
    },
    open: async (connection) => new Script(await connection.newStream(PROTOCOL))
  }
}

/** Says what an honest initiator says; both hold each other to be authorized after that. */
export async function shakeHands(peer: RawPeer, connection: Connection): Promise<Script> {
  const script = await peer.open(connection)
  script.say(HELLO)
  await script.hear()
  script.say(ACCEPT)
  const verdict = await script.hear()
  if (verdict.type !== 'accept') throw new Error(`Heard ${verdict.type} instead of accept`)
  await script.fin()
  return script
}
