import type { DispositionTable } from '../../../machines/index.ts'
import type { PeerSnapshot, Step } from './peer-cases.ts'

/** A peer's chart together with what is true around it on a real network, and what can happen there. */

/** What is true around the peer. */
export interface Facts {
  readonly isConnected: boolean
  /** Does a `connect()` wait for the verdict? */
  readonly isAwaited: boolean
  /** Does the peer leave our streams unanswered? */
  readonly isDeaf: boolean
  /** Whose handshake stream is open. */
  readonly stream: 'none' | 'ours' | 'theirs'
  /** What follows by itself as soon as anything may: nothing that takes time can happen before. */
  readonly onItsWay: 'nothing' | 'a stream' | 'a goodbye' | 'the end of the connection'
  readonly isReaddressed: boolean
  /** Is a connection of the peer's held up at our application's own gater? */
  readonly isComing: boolean
}

/** What does not change while a tour lasts. */
export interface Setting {
  /** Does our own stream win when both sides begin? */
  readonly weWin: boolean
  /** What follows from a "no". */
  readonly table: DispositionTable
}

export interface World extends Facts {
  readonly setting: Setting
  readonly snapshot: PeerSnapshot
  readonly leaf: string
}

/** What happens, by its name; the stage knows how to bring it about. */
export interface Happening {
  readonly name: string
  /** Is it done before anything else can happen? Then what is on its way arrives after it. */
  readonly isSync?: true
  /** Does our node begin anew with it, which then knows the peer from its memory only? */
  readonly restarts?: true
  /** Does it take time, and happen in the place of what is on its way? */
  readonly overtakes?: true
  can(world: World): boolean
  /** What the chart hears, in order. */
  readonly events: (world: World) => readonly Step[]
  /** What else is true from then on. */
  readonly after?: Partial<Facts> | ((now: World, before: World) => Partial<Facts>)
}
