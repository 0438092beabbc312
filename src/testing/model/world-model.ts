import { peerMachineWith } from '../../../machines/index.ts'
import type { peerMachine } from '../../../machines/index.ts'
import { edgeTaken, leafOf } from './chart-edges.ts'
import { toursOver } from './tours.ts'
import { closed, newPeer, take } from './peer-cases.ts'
import { ARRIVED, ARRIVES } from './happenings.ts'
import type { Facts, Happening, Setting, World } from './world.ts'
import type { PeerSnapshot, Step } from './peer-cases.ts'
import type { Leg, Move } from './tours.ts'

/**
 * A peer's chart together with what is true around it on a real network: tours through this never ask for
 * what cannot be.
 */

/** A happening, where it leads, and the edges that the chart takes meanwhile, in order. */
interface PeerMove extends Move<World> {
  readonly happening: Happening
}

export type WorldTour = readonly Leg<World, PeerMove>[]

/** The happening that is nothing but the end of a wait. */
const ARRIVAL = 'what is on its way arrives'

const FACTS: Facts = {
  isConnected: false,
  isAwaited: false,
  isDeaf: false,
  stream: 'none',
  onItsWay: 'nothing',
  isReaddressed: false,
  isComing: false
}

/** Tours of these happenings that together take every edge that they can bring about. */
export function worldTours(
  happenings: readonly Happening[],
  setting: Setting,
  covered: Iterable<string> = []
): WorldTour[] {
  const machine = peerMachineWith(setting.table)
  return toursOver<World, PeerMove>({
    start: worldOf(newPeer(machine), setting, FACTS),
    keyOf,
    length: 20,
    covered,
    *movesFrom(world) {
      for (const happening of happenings) {
        const mustWait = happening.overtakes !== true && !isAtOnce(happening)
        if (world.onItsWay !== 'nothing' && mustWait) continue
        if (happening.can(world)) yield moveOf(world, happening)
      }
    }
  })
}

const isAtOnce = ({ isSync, name }: Happening): boolean => isSync === true || name === ARRIVAL

function moveOf(world: World, happening: Happening): PeerMove {
  const covers: string[] = []
  const [name, isArrival] = [happening.name, happening.name === ARRIVAL]
  const fresh = (): World => {
    const { machine } = world.snapshot
    return worldOf(newPeer(machine as typeof peerMachine), world.setting, FACTS)
  }
  const begun = happening.restarts
    ? fresh()
    : isArrival
      ? { ...world, onItsWay: 'nothing' as const }
      : world
  const after = happening.events(world).reduce((at, step) => hear(at, step, covers), begun)
  const isLost =
    world.leaf === 'handshaking.securing' &&
    after.leaf === 'rejected.connected' &&
    !world.isConnected
  // no connection has come of the channel
  const heard = isLost ? hear(after, closed, covers) : after
  const { after: facts = {} } = happening
  const to = calm({ ...heard, ...(typeof facts === 'function' ? facts(heard, world) : facts) })
  if (isAtOnce(happening)) return { name, happening, to, covers }
  // what takes time takes what follows from it along
  const { onItsWay } = to
  const settled = ARRIVES[onItsWay].reduce((at, step) => hear(at, step, covers), to)
  const arrived = { ...ARRIVED[onItsWay], onItsWay: 'nothing' as const }
  return { name, happening, to: calm({ ...settled, ...arrived }), covers }
}

function hear(world: World, step: Step, covers: string[]): World {
  const { event, next, effects } = take(world.snapshot, step)
  const edge = edgeTaken(world.snapshot.machine, world.snapshot, event)
  if (edge !== undefined) covers.push(edge)
  let { onItsWay } = world
  if (effects.includes('initiateHandshake') && !world.isDeaf) onItsWay = 'a stream'
  if (effects.includes('sayGoodbye')) onItsWay = 'a goodbye'
  if (effects.includes('closeConnections') && world.isConnected) {
    onItsWay = 'the end of the connection'
  }
  return worldOf(next, world.setting, { ...world, onItsWay })
}

/** What cannot be true any more where the peer is now is not. */
function calm(world: World): World {
  const { snapshot, leaf, stream, onItsWay, isAwaited, isConnected } = world
  const isPromoting = leaf === 'connected.promoting'
  return {
    ...world,
    stream: leaf.startsWith('handshaking') ? stream : 'none',
    isAwaited: isAwaited && snapshot.hasTag('pending'),
    onItsWay: (onItsWay === 'a stream' && !isPromoting) || !isConnected ? 'nothing' : onItsWay
  }
}

const worldOf = (snapshot: PeerSnapshot, setting: Setting, facts: Facts): World => ({
  ...facts,
  setting,
  snapshot,
  leaf: leafOf(snapshot)
})

function keyOf({ snapshot, leaf, ...facts }: World): string {
  const { direction, priority, lasting, reason, by, session, until } = snapshot.context
  const known = [direction, priority, lasting, reason, by, session > 0, until > 0]
  const { isConnected, isAwaited, isDeaf, stream, onItsWay, isReaddressed, isComing } = facts
  return JSON.stringify([
    leaf,
    known,
    [isConnected, isAwaited, isDeaf, stream, onItsWay, isReaddressed, isComing]
  ])
}
