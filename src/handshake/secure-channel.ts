import { Exchange } from './exchange.ts'
import { channelLine } from './line.ts'
import type { WireReason } from '../../machines/index.ts'
import type { Clock } from '../clock.ts'
import type { Intent } from './exchange-init.ts'
import type { Handshake, HandshakeFunction, Outcome, Refusal, Role } from './handshake.ts'
import type { Turns } from './turns.ts'
import type { MessageStream, PeerId, SecuredConnection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

export interface SecureChannelInit<Hello> {
  readonly self: PeerId
  /** The protocol id that is offered in security negotiation. */
  readonly protocol: string
  readonly handshake: Handshake<Hello>
  readonly clock: Clock
  /** Milliseconds that each call of the application's functions may take. */
  readonly verifyTimeout: number
  /** Milliseconds that the whole handshake may take, counted from the end of the inner one. */
  readonly handshakeTimeout: number
  /** For the calls of `prove` and `verifyProof`. */
  readonly turns: Turns
}

/** What libp2p's connection will have in common with the stream that is encrypted here. */
export interface Trunk {
  /** The same object, unless a private network put a layer of its own between the two. */
  readonly timeline: object
  /** Where the peer is; of a connection that came to us nobody else has it. */
  readonly remoteAddr?: Multiaddr
}

/** A connection that is encrypted, and not yet one for anybody else. */
export interface Channel {
  readonly peerId: PeerId
  readonly role: Role
  readonly stream: MessageStream
  readonly trunk: Trunk
  /** Goes over a relay that limits it. */
  readonly isLimited: boolean
}

/** How the handshake in a channel ended. */
export type ChannelOutcome<Hello> = { readonly kind: 'accepted'; readonly hello: Hello } | Refusal

/** The rest of the house, as the channel sees it. None of these may throw. */
export interface SecureChannelPorts<Hello> {
  /** What we want of a peer that we dial, whoever asked for the dial. */
  intend(channel: Channel): Intent
  /** A peer that dials us wants this: the word that refuses it, if there is one. */
  admit(
    channel: Channel,
    intent: Intent
  ): { readonly reason: WireReason; readonly retryAfter: number } | undefined
  onOutcome(channel: Channel, outcome: ChannelOutcome<Hello>): void
  onFault(peer: string, source: HandshakeFunction, error: unknown): void
}

/** What an upgrade tells its encrypter. */
export interface UpgradeOptions {
  readonly signal?: AbortSignal | undefined
  readonly limits?: unknown
}

/** The application's handshake inside the security upgrade, before a muxer exists. */
export class SecureChannel<Hello> {
  readonly #init: SecureChannelInit<Hello>
  readonly #ports: SecureChannelPorts<Hello>
  /** Handshakes under way, and how to end each (begun -> outcome). */
  readonly #running = new Map<Channel, (reason?: WireReason, retryAfter?: number) => void>()
  #isStarted = false

  constructor(init: SecureChannelInit<Hello>, ports: SecureChannelPorts<Hello>) {
    this.#init = init
    this.#ports = ports
  }

  start(): void {
    this.#isStarted = true
  }

  /** Ends every handshake that is under way; its connection never comes to be. */
  stop(): void {
    this.#isStarted = false
    for (const end of this.#running.values()) end('shutting-down')
  }

  /** Ends a handshake for a reason of ours; the peer is told the word if it has one. */
  abort(channel: Channel, reason: WireReason | undefined, retryAfter: number): void {
    this.#running.get(channel)?.(reason, retryAfter)
  }

  /**
   * Shakes hands on what the inner encrypter made, and gives it back as it is when both sides have
   * accepted.
   *
   * @throws Error with the word of the refusal in its message: libp2p keeps nothing else of it
   */
  async shake(
    secured: SecuredConnection,
    role: Role,
    trunk: Trunk,
    options: UpgradeOptions
  ): Promise<SecuredConnection> {
    if (!this.#isStarted) throw new Error('The peer lifecycle has not started, or has stopped')
    const channel: Channel = {
      peerId: secured.remotePeer,
      role,
      stream: secured.connection,
      trunk,
      isLimited: options.limits !== undefined
    }
    const { outcome: agreed, left } = await this.#exchange(channel, options.signal)
    // a connection that has gone since the last word will never be one
    const isGone = agreed.kind === 'accepted' && channel.stream.status !== 'open'
    const outcome = isGone ? CUT : agreed
    this.#ports.onOutcome(channel, outcome)
    if (outcome.kind === 'accepted') return secured
    // whoever says no lets the peer read it, before the upgrade fails and resets the socket
    if (outcome.by === 'local') await left
    throw new Error(messageOf(outcome))
  }

  async #exchange(
    channel: Channel,
    signal: AbortSignal | undefined
  ): Promise<{ outcome: ChannelOutcome<Hello>; left: Promise<void> }> {
    const { clock, handshakeTimeout } = this.#init
    const { promise, resolve } = Promise.withResolvers<ChannelOutcome<Hello>>()
    const exchange = this.#makeExchange(channel, (outcome) => resolve(withoutYield(outcome)))
    const end = (reason?: WireReason, retryAfter = 0): void => {
      exchange.abort(reason, retryAfter)
      resolve({ ...(reason === undefined ? CUT : { ...CUT, reason, by: 'local' }) })
    }
    const onAbort = (): void => end()
    const cancel = clock.after(handshakeTimeout, () => end(exchange.overdue))
    this.#running.set(channel, end)
    signal?.addEventListener('abort', onAbort)
    exchange.start()
    if (signal?.aborted === true) onAbort()
    const outcome = await promise
    this.#running.delete(channel)
    signal?.removeEventListener('abort', onAbort)
    cancel()
    return { outcome, left: exchange.done }
  }

  #makeExchange(channel: Channel, onOutcome: (outcome: Outcome<Hello>) => void): Exchange<Hello> {
    const { peerId, role, stream } = channel
    return new Exchange<Hello>({
      ...this.#init,
      role,
      peerId,
      line: channelLine(stream, this.#init.clock),
      ...(role === 'initiator'
        ? { intent: this.#ports.intend(channel) }
        : { admit: (intent: Intent) => this.#ports.admit(channel, intent) }),
      onOutcome,
      onFault: (source, error) => this.#ports.onFault(peerId.toString(), source, error)
    })
  }
}

/** A connection that ended before its handshake did, or was given up. */
const CUT = {
  kind: 'refused',
  reason: 'connection-closed',
  by: 'network',
  retryAfter: 0
} as const satisfies Refusal

function withoutYield<Hello>(outcome: Outcome<Hello>): ChannelOutcome<Hello> {
  if (outcome.kind === 'yielded') return CUT
  if (outcome.kind === 'refused' && outcome.by === 'network') return { ...outcome, ...CUT }
  return outcome
}

function messageOf({ reason, by, detail }: Refusal): string {
  if (by === 'network') return `The handshake in the secure channel was cut off: ${reason}`
  const who = by === 'local' ? 'The peer was refused' : 'The peer refused us'
  return `${who}: ${reason}${detail === undefined ? '' : `, ${detail}`}`
}
