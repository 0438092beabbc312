import { headlineOf, nameOf } from '../printable.ts'
import { Exchange } from './exchange.ts'
import { streamLine } from './line.ts'
import { PeerRequests } from './peer-requests.ts'
import { closeSilently, refuseStream } from './stream-end.ts'
import type { Handshake, Outcome, Role } from './handshake.ts'
import type { Reason, WireReason } from '../../machines/index.ts'
import type { Clock } from '../clock.ts'
import type { Offer } from './offer.ts'
import type { PeerRequestsPorts } from './peer-requests.ts'
import type { Turns } from './turns.ts'
import type { Connection, PeerId } from '@libp2p/interface'
import type { Registrar } from '@libp2p/interface-internal'

export interface LifecycleProtocolInit<Hello> {
  readonly self: PeerId
  /** The protocol id. */
  readonly protocol: string
  readonly handshake: Handshake<Hello>
  readonly clock: Clock
  /** Milliseconds that each call of the application's functions may take. */
  readonly verifyTimeout: number
  /** For the calls of `prove` and `verifyProof`. */
  readonly turns: Turns
  /** Milliseconds that an update may take. */
  readonly handshakeTimeout: number
}

/** The rest of the house, as the handshake's room sees it. */
export interface LifecycleProtocolPorts<Hello> extends Omit<
  PeerRequestsPorts<Hello>,
  'onLastWord'
> {
  onOffer(offer: Offer): void
  /** Our handshake stream is open. */
  onOpened(peer: string, session: number): void
  onOutcome(peer: string, session: number, role: Role, outcome: Outcome<Hello>): void
  /** We accepted and shall never know whether the peer did: only without a connection do both agree. */
  onDisagreement(peer: string): void
}

/** The handshake of one session, from the wish to open a stream to the end of the exchange. */
interface Session<Hello> {
  readonly number: number
  readonly opening: AbortController
  exchange?: Exchange<Hello>
}

/** Streams of the lifecycle protocol one peer may have open at once over one connection. */
const MAX_STREAMS = 8

/** The lifecycle protocol on this node: at most one handshake per peer, in either role. */
export class LifecycleProtocol<Hello> {
  readonly #init: LifecycleProtocolInit<Hello>
  readonly #ports: LifecycleProtocolPorts<Hello>
  /** Goodbyes and updates, both ways. */
  readonly requests: PeerRequests<Hello>
  /** Handshakes under way (initiate | answer -> outcome | abort | abandon). */
  readonly #sessions = new Map<string, Session<Hello>>()
  /** Last words that are still being written (said -> flushed or reset). */
  readonly #leaving = new Map<string, Set<Promise<unknown>>>()

  constructor(init: LifecycleProtocolInit<Hello>, ports: LifecycleProtocolPorts<Hello>) {
    this.#init = init
    this.#ports = ports
    this.requests = new PeerRequests(init, {
      ...ports,
      onLastWord: (peer, flushed) => this.#leave(peer, flushed)
    })
  }

  async start(registrar: Registrar): Promise<void> {
    await registrar.handle(
      this.#init.protocol,
      (stream, connection) => {
        this.#ports.onOffer({ peerId: connection.remotePeer, stream, connection })
      },
      {
        maxInboundStreams: MAX_STREAMS,
        maxOutboundStreams: MAX_STREAMS,
        runOnLimitedConnection: true
      }
    )
  }

  /** Takes the handler back and resets every handshake that is under way. */
  async stop(registrar: Registrar): Promise<void> {
    for (const peer of this.#sessions.keys()) this.abandon(peer)
    this.requests.stop()
    await registrar.unhandle(this.#init.protocol)
  }

  /** Opens a stream over the connection and shakes hands as the initiator. */
  initiate(peerId: PeerId, connection: Connection, number: number): void {
    const peer = peerId.toString()
    this.abandon(peer)
    const session: Session<Hello> = { number, opening: new AbortController() }
    this.#sessions.set(peer, session)
    void this.#open(session, { peerId, connection })
  }

  /** Shakes hands as the responder, on a stream that the peer opened. */
  answer(offer: Offer, number: number): void {
    const peer = offer.peerId.toString()
    this.abandon(peer)
    const session: Session<Hello> = { number, opening: new AbortController() }
    this.#sessions.set(peer, session)
    this.#begin(session, 'responder', offer)
  }

  /** Closes a stream without a frame: we are the initiator ourselves, or there is nothing to shake. */
  decline({ stream, peerId }: Offer): void {
    this.#leave(peerId.toString(), closeSilently(stream, this.#init.clock))
  }

  /** Answers REJECT at once, without a handshake. */
  refuse({ stream, peerId }: Offer, reason: WireReason, retryAfter = 0): void {
    this.#leave(peerId.toString(), refuseStream(stream, reason, retryAfter, this.#init.clock))
  }

  /** Gives our own handshake up in favour of the peer's: no word, and no outcome. */
  abandon(peer: string): void {
    this.#end(peer, undefined, 0)
  }

  /** Ends the handshake for a reason of ours; the peer is told the word if it has one. No outcome follows. */
  abort(peer: string, reason: WireReason | undefined, retryAfter: number): void {
    this.#end(peer, reason, retryAfter)
  }

  /** The word for a handshake whose deadline is over now. */
  overdue(peer: string): 'timeout' | 'authentication-failed' {
    return this.#sessions.get(peer)?.exchange?.overdue ?? 'timeout'
  }

  /** Settles when the last words to the peer are flushed; never rejects. */
  async flushed(peer: string): Promise<void> {
    const words = this.#leaving.get(peer)
    if (words !== undefined) await Promise.allSettled(words)
  }

  async #open(session: Session<Hello>, to: Omit<Offer, 'stream'>): Promise<void> {
    const peer = to.peerId.toString()
    const isCurrent = (): boolean => this.#sessions.get(peer) === session
    try {
      const { signal } = session.opening
      const options = { signal, runOnLimitedConnection: true }
      const stream = await to.connection.newStream(this.#init.protocol, options)
      if (!isCurrent()) {
        stream.abort(new Error('The handshake was given up while its stream was opened'))
        return
      }
      this.#ports.onOpened(peer, session.number)
      // whoever heard of that may have called the handshake off
      if (!isCurrent()) {
        stream.abort(new Error('The handshake was given up as its stream opened'))
        return
      }
      this.#begin(session, 'initiator', { ...to, stream })
    } catch (error) {
      if (!isCurrent()) return
      this.#sessions.delete(peer)
      this.#ports.onOutcome(peer, session.number, 'initiator', failureOf(error))
    }
  }

  #begin(session: Session<Hello>, role: Role, { peerId, stream }: Offer): void {
    const peer = peerId.toString()
    const { number } = session
    const exchange = new Exchange<Hello>({
      ...this.#init,
      line: streamLine(stream, this.#init.clock),
      role,
      peerId,
      onOutcome: (outcome) => {
        if (this.#sessions.get(peer) === session) this.#sessions.delete(peer)
        this.#leave(peer, exchange.done)
        if (outcome.kind === 'refused' && outcome.acceptSent && outcome.by !== 'remote') {
          this.#ports.onDisagreement(peer)
        }
        this.#ports.onOutcome(peer, number, role, outcome)
      },
      onFault: (source, error) => this.#ports.onFault(peer, source, error),
      onViolation: (detail) => {
        const no = { kind: 'refused', reason: 'protocol-violation', by: 'local' } as const
        this.#ports.onVerdict(peer, { ...no, retryAfter: 0, detail })
      }
    })
    session.exchange = exchange
    exchange.start()
  }

  #end(peer: string, reason: WireReason | undefined, retryAfter: number): void {
    const session = this.#sessions.get(peer)
    if (session === undefined) return
    this.#sessions.delete(peer)
    session.opening.abort()
    const { exchange } = session
    if (exchange === undefined) return
    const { acceptSent } = exchange
    exchange.abort(reason, retryAfter)
    this.#leave(peer, exchange.done)
    if (acceptSent) this.#ports.onDisagreement(peer)
  }

  #leave(peer: string, end: Promise<unknown>): void {
    const leaving = this.#leaving.get(peer) ?? new Set<Promise<unknown>>()
    this.#leaving.set(peer, leaving.add(end))
    const left = (): void => {
      leaving.delete(end)
      if (leaving.size === 0 && this.#leaving.get(peer) === leaving) this.#leaving.delete(peer)
    }
    end.then(left, left)
  }
}

/** Names of libp2p's errors that say that the remote does not speak the protocol. */
const UNSUPPORTED = 'UnsupportedProtocolError'

function failureOf(error: unknown): Outcome<never> {
  const isUnsupported = nameOf(error) === UNSUPPORTED
  const reason: Reason = isUnsupported ? 'unsupported-protocol' : 'stream-closed'
  const by = isUnsupported ? 'remote' : 'network'
  const refusal = { kind: 'refused', reason, by, retryAfter: 0, acceptSent: false } as const
  return isUnsupported ? refusal : { ...refusal, detail: headlineOf(error) }
}
