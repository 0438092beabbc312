import { DISPOSITIONS } from '../../../machines/index.ts'
import { CHANNEL_HAPPENINGS } from './channel-happenings.ts'
import { HAPPENINGS } from './happenings.ts'
import { worldTours } from './world-model.ts'
import type { Facts, World } from './world.ts'
import type { DispositionTable } from '../../../machines/index.ts'
import type { PeerPath } from '../../peers/tracked-peer.ts'

/** Tours of a peer's life for an application's own nodes, its own handshake and its own network. */

/** Where the peer is, and what is true around it. Plain data. */
export interface PeerSituation extends Facts {
  /** As `getPeer()` gives it. */
  readonly path: PeerPath
}

/** What happens next, and where that leads. Plain data. */
export interface PeerTourStep {
  /** By its name, one of {@link PEER_HAPPENINGS}. */
  readonly happening: string
  /** Is it to be done without waiting for anything, so that what is on its way cannot arrive before? */
  readonly isAtOnce: boolean
  readonly from: PeerSituation
  readonly to: PeerSituation
  /** The edges that the peer's chart takes meanwhile, by their names, in order. */
  readonly edges: readonly string[]
}

export type PeerTour = readonly PeerTourStep[]

/** Whatever can happen to a peer on a network, by its name. */
export const PEER_HAPPENINGS: readonly string[] = [...HAPPENINGS, ...CHANNEL_HAPPENINGS].map(
  ({ name }) => name
)

export interface PeerToursOptions {
  /** What the test can bring about; tours ask for nothing else. Default: all of {@link PEER_HAPPENINGS} */
  readonly happenings?: readonly string[]
  /** Is our node's peer id the smaller one, so that its stream wins when both sides begin? Default: true */
  readonly weWin?: boolean
  /** What follows from a "no" on our node. Default: the table without overrides */
  readonly dispositions?: DispositionTable
}

/**
 * Tours that together take every edge of a peer's chart that these happenings can bring about. Each begins
 * with a peer that is known, not wanted and not connected, at a node that dials nobody unless it is let to.
 *
 * @throws Error that names a happening that is none
 */
export function peerTours(options: PeerToursOptions = {}): PeerTour[] {
  const { happenings = PEER_HAPPENINGS, weWin = true, dispositions = DISPOSITIONS } = options
  const unknown = happenings.filter((name) => !PEER_HAPPENINGS.includes(name))
  if (unknown.length > 0) throw new Error(`Nothing is called ${unknown.join(', or ')}`)
  const chosen = [...HAPPENINGS, ...CHANNEL_HAPPENINGS].filter(({ name }) =>
    happenings.includes(name)
  )
  return worldTours(chosen, { weWin, table: dispositions }).map((tour) =>
    tour.map(({ name, happening, from, to, covers }) => ({
      happening: name,
      isAtOnce: happening.isSync === true,
      from: situationOf(from),
      to: situationOf(to),
      edges: covers
    }))
  )
}

/** What a tour is made with: the application's own nodes, in whatever world they are. */
export interface PeerDriver {
  /** Makes it happen. What is returned is waited for; a step that `isAtOnce` had better return nothing. */
  happen(step: PeerTourStep): void | Promise<void>
  /** Where the peer is now, as `getPeer()` gives it. */
  path(): string
  /** Resolves when the peer is there; rejects if that takes too long. */
  arrives(path: PeerPath): Promise<void>
}

/**
 * Makes a tour, and looks after every step whether the peer is where it has to be.
 *
 * @throws Error with the tour so far, if it is not, and with whatever the driver throws as its cause
 */
export async function walkPeerTour(tour: PeerTour, driver: PeerDriver): Promise<void> {
  const done: string[] = []
  for (const step of tour) {
    const { happening, to } = step
    done.push(happening)
    try {
      const doing = driver.happen(step)
      if (doing !== undefined) await doing
      if (driver.path() === to.path) continue
      if (step.isAtOnce) throw new Error(`The peer is ${driver.path()}, not ${to.path}`)
      await driver.arrives(to.path)
    } catch (error) {
      throw new Error(`${done.join(' / ')}: ${(error as Error).message}`, { cause: error })
    }
  }
}

function situationOf(world: World): PeerSituation {
  const { isConnected, isAwaited, isDeaf, stream, onItsWay, isReaddressed, isComing } = world
  const facts = { isConnected, isAwaited, isDeaf, stream, onItsWay, isReaddressed, isComing }
  return { ...facts, path: world.leaf as PeerPath }
}
