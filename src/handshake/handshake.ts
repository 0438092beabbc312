import type { Reason, Side, WireReason } from '../../machines/reasons.ts'
import type { PeerId } from '@libp2p/interface'

/** A side of a handshake: the initiator holds an outbound slot for the other and opened the stream. */
export type Role = 'initiator' | 'responder'

/** What an application's functions are told about the handshake they are called for. */
export interface HandshakeContext {
  /** The peer, as its connection proved it. Trust this, never an id inside a payload. */
  readonly peerId: PeerId

  /** Our own role. */
  readonly role: Role

  /** Aborted when the handshake ends, whatever the reason: stop working then, nobody waits. */
  readonly signal: AbortSignal

  /**
   * What the peer is authorized with, if it is an update that is judged; not there in a handshake. An
   * update carries no proof: what `verifyProof` has vouched for must be the same in it.
   */
  readonly current?: unknown
}

/**
 * A change of mind about one peer: its authorization is taken back, with the word that it is told, or a
 * refusal of earlier does not hold any more.
 */
export type HandshakeChange =
  | {
      readonly type: 'revoked'
      readonly peer: string
      readonly reason: WireReason
      readonly detail?: string
    }
  | { readonly type: 'allowed'; readonly peer: string }

/**
 * The application's own handshake: what this node says of itself, and what it demands of a peer before
 * any application protocol runs with it. Both sides run the same functions.
 *
 * Every call has a deadline of its own. A function that throws or answers too late ends the handshake
 * with that peer and nothing else; an answer that comes after the end is ignored. A function may be
 * called for several peers at once.
 *
 * @typeParam Hello What `verify` makes of a peer's payload. Plain data: it is kept with the peer, and
 * shown in events and snapshots.
 *
 * @example
 *
 * ```ts
 * const handshake: Handshake<{ height: number }> = {
 *   hello: () => new TextEncoder().encode(JSON.stringify({ network: 'mychain', height })),
 *   verify: (payload) => {
 *     const hello = JSON.parse(new TextDecoder().decode(payload))
 *     if (hello.network !== 'mychain') throw new HandshakeRefusedError('incompatible')
 *     return { height: Number(hello.height) }
 *   }
 * }
 * ```
 */
export interface Handshake<Hello = unknown> {
  /**
   * Our payload for this peer, at most 2,048 bytes. Anything else, and anything thrown, ends the
   * handshake with reason `internal`.
   */
  hello(context: HandshakeContext): Uint8Array | Promise<Uint8Array>

  /**
   * Judges the peer's payload (at most 2,048 bytes, otherwise as hostile as the peer) and returns what
   * it says. To refuse, throw a `HandshakeRefusedError` with the word the peer is told; anything else
   * that is thrown is a fault of ours, reason `internal`.
   */
  verify(payload: Uint8Array, context: HandshakeContext): Hello | Promise<Hello>

  /**
   * Our proof, at most 1,024 bytes, over `transcript`, in which we are the prover. A peer that does not
   * ask for proofs ignores it. Leave it out if the application uses no proofs.
   */
  prove?(transcript: Uint8Array, context: HandshakeContext): Uint8Array | Promise<Uint8Array>

  /**
   * Judges the peer's proof over `transcript`, in which the peer is the prover. Called after `verify`
   * has passed, with its result. To refuse, throw a `HandshakeRefusedError('authentication-failed')`.
   * If it is there, a peer without a proof is refused with that word.
   */
  verifyProof?(
    proof: Uint8Array,
    transcript: Uint8Array,
    hello: Hello,
    context: HandshakeContext
  ): void | Promise<void>

  /**
   * The names of the parts that this handshake speaks in, which makes it one that `allOf` combines: its
   * payload and its proof are lists of named parts (`handshakePart` makes such), and it passes over
   * parts of other names. Empty if it needs none. Left out by a handshake with a payload of its own.
   */
  readonly parts?: readonly string[]

  /**
   * What our verdicts depend on and is the same in every run, as text: chain, genesis, versions. When it
   * has changed since a node was stopped, peers that it remembers as `incompatible` or
   * `unsupported-version` are tried anew. Without it such a cool-down holds over every restart. The
   * ready-made handshakes have one.
   */
  readonly fingerprint?: string | undefined

  /**
   * Tells of changes of mind between handshakes: `revoked` ends the authorization of that peer at once.
   * Called once when the node starts, which fails if this throws. Returns the function that ends the
   * subscription when the node stops. The listener does not throw.
   */
  subscribe?(listener: (change: HandshakeChange) => void): () => void
}

/** What a handshake's `verify` makes of a peer's payload. */
export type HelloOf<T extends Handshake> = T extends Handshake<infer Hello> ? Hello : never

/** A function of the application's handshake, by its name. */
export type HandshakeFunction = 'hello' | 'verify' | 'prove' | 'verifyProof'

/** A no, to a handshake or to an update. */
export interface Refusal {
  readonly kind: 'refused'
  readonly reason: Reason
  readonly by: Side

  /** Seconds after which the remote asks us to come back, as it wrote them: cap it. 0 for none. */
  readonly retryAfter: number

  /** What exactly was wrong, for people: printable, at most 200 characters, never sent to the peer. */
  readonly detail?: string
}

/** How a handshake ended. */
export type Outcome<Hello> =
  | { readonly kind: 'accepted'; readonly hello: Hello }
  | HandshakeRefusal
  /** The peer closed its end without a word: the answer of one that is the initiator itself. */
  | { readonly kind: 'yielded' }

/** A no that ended a handshake. */
interface HandshakeRefusal extends Refusal {
  /**
   * True if our ACCEPT is on its way all the same: the remote may hold us to be authorized, so only
   * the end of the connection makes both sides agree.
   */
  readonly acceptSent: boolean
}

/** How an update ended at the side that judged it. */
export type Verdict<Hello> = { readonly kind: 'accepted'; readonly hello: Hello } | Refusal
