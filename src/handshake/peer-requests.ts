import { sendGoodbye } from './goodbye.ts'
import { LINGER, MAX_PAYLOAD_LENGTH } from './constants.ts'
import { readRequest } from './request.ts'
import { closeSilently } from './stream-end.ts'
import { answerUpdate, sendUpdate } from './update.ts'
import { UserCalls } from './user-calls.ts'
import type { Handshake, HandshakeFunction, Role, Verdict } from './handshake.ts'
import type { UpdateAnswer } from './update.ts'
import type { Offer } from './offer.ts'
import type { WireReason } from '../../machines/index.ts'
import type { Clock } from '../clock.ts'
import type { Connection, PeerId, Stream } from '@libp2p/interface'

export interface PeerRequestsInit<Hello> {
  readonly protocol: string
  readonly handshake: Handshake<Hello>
  readonly clock: Clock
  readonly verifyTimeout: number
  readonly handshakeTimeout: number
}

export interface PeerRequestsPorts<Hello> {
  onGoodbye(peer: string, reason: WireReason, retryAfter: number): void
  /** The peer shakes hands anew: it does not know that it is authorized. */
  onRestart(offer: Offer): void
  /** We have judged an UPDATE of the peer. */
  onVerdict(peer: string, verdict: Verdict<Hello>): void
  onFault(peer: string, source: HandshakeFunction, error: unknown): void
  /** A last word is being written to the peer, until this settles. */
  onLastWord(peer: string, flushed: Promise<void>): void
}

/** Milliseconds between two updates to, or of, one peer. Part of the protocol. */
const UPDATE_INTERVAL = 10_000

/** Milliseconds in which a goodbye must be heard. Part of the protocol; Lodestar's second. */
const GOODBYE_TIMEOUT = 1_000

/** Goodbyes and updates between authorized peers, each on a stream of its own. */
export class PeerRequests<Hello> {
  readonly #init: PeerRequestsInit<Hello>
  readonly #ports: PeerRequestsPorts<Hello>
  /** What ends with a peer's authorization (first request -> forget | stop). */
  readonly #sessions = new Map<string, AbortController>()
  /** The update that waits for its turn (said too early -> its turn | forget). */
  readonly #waiting = new Map<string, Promise<boolean>>()
  /** When the last two updates of a peer came (first update -> forget). */
  readonly #received = new Map<string, [number, number]>()
  /** When the next update to a peer may be sent (first update -> forget). */
  readonly #nextUpdate = new Map<string, number>()
  /** What is under way (begun -> ended). */
  readonly #running = new Set<AbortController>()

  constructor(init: PeerRequestsInit<Hello>, ports: PeerRequestsPorts<Hello>) {
    this.#init = init
    this.#ports = ports
  }

  /**
   * Reads what an authorized peer wants of a stream it opened, and answers. Never throws.
   *
   * @param hello - Gives what is held of the peer when it is asked
   */
  receive(offer: Offer, role: Role, hello: () => unknown): void {
    const { peerId, stream } = offer
    const run = async (signal: AbortSignal): Promise<void> => {
      const request = await readRequest(stream, { signal })
      const peer = peerId.toString()
      switch (request.kind) {
        case 'goodbye':
          this.#ports.onGoodbye(peer, request.reason, request.retryAfter)
          return closeSilently(stream, this.#init.clock)
        case 'handshake':
          // one of a crossing that came late has been given up, and is reset; whoever keeps it means it
          if (await this.#staysOpen(stream, signal)) return this.#ports.onRestart(offer)
          return closeSilently(stream, this.#init.clock)
        case 'update':
          if (!this.#mayUpdate(peer)) return this.#violated(peer, stream, 'updates too often')
          return answerUpdate({
            ...this.#init,
            stream,
            peerId,
            role,
            signal,
            current: hello(),
            payload: request.payload,
            onVerdict: (verdict, closed) => {
              this.#ports.onLastWord(peer, closed)
              this.#ports.onVerdict(peer, verdict)
            },
            onFault: (source, error) => this.#ports.onFault(peer, source, error)
          })
        case 'violation':
          return this.#violated(peer, stream, request.detail)
        case 'ended':
          stream.abort(new Error('The stream ended without a request'))
      }
    }
    void this.#within(this.#init.handshakeTimeout, run, this.#sessionOf(peerId.toString()))
  }

  /** Says GOODBYE. True if the peer has heard it; never rejects. */
  async goodbye(connection: Connection, reason: WireReason, retryAfter: number): Promise<boolean> {
    let isHeard = false
    await this.#within(GOODBYE_TIMEOUT, async (signal) => {
      const stream = await this.#open(connection, signal)
      isHeard = await sendGoodbye({ stream, reason, retryAfter, signal })
    })
    return isHeard
  }

  /**
   * Says UPDATE with the application's hello of now, at most once in 10 s; callers that wait for the same
   * turn share it. Never rejects; true if there was an answer of any kind, a refusal or the end included.
   *
   * @param connection - Gives the connection to say it over when it is its turn
   * @param onAnswer - Called in the very event in which the answer comes; not at all if nothing was said,
   * for there is no payload, no connection, no stream, or no session any more
   */
  update(
    peerId: PeerId,
    role: Role,
    connection: () => Connection | undefined,
    onAnswer: (answer: UpdateAnswer) => void
  ): Promise<boolean> {
    const peer = peerId.toString()
    const waiting = this.#waiting.get(peer)
    if (waiting !== undefined) return waiting
    const isEarly = this.#init.clock.now() < (this.#nextUpdate.get(peer) ?? 0)
    const update = this.#update(peerId, role, connection, onAnswer)
    if (isEarly) this.#waiting.set(peer, update)
    return update
  }

  async #update(
    peerId: PeerId,
    role: Role,
    connection: () => Connection | undefined,
    onAnswer: (answer: UpdateAnswer) => void
  ): Promise<boolean> {
    const peer = peerId.toString()
    const session = this.#sessionOf(peer)
    let isAnswered = false
    const answered = (answer: UpdateAnswer): void => {
      isAnswered = true
      onAnswer(answer)
    }
    await this.#turn(peer, session)
    await this.#within(
      this.#init.handshakeTimeout,
      async (signal) => {
        const payload = await this.#hello(peerId, role, signal)
        const carrier = connection()
        if (carrier === undefined) return
        const stream = await this.#open(carrier, signal)
        await sendUpdate({ stream, payload, signal, onAnswer: answered })
      },
      session
    )
    return isAnswered
  }

  /** The peer is not authorized any more: what its session had under way ends, goodbyes excepted. */
  forget(peer: string): void {
    this.#sessions.get(peer)?.abort()
    this.#sessions.delete(peer)
    this.#waiting.delete(peer)
    this.#received.delete(peer)
    this.#nextUpdate.delete(peer)
  }

  stop(): void {
    for (const peer of this.#sessions.keys()) this.forget(peer)
    for (const controller of this.#running) controller.abort()
  }

  #sessionOf(peer: string): AbortSignal {
    const session = this.#sessions.get(peer) ?? new AbortController()
    this.#sessions.set(peer, session)
    return session.signal
  }

  #staysOpen(stream: Stream, signal: AbortSignal): Promise<boolean> {
    const ended = new AbortController()
    return new Promise<boolean>((resolve) => {
      const end = (): void => resolve(false)
      const listening = { signal: ended.signal }
      const cancel = this.#init.clock.after(LINGER, () => resolve(true))
      ended.signal.addEventListener('abort', cancel)
      stream.addEventListener('close', end, listening)
      stream.addEventListener('remoteCloseWrite', end, listening)
      signal.addEventListener('abort', end, listening)
      if (stream.status !== 'open' || stream.remoteWriteStatus === 'closed') end()
    }).finally(() => ended.abort())
  }

  #open(connection: Connection, signal: AbortSignal): Promise<Stream> {
    return connection.newStream(this.#init.protocol, { signal, runOnLimitedConnection: true })
  }

  #violated(peer: string, stream: Stream, detail: string): void {
    stream.abort(new Error(detail))
    const reason = 'protocol-violation'
    const no = { kind: 'refused', reason, by: 'local', retryAfter: 0, detail } as const
    this.#ports.onVerdict(peer, no)
  }

  // Two in one interval are one that was early and one that was late on the way; a third is one too many.
  #mayUpdate(peer: string): boolean {
    const now = this.#init.clock.now()
    const [beforeLast, last] = this.#received.get(peer) ?? [-Infinity, -Infinity]
    this.#received.set(peer, [last, now])
    return now - beforeLast >= UPDATE_INTERVAL
  }

  async #turn(peer: string, session: AbortSignal): Promise<void> {
    const { clock } = this.#init
    const at = Math.max(clock.now(), this.#nextUpdate.get(peer) ?? 0)
    this.#nextUpdate.set(peer, at + UPDATE_INTERVAL)
    if (at <= clock.now()) return
    await new Promise<void>((resolve) => {
      const end = (): void => {
        cancel()
        session.removeEventListener('abort', end)
        resolve()
      }
      const cancel = clock.after(at - clock.now(), end)
      session.addEventListener('abort', end)
    })
    if (!session.aborted) this.#waiting.delete(peer)
  }

  #hello(peerId: PeerId, role: Role, signal: AbortSignal): Promise<Uint8Array> {
    const { clock, verifyTimeout, handshake } = this.#init
    const calls = new UserCalls(clock, verifyTimeout)
    return new Promise((resolve, reject) => {
      calls.call(
        () => handshake.hello({ peerId, role, signal }),
        (answer) => {
          calls.close()
          const isPayload =
            answer.kind === 'value' &&
            answer.value instanceof Uint8Array &&
            answer.value.byteLength <= MAX_PAYLOAD_LENGTH
          if (isPayload) return resolve(answer.value)
          const error =
            answer.kind === 'error' ? answer.error : new Error('hello() gave no payload')
          this.#ports.onFault(peerId.toString(), 'hello', error)
          reject(new Error('No payload for the update'))
        }
      )
    })
  }

  /** Runs a request under a deadline. A request that fails has ended, that is all: never rejects. */
  async #within(
    deadline: number,
    run: (signal: AbortSignal) => Promise<void> | void,
    session?: AbortSignal
  ): Promise<void> {
    if (session?.aborted === true) return
    const controller = new AbortController()
    const abort = (): void => controller.abort()
    const cancel = this.#init.clock.after(deadline, abort)
    session?.addEventListener('abort', abort)
    this.#running.add(controller)
    try {
      await run(controller.signal)
    } catch {
      // a stream that could not be opened, or a payload that could not be made, and was reported
    } finally {
      cancel()
      session?.removeEventListener('abort', abort)
      this.#running.delete(controller)
    }
  }
}
