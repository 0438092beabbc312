import { sendGoodbye } from './goodbye.ts'
import { MAX_PAYLOAD_LENGTH } from './constants.ts'
import { readRequest } from './request.ts'
import { closeSilently } from './stream-end.ts'
import { answerUpdate, sendUpdate } from './update.ts'
import { UserCalls } from './user-calls.ts'
import type { Handshake, HandshakeFunction, Role, Verdict } from './handshake.ts'
import type { UpdateAnswer } from './update.ts'
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
  /** We have judged an UPDATE of the peer. */
  onVerdict(peer: string, verdict: Verdict<Hello>): void
  onFault(peer: string, source: HandshakeFunction, error: unknown): void
}

/** Milliseconds between two updates to, or of, one peer. Part of the protocol. */
const UPDATE_INTERVAL = 10_000

/** Milliseconds in which a goodbye must be heard. Part of the protocol; Lodestar's second. */
const GOODBYE_TIMEOUT = 1_000

/** Goodbyes and updates between authorized peers, each on a stream of its own. */
export class PeerRequests<Hello> {
  readonly #init: PeerRequestsInit<Hello>
  readonly #ports: PeerRequestsPorts<Hello>
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

  /** Reads what an authorized peer wants of a stream it opened, and answers. Never throws. */
  receive(peerId: PeerId, stream: Stream, role: Role): void {
    void this.#within(this.#init.handshakeTimeout, async (signal) => {
      const request = await readRequest(stream, { signal })
      const peer = peerId.toString()
      switch (request.kind) {
        case 'goodbye':
          this.#ports.onGoodbye(peer, request.reason, request.retryAfter)
          return closeSilently(stream, this.#init.clock)
        case 'handshake':
          // one of a crossing that came late: the peer, too, is authorized or about to be
          return closeSilently(stream, this.#init.clock)
        case 'update':
          if (!this.#mayUpdate(peer)) return this.#violated(peer, stream, 'updates too often')
          return answerUpdate({
            ...this.#init,
            stream,
            peerId,
            role,
            signal,
            payload: request.payload,
            onVerdict: (verdict) => this.#ports.onVerdict(peer, verdict),
            onFault: (source, error) => this.#ports.onFault(peer, source, error)
          })
        case 'violation':
          return this.#violated(peer, stream, request.detail)
        case 'ended':
          stream.abort(new Error('The stream ended without a request'))
      }
    })
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

  /** Says UPDATE with the application's hello of now, at most once in 10 s. Never rejects. */
  async update(peerId: PeerId, connection: Connection, role: Role): Promise<UpdateAnswer> {
    const peer = peerId.toString()
    let answer: UpdateAnswer = {
      kind: 'refused',
      reason: 'stream-closed',
      by: 'network',
      retryAfter: 0
    }
    await this.#turn(peer)
    await this.#within(this.#init.handshakeTimeout, async (signal) => {
      const payload = await this.#hello(peerId, role, signal)
      const stream = await this.#open(connection, signal)
      answer = await sendUpdate({ stream, payload, signal })
    })
    return answer
  }

  /** The peer is not authorized any more. */
  forget(peer: string): void {
    this.#received.delete(peer)
    this.#nextUpdate.delete(peer)
  }

  stop(): void {
    for (const controller of this.#running) controller.abort()
    this.#received.clear()
    this.#nextUpdate.clear()
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

  async #turn(peer: string): Promise<void> {
    const { clock } = this.#init
    const at = Math.max(clock.now(), this.#nextUpdate.get(peer) ?? 0)
    this.#nextUpdate.set(peer, at + UPDATE_INTERVAL)
    if (at > clock.now())
      await new Promise<void>((resolve) => clock.after(at - clock.now(), resolve))
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
    run: (signal: AbortSignal) => Promise<void> | void
  ): Promise<void> {
    const controller = new AbortController()
    const cancel = this.#init.clock.after(deadline, () => controller.abort())
    this.#running.add(controller)
    try {
      await run(controller.signal)
    } catch {
      // a stream that could not be opened, or a payload that could not be made, and was reported
    } finally {
      cancel()
      this.#running.delete(controller)
    }
  }
}
