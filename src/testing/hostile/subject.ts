import type { Line } from './line.ts'
import type { Handshake, PeerLifecycle, PeerLifecycleInit, Role } from '../../index.ts'
import type { Libp2p, PeerId, ServiceMap } from '@libp2p/interface'
import type { Ping } from '@libp2p/ping'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Libp2pOptions } from 'libp2p'

/** A peer that is one no more, and the word for it as far as there is one. */
export interface Loss {
  readonly peer: string
  readonly reason: string | undefined
  readonly by: string | undefined
}

/**
 * A node under test, by the notions that any way to keep peers has. Scripts see it by nothing else, except
 * where they are about what only this library has.
 */
export interface House {
  readonly node: Libp2p<{ ping: Ping }>
  /** The library's service, if it is this library that keeps the peers. */
  readonly lifecycle: PeerLifecycle | undefined
  /** Everybody who was made a peer so far, in order, as often as it happened. */
  readonly gains: readonly string[]
  /** Everybody who ceased to be one. */
  readonly losses: readonly Loss[]
  /** Faults of the node's own. */
  readonly faults: readonly unknown[]
  /** Deadlines that are set. */
  readonly pending: number
  /** Lets time pass, for whatever deadlines there are. */
  advance(ms: number): void
  /** Is it a peer? */
  isPeer(peer: string): boolean
  /** Everybody who is. */
  peers(): readonly string[]
  /** Places that are taken: by peers, and by those who are on the way there. */
  places(): number
  /** The application wants the peer: resolves when it is one, rejects if it does not become one. */
  connect(address: Multiaddr): Promise<void>
  /** The application wants the peer no more. */
  disconnect(peerId: PeerId): Promise<void>
  /** The word for why the peer is none; undefined if there is none. */
  wordFor(peer: string): string | undefined
}

/** Services of libp2p, whatever of the components each takes. */
export type Factories = { readonly [name: string]: (components: never) => unknown }

export interface HouseInit {
  /** Everything libp2p needs but for its services. */
  readonly network: Omit<Libp2pOptions, 'services'>
  /** Services that stand behind the one that keeps the peers. */
  readonly services: Factories
  /** Services that stand in front of it, where they do not belong. */
  readonly early: Factories
  /** The ids that are welcome. */
  readonly welcome: readonly PeerId[]
  /** Room for so many peers. */
  readonly maxPeers: number
  /** What else the script sets of this library's options. */
  readonly lifecycle: Partial<PeerLifecycleInit>
  /** Puts something of the script's around the handshake. */
  readonly around: (handshake: Handshake) => Handshake
}

/** Says what is said in a handshake, at the hostile end of a line. */
export interface Voice {
  readonly line: Line
  /** What an honest peer says first. */
  hello(): Promise<Uint8Array>
  /** What an honest peer says when it has heard the other's hello; empty if that was all. */
  answer(bend?: Bend): Promise<Uint8Array>
  /** Shakes hands to the end. The word of the refusal, or `accept`, or `end` if nobody gave one. */
  shake(): Promise<string>
  /** Listens to the end: as `shake`. */
  verdict(): Promise<string>
  /** What an honest peer says to a node that asks whether it is still known; nothing if nobody asks. */
  agree(): Promise<void>
}

/** How a proof is bent. */
export interface Bend {
  /** In which role it proves. */
  readonly role?: Role
  /** Which payload it says that it had sent. */
  readonly payload?: Uint8Array
  /** What is done to the proof; with undefined for an answer it is left out. */
  readonly proof?: (honest: Uint8Array) => Uint8Array | undefined
}

/** Whose voice it is. */
export interface Speaker {
  readonly self: PeerId
  /** Does it say what is to be refused? */
  readonly isWrong: boolean
  /** The ids that are welcome. */
  readonly welcome: readonly PeerId[]
}

/** What is put to the test: a way to keep peers, and what hostile peers have to know of it. */
export interface Subject {
  readonly name: string
  /** The id of the protocol in which hands are shaken. */
  readonly protocol: string
  /** Does it ask for proofs? */
  readonly proves: boolean
  /** Is there something that it must refuse? */
  readonly refuses: boolean
  /** Does it speak the frames of this library's protocol? */
  readonly speaksFrames: boolean
  build(init: HouseInit): Promise<House>
  voice(line: Line, speaker: Speaker): Voice
  /** A hello with any payload. */
  saying(payload: Uint8Array): Uint8Array
  /** A goodbye that leaves the connection open; empty if nobody says one. */
  readonly goodbye: Uint8Array
  /** A proof, if there are such. */
  proof(proof: Uint8Array): Uint8Array
  /** What says that one's own checks are done; empty if nobody says it. */
  readonly accept: Uint8Array
  /** A hello of so many bytes on the wire, as far as its length is to be seen in its beginning. */
  sized(voice: Voice, length: number): Promise<Uint8Array>
  /** Whatever breaks the rules at the latest with its last byte, by what it is. */
  violations(voice: Voice): Promise<Readonly<Record<string, Uint8Array>>>
}

/** The services that every house has. */
export interface HouseServices extends ServiceMap {
  readonly ping: Ping
}
