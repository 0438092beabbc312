import type { Attempt } from './doors.ts'
import type { Hex } from './encoding.ts'
import type { Member } from './members.ts'
import type { Place } from './place.ts'
import type { Traffic } from './witness.ts'

/** Where a node stands; told whenever it changes. */
export interface Standing {
  readonly number: number
  readonly hash: Hex
  /** Transactions in its chain. */
  readonly transactions: number
  /** Its authorized peers. */
  readonly peers: readonly string[]
}

/** What a node tells of its life. Peers are peer ids as text. */
export type NodeEvent =
  | { readonly kind: 'authorized'; readonly peer: string; readonly direction: string }
  | {
      readonly kind: 'rejected' | 'deauthorized'
      readonly peer: string
      readonly reason: string
      readonly by: string
      readonly detail: string
    }
  /** It has made a block. */
  | { readonly kind: 'proposed'; readonly number: number; readonly transactions: number }
  /** The rules have changed, and it tells its peers, so many. */
  | { readonly kind: 'fork'; readonly from: number; readonly peers: number }
  /** A peer has handed in a transaction over gRPC: whoever has this key. */
  | { readonly kind: 'submitted'; readonly publicKey: string }

/** All that is known of a node at the end. */
export interface NodeReport extends Standing, Place {
  readonly name: Member
  readonly hashes: readonly Hex[]
  /** For each authorized peer the next fork that it knows of, as it said last; 0 for none. */
  readonly nextForks: Readonly<Record<string, number>>
  /** Its peers in gossipsub's eyes. */
  readonly gossip: readonly string[]
  /** Inbound streams that its gate has refused, at once or after it had held them. */
  readonly refusedStreams: number
  /** What passed between its gRPC and any other node. */
  readonly traffic: Readonly<Record<string, Traffic>>
  /** What it tried, asked or unasked. */
  readonly attempts: readonly Attempt[]
  /** Why peers ceased to be authorized, one word for each time. */
  readonly farewells: readonly string[]
}

/** What the first process can ask of the seven. */
export interface Orders {
  /** Starts the node, which asks these for its first peers. */
  join(bootstrap: readonly string[]): Promise<Place>
  /** Makes blocks, whenever it is its turn. */
  propose(): void
  /** Makes no more. */
  rest(): void
  /** Hands in transactions at a peer, over gRPC. Returns their hashes. */
  submit(peer: string, count: number): Promise<Hex[]>
  /** Tries to get a gRPC answer of each, by all means. */
  tryDoors(places: readonly Place[]): Promise<Attempt[]>
  report(): NodeReport
  leave(): Promise<void>
}

/** An order on its way to a process. */
export type Call = {
  [Name in keyof Orders]: {
    readonly id: number
    readonly name: Name
    readonly args: Parameters<Orders[Name]>
  }
}[keyof Orders]

/** What comes back. */
export type Message =
  | { readonly reply: number; readonly value: unknown }
  | { readonly reply: number; readonly error: string }
  | { readonly event: NodeEvent }
  | { readonly standing: Standing }
