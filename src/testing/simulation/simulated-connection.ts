import { StreamCloseEvent } from '@libp2p/interface'
import { TypedEventEmitter } from 'main-event'
import { silent, SimulatedStream } from './simulated-stream.ts'
import { NO_ANSWER } from './host.ts'
import type { Host } from './host.ts'
import type { Wire } from './wire.ts'
import type {
  Connection,
  ConnectionLimits,
  MessageStreamDirection,
  MessageStreamEvents,
  NewStreamOptions,
  PeerId
} from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

type ConnectionEvents = Omit<MessageStreamEvents, 'drain' | 'message' | 'end'>

export interface ConnectionInit {
  readonly id: string
  readonly wire: Wire
  readonly host: Host
  readonly direction: MessageStreamDirection
  readonly remotePeer: PeerId
  readonly remoteAddr: Multiaddr
  readonly limits?: ConnectionLimits
}

/**
 * One end of a connection, as far as a service can tell it from libp2p's: streams are negotiated with the
 * protocols that the other host has at that moment, pass the middleware of both sides, and end with it.
 */
export class SimulatedConnection extends TypedEventEmitter<ConnectionEvents> implements Connection {
  readonly id: string
  readonly multiplexer = '/yamux/1.0.0'
  readonly encryption = '/noise'
  readonly log = silent
  readonly remotePeer: PeerId
  readonly remoteAddr: Multiaddr
  readonly direction: MessageStreamDirection
  readonly timeline = { open: 0 }
  readonly wire: Wire
  readonly host: Host
  limits?: ConnectionLimits
  status: Connection['status'] = 'open'
  streams: SimulatedStream[] = []
  other!: SimulatedConnection
  /** What has arrived before this end was open to its host; none once it is. */
  #early: (() => void)[] | undefined = []
  #streams = 0

  private constructor(init: ConnectionInit) {
    super()
    this.id = init.id
    this.wire = init.wire
    this.host = init.host
    this.direction = init.direction
    this.remotePeer = init.remotePeer
    this.remoteAddr = init.remoteAddr
    if (init.limits !== undefined) this.limits = init.limits
  }

  /** Both ends of a new connection; neither host knows of it yet. */
  static pair(
    here: ConnectionInit,
    there: ConnectionInit
  ): { dialed: SimulatedConnection; accepted: SimulatedConnection } {
    const dialed = new SimulatedConnection(here)
    const accepted = new SimulatedConnection(there)
    dialed.other = accepted
    accepted.other = dialed
    return { dialed, accepted }
  }

  /** This end is open to its host from now on, and what came early is looked at. */
  begin(): void {
    const early = this.#early ?? []
    this.#early = undefined
    for (const arrive of early) arrive()
  }

  get direct(): boolean {
    return this.limits === undefined
  }

  newStream = async (
    protocols: string | string[],
    options: NewStreamOptions = {}
  ): Promise<SimulatedStream> => {
    if (this.status !== 'open') throw named('ConnectionClosedError', 'The connection is not open')
    if (this.limits !== undefined && options.runOnLimitedConnection !== true) {
      throw named('LimitedConnectionError', 'Cannot open a stream on a limited connection')
    }
    const id = `${this.id}-${++this.#streams}`
    const { opened, offered } = SimulatedStream.pair(id, this.wire, this.direction)
    this.#keep(opened)
    try {
      opened.protocol = await this.#negotiate(opened, offered, [protocols].flat(), options.signal)
      await this.host.outgoing(opened, this)
    } catch (error) {
      opened.abort(error as Error)
      throw error
    }
    return opened
  }

  async close(): Promise<void> {
    if (this.status !== 'open') return
    this.status = 'closing'
    await Promise.all(this.streams.map((stream) => stream.close().catch(() => {})))
    this.wire.carry(() => this.other.end('closed'), { from: this.direction, what: 'closes' })
    this.end('closed')
  }

  abort(error: Error): void {
    if (this.status !== 'open' && this.status !== 'closing') return
    for (const stream of this.streams) stream.abort(error)
    this.wire.carry(() => this.other.end('reset'), { from: this.direction, what: 'resets' })
    this.end('aborted')
  }

  /** This end learns that the connection is over. The other one may not. */
  end(status: 'closed' | 'reset' | 'aborted'): void {
    if (this.status !== 'open' && this.status !== 'closing') return
    this.status = status
    for (const stream of this.streams) if (stream.isOpen) stream.onTransportClosed()
    this.streams = []
    this.dispatchEvent(new StreamCloseEvent())
    this.host.closed(this)
  }

  #keep(stream: SimulatedStream): void {
    this.streams.push(stream)
    const forget = (): void => {
      this.streams = this.streams.filter((other) => other !== stream)
    }
    stream.addEventListener('close', forget)
  }

  /** A round trip: the other side picks the first protocol that it knows, and hears of the stream. */
  #negotiate(
    opened: SimulatedStream,
    offered: SimulatedStream,
    protocols: string[],
    signal: AbortSignal | undefined
  ): Promise<string> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(signal?.reason as Error)
      opened.addEventListener('close', () => reject(named('StreamResetError', 'The stream ended')))
      if (signal?.aborted === true) return onAbort()
      signal?.addEventListener('abort', onAbort)
      const parcel = { from: this.direction, stream: opened.id, what: 'opens' } as const
      this.wire.carry(() => {
        this.other.#offer(offered, protocols, (answer) => {
          signal?.removeEventListener('abort', onAbort)
          if (answer !== undefined) return resolve(answer)
          reject(named('UnsupportedProtocolError', `None of ${protocols.join(', ')} is spoken`))
        })
      }, parcel)
    })
  }

  /** The other side opens a stream: its protocol is chosen, and the host hears of it. */
  #offer(
    stream: SimulatedStream,
    protocols: string[],
    onAnswer: (answer: string | undefined) => void
  ): void {
    if (this.#early !== undefined) {
      this.#early.push(() => this.#offer(stream, protocols, onAnswer))
      return
    }
    if (this.status !== 'open') return
    this.#keep(stream)
    const answer = this.host.select(protocols)
    if (answer === NO_ANSWER) return
    this.wire.carry(() => onAnswer(answer), {
      from: this.direction,
      stream: stream.id,
      what: 'answers'
    })
    if (answer === undefined) return
    stream.protocol = answer
    this.host.incoming(stream, this).catch((error: unknown) => stream.abort(error as Error))
  }
}

/** An error as libp2p makes them: what counts is its name. */
export function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name })
}
