import { HEADER_PROTOCOL, HEADS_TOPIC, STREAM_DEADLINE } from './settings.ts'
import type { Member } from './network.ts'
import type { Witness } from './witness.ts'
import type { PeerId, Stream } from '@libp2p/interface'

/** The header of a block: as little of a blockchain as can be asked for. */
export interface Header {
  readonly height: number
  readonly miner: string
}

/** Headers that a node keeps. */
const CHAIN_LENGTH = 100

const encoder = new TextEncoder()

/**
 * The application of one node: keeps a chain of headers, answers requests, gossips new heads. It uses libp2p
 * as it would without our service; whether a peer may talk to it is not its business.
 */
export class Application {
  readonly member: Member
  readonly #chain = new Map<number, Header>()
  readonly #witness: Witness
  #height = 0

  constructor(member: Member, witness: Witness) {
    this.member = member
    this.#witness = witness
  }

  /** The highest block this node knows; 0 before the first. */
  get height(): number {
    return this.#height
  }

  async start(): Promise<void> {
    const { node } = this.member
    const { pubsub } = node.services
    await node.handle(HEADER_PROTOCOL, async (stream, connection) => {
      this.#witness.reached('request', connection.remotePeer)
      // when it arrives, not when a busy loop comes to it: the peer may be gone by then
      const arrived = (): void => this.#witness.received('request', connection.remotePeer)
      stream.addEventListener('message', arrived, { once: true })
      const question = await readLine(stream)
      // the connection was lost before anything was asked
      if (question === '') return stream.abort(new Error('No question came'))
      stream.send(encoder.encode(JSON.stringify(this.#chain.get(Number(question)) ?? null)))
      await stream.close()
    })
    pubsub.addEventListener('gossipsub:message', ({ detail }) => {
      if (detail.msg.topic !== HEADS_TOPIC) return
      this.#witness.received('gossip', detail.propagationSource)
      this.#add(readHeader(new TextDecoder().decode(detail.msg.data)))
    })
    pubsub.subscribe(HEADS_TOPIC)
  }

  /** Finds a new block, and tells everybody. */
  async mine(height: number): Promise<void> {
    const header: Header = { height, miner: this.member.name }
    this.#add(header)
    const data = encoder.encode(JSON.stringify(header))
    await this.member.node.services.pubsub.publish(HEADS_TOPIC, data)
  }

  /** Asks a peer for the header of its choice; undefined if the peer does not know it either. */
  async request(peer: PeerId, height: number): Promise<Header | undefined> {
    const signal = AbortSignal.timeout(STREAM_DEADLINE)
    const stream = await this.member.node.dialProtocol(peer, HEADER_PROTOCOL, { signal })
    const header = readHeader(await ask(stream, String(height), signal))
    this.#add(header)
    return header
  }

  #add(header: Header | undefined): void {
    if (header === undefined) return
    this.#chain.set(header.height, header)
    this.#chain.delete(header.height - CHAIN_LENGTH)
    this.#height = Math.max(this.#height, header.height)
  }
}

/** Sends the question, one line, and returns the answer: everything until the other side closes its end. */
export async function ask(stream: Stream, question: string, signal: AbortSignal): Promise<string> {
  const giveUp = (): void => stream.abort(new Error('No answer in time'))
  signal.addEventListener('abort', giveUp)
  try {
    const answer = readAll(stream)
    stream.send(encoder.encode(`${question}\n`))
    return await answer
  } finally {
    signal.removeEventListener('abort', giveUp)
    void stream.close().catch(() => stream.abort(new Error('The stream did not close')))
  }
}

// not until the end of the stream: libp2p forgets to tell a handler that an end came before it was called
async function readLine(stream: Stream): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of stream) {
    text += decoder.decode(chunk.subarray(), { stream: true })
    if (text.includes('\n')) break
  }
  return text.trimEnd()
}

async function readAll(stream: Stream): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of stream) text += decoder.decode(chunk.subarray(), { stream: true })
  return text
}

function readHeader(text: string): Header | undefined {
  const header = JSON.parse(text === '' ? 'null' : text) as Header | null
  return header ?? undefined
}
