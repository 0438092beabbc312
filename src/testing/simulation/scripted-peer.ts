import { createHash } from 'node:crypto'
import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { codeOf, isWireReason, reasonOf } from '../../../machines/index.ts'
import { FrameReader } from '../../handshake/frame-reader.ts'
import { decodeMessage, encodeMessage } from '../../handshake/messages.ts'
import { NO_ANSWER } from './host.ts'
import { APP, CHAIN, PROTOCOL } from './simulated-node.ts'
import type { WireReason } from '../../../machines/index.ts'
import type { Message } from '../../handshake/messages.ts'
import type { Host } from './host.ts'
import type { Network } from './network.ts'
import type { SimulatedConnection } from './simulated-connection.ts'
import type { Connection, PeerId, Stream } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * How a peer behaves when it shakes hands:
 *
 * - `honest`: says the chain's hello, accepts
 * - `wrong chain`: honest, of another chain
 * - `silent`: takes the stream, or opens one, and says nothing
 * - `deaf`: never even answers what protocol it speaks
 * - `stranger`: does not know the protocol
 * - `garbage`: says what is no frame
 * - `two-faced`: says hello, hears our ACCEPT, and rejects then
 * - `half`: says hello, and never its verdict
 * - any word of the protocol: rejects with it
 */
export type Script =
  | 'honest'
  | 'wrong chain'
  | 'silent'
  | 'deaf'
  | 'stranger'
  | 'garbage'
  | 'two-faced'
  | 'half'
  | WireReason

/** A script of each kind, for tests that draw one. */
export const SCRIPTS: readonly Script[] = [
  'honest',
  'wrong chain',
  'silent',
  'deaf',
  'stranger',
  'garbage',
  'two-faced',
  'half',
  'too-many-peers',
  'banned'
]

const GARBAGE = new Uint8Array([0, 0])

/** The id that a name has in every run. Nobody has its key: there is nobody it has to be proven to. */
export function idOf(name: string): PeerId {
  const key = createHash('sha256').update(name).digest()
  return peerIdFromPublicKey(publicKeyFromRaw(key))
}

/** One message on a stream of the handshake's protocol, as a scripted peer said or heard it. */
export interface Word {
  readonly stream: Stream
  readonly by: 'us' | 'them'
  /** The type of the message, with the word of a REJECT or GOODBYE. */
  readonly word: string
}

/** A peer of the simulated network that only says frames, by a script that may change at any time. */
export class ScriptedPeer implements Host {
  readonly name: string
  readonly peerId: PeerId
  readonly address: Multiaddr
  readonly gater = {}
  readonly isFull = false
  script: Script
  /** What it says of itself if it is honest. */
  word = CHAIN
  /** What it heard, in order: the types of messages, with the word of a REJECT or GOODBYE. */
  readonly heard: string[] = []
  /** Told of every message, when it is said or heard here. */
  onWord: ((word: Word) => void) | undefined = undefined
  connections: SimulatedConnection[] = []
  readonly #network: Network

  constructor(network: Network, name: string, address: string, script: Script) {
    this.#network = network
    this.name = name
    this.peerId = idOf(name)
    this.address = multiaddr(address)
    this.script = script
    network.add(this)
  }

  /** Connects, from an address of its own or another one, and says nothing. */
  async connect(to: Host, from?: Multiaddr): Promise<SimulatedConnection> {
    return this.#network.dial(this, to.peerId, from === undefined ? {} : { from })
  }

  /** Opens a stream of the handshake over the connection, and follows its script there. */
  async shakeHands(connection: Connection): Promise<void> {
    const stream = await connection.newStream(PROTOCOL, { runOnLimitedConnection: true })
    this.#follow(stream)
  }

  /** Connects, if it is not connected, and opens its handshake. Whatever comes of it is to be heard. */
  async greet(to: Host, from?: Multiaddr): Promise<void> {
    try {
      const open = this.connections.find(({ remotePeer }) => remotePeer.equals(to.peerId))
      await this.shakeHands(open ?? (await this.connect(to, from)))
    } catch (error) {
      this.heard.push((error as Error).name)
    }
  }

  /** Says goodbye on a stream of its own. */
  async sayGoodbye(word: WireReason): Promise<void> {
    const stream = await this.connections[0]?.newStream(PROTOCOL)
    if (stream === undefined) return
    this.#say(stream, { type: 'goodbye', code: codeOf(word), retryAfter: 0 })
    await stream.close()
  }

  async leave(): Promise<void> {
    await Promise.all(this.connections.map((connection) => connection.close()))
  }

  opened(connection: Connection): void {
    this.connections.push(connection as SimulatedConnection)
  }

  closed(connection: Connection): void {
    this.connections = this.connections.filter((other) => other !== connection)
  }

  select(protocols: readonly string[]): string | undefined {
    if (this.script === 'deaf') return NO_ANSWER
    const spoken = this.script === 'stranger' ? [APP] : [APP, PROTOCOL]
    return protocols.find((protocol) => spoken.includes(protocol))
  }

  async incoming(stream: Stream): Promise<void> {
    if (stream.protocol === PROTOCOL) this.#follow(stream)
  }

  async outgoing(): Promise<void> {}

  #follow(stream: Stream): void {
    const { script } = this
    const reader = new FrameReader(stream, {
      onFrame: (body) => this.#hear(stream, script, decodeMessage(body)),
      onViolation: () => {},
      onEnd: () => void stream.close().catch(() => {})
    })
    reader.start()
    if (stream.direction === 'outbound') this.#greetOn(stream, script)
  }

  #greetOn(stream: Stream, script: Script): void {
    if (script === 'silent') return
    if (script === 'garbage') return void stream.send(GARBAGE)
    const word = script === 'wrong chain' ? 'chain 9' : this.word
    const nonce = crypto.getRandomValues(new Uint8Array(32))
    const payload = new TextEncoder().encode(word)
    this.#say(stream, { type: 'hello', nonce, payload, intent: 'promote' })
  }

  #say(stream: Stream, message: Message): void {
    if (stream.status !== 'open') return
    this.onWord?.({ stream, by: 'us', word: wordOf(message) })
    stream.send(encodeMessage(message))
  }

  #hear(stream: Stream, script: Script, message: Message): void {
    const word = wordOf(message)
    this.heard.push(word)
    this.onWord?.({ stream, by: 'them', word })
    if (message.type === 'hello') {
      if (stream.direction === 'inbound') this.#answer(stream, script)
      else if (script === 'honest' || script === 'wrong chain')
        this.#say(stream, { type: 'accept' })
      return
    }
    if (script === 'half') return
    if (message.type === 'accept' && script === 'two-faced') {
      return this.#say(stream, { type: 'reject', code: codeOf('refused'), retryAfter: 0 })
    }
    if (message.type === 'update') this.#say(stream, { type: 'accept' })
    if (stream.status === 'open') void stream.close().catch(() => {})
  }

  #answer(stream: Stream, script: Script): void {
    if (script === 'silent' || script === 'deaf') return
    if (isWireReason(script)) {
      this.#say(stream, { type: 'reject', code: codeOf(script), retryAfter: 0 })
      return void stream.close().catch(() => {})
    }
    this.#greetOn(stream, script)
    if (script === 'honest' || script === 'wrong chain') this.#say(stream, { type: 'accept' })
  }
}

function wordOf(message: Message): string {
  const isNo = message.type === 'reject' || message.type === 'goodbye'
  return isNo ? `${message.type}: ${reasonOf(message.code)}` : message.type
}
