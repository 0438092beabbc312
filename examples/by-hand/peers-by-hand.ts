import type { Connection, Libp2p, PeerId, Stream } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** What peers say to each other first. */
export interface Hello {
  id: string
  chainId: number
  genesis: string
}

export interface PeersByHandInit {
  chain: Omit<Hello, 'id'>
  maxPeers: number
  onPeer?: (id: string) => void
  onGone?: (id: string) => void
}

export const HELLO_PROTOCOL = '/by-hand/hello/1.0.0'

/**
 * How it is often done without the library, and an example of what fails: a listener that greets whoever is
 * connected, a map of those who have passed, and a loop that dials. It compiles, it works among friends, and
 * the table in the README says what hostile peers make of it.
 */
export class PeersByHand {
  readonly peers = new Map<string, Hello>()
  readonly #node: Libp2p
  readonly #init: PeersByHandInit
  readonly #queue: Multiaddr[] = []
  #greetings = 0
  #loop: NodeJS.Timeout | undefined

  constructor(node: Libp2p, init: PeersByHandInit) {
    this.#node = node
    this.#init = init
  }

  /** Peers, and greetings that are under way. */
  get places(): number {
    return this.peers.size + this.#greetings
  }

  async start(): Promise<void> {
    await this.#node.handle(HELLO_PROTOCOL, (stream, connection) =>
      this.#exchange(stream, connection)
    )
    this.#node.addEventListener('peer:connect', ({ detail }) => void this.#greet(detail))
    this.#node.addEventListener('peer:disconnect', ({ detail }) => this.#forget(detail.toString()))
    this.#loop = setInterval(() => void this.#dialNext(), 1_000)
  }

  stop(): void {
    clearInterval(this.#loop)
  }

  enqueue(address: Multiaddr): void {
    this.#queue.push(address)
  }

  async connect(address: Multiaddr): Promise<void> {
    await this.#node.dial(address)
  }

  async disconnect(peer: PeerId): Promise<void> {
    this.#forget(peer.toString())
    await this.#node.hangUp(peer)
  }

  async #dialNext(): Promise<void> {
    const next = this.places < this.#init.maxPeers ? this.#queue.shift() : undefined
    if (next === undefined) return
    try {
      await this.#node.dial(next)
    } catch {
      this.enqueue(next)
    }
  }

  /** Whoever dialed greets first. */
  async #greet(peer: PeerId): Promise<void> {
    const [connection] = this.#node.getConnections(peer)
    if (connection?.direction !== 'outbound') return
    try {
      await this.#exchange(await connection.newStream(HELLO_PROTOCOL), connection)
    } catch {
      await connection.close()
    }
  }

  async #exchange(stream: Stream, connection: Connection): Promise<void> {
    const { chain, maxPeers, onPeer } = this.#init
    this.#greetings++
    try {
      const hello: Hello = { id: this.#node.peerId.toString(), ...chain }
      if (connection.direction === 'outbound') send(stream, hello)
      const theirs = await receive(stream)
      const isSame = theirs.chainId === chain.chainId && theirs.genesis === chain.genesis
      if (!isSame || this.peers.size >= maxPeers) throw new Error('Not one of us')
      if (connection.direction === 'inbound') send(stream, hello)
      this.peers.set(theirs.id, theirs)
      onPeer?.(theirs.id)
      await stream.close()
    } catch {
      await connection.close()
    } finally {
      this.#greetings--
    }
  }

  #forget(id: string): void {
    if (this.peers.delete(id)) this.#init.onGone?.(id)
  }
}

function send(stream: Stream, hello: Hello): void {
  stream.send(new TextEncoder().encode(`${JSON.stringify(hello)}\n`))
}

async function receive(stream: Stream): Promise<Hello> {
  const decoder = new TextDecoder()
  let line = ''
  for await (const chunk of stream) {
    line += decoder.decode(chunk.subarray(), { stream: true })
    if (line.includes('\n')) break
  }
  return JSON.parse(line) as Hello
}
