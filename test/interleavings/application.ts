import { CHAIN } from '../../src/testing/simulation/simulated-node.ts'
import { HandshakeRefusedError } from '../../src/index.ts'
import type { Handshake, HandshakeChange, HandshakeContext } from '../../src/index.ts'
import type { ConnectionGater } from '@libp2p/interface'
import type { Turns } from './turns.ts'

/** How the application's functions behave from now on. */
export type Mood = 'willing' | 'throwing' | 'hanging'

/**
 * The application: its handshake and its connection gater, which answer when it is their turn, and what it
 * sees of the sessions that the service keeps with one peer.
 */
export class Application implements Handshake<string> {
  mood: Mood = 'willing'
  /** Does its gater deny every connection? */
  isClosed = false
  /** Sessions that overlapped with another one of the same peer. */
  readonly overlaps: string[] = []
  /** Calls whose handshake is not over, by function and peer. */
  readonly #live = new Map<string, Set<AbortSignal>>()
  #tell: (change: HandshakeChange) => void = () => {}
  readonly #turns: Turns

  constructor(turns: Turns) {
    this.#turns = turns
  }

  readonly gater: ConnectionGater = {
    denyDialPeer: () => this.isClosed,
    denyInboundConnection: () => this.isClosed,
    denyInboundEncryptedConnection: () => this.isClosed,
    denyOutboundEncryptedConnection: () => this.isClosed
  }

  async hello(context: HandshakeContext): Promise<Uint8Array> {
    await this.#called('hello', context)
    return new TextEncoder().encode(CHAIN)
  }

  async verify(payload: Uint8Array, context: HandshakeContext): Promise<string> {
    await this.#called('verify', context)
    const word = new TextDecoder().decode(payload)
    if (word !== CHAIN) throw new HandshakeRefusedError('incompatible', `not ${CHAIN}`)
    return word
  }

  subscribe(listener: (change: HandshakeChange) => void): () => void {
    this.#tell = listener
    return () => {}
  }

  /** It changes its mind about a peer. */
  change(change: HandshakeChange): void {
    this.#tell(change)
  }

  async #called(name: string, { peerId, signal, current }: HandshakeContext): Promise<void> {
    const { mood } = this
    // an update is asked for beside whatever else is under way
    if (current === undefined && name === 'verify')
      this.#note(`${name} of ${String(peerId)}`, signal)
    await this.#turns.take(name)
    if (mood === 'hanging') await new Promise<never>(() => {})
    if (mood === 'throwing') throw new Error(`${name} failed`)
  }

  #note(call: string, signal: AbortSignal): void {
    const live = this.#live.get(call) ?? new Set()
    for (const other of live) if (other.aborted) live.delete(other)
    this.#live.set(call, live.add(signal))
    if (live.size > 1) this.overlaps.push(call)
  }
}
