import {
  closed,
  dialFailed,
  feelerFailed,
  granted,
  offered,
  opened,
  restored,
  returned,
  wanted
} from '../../src/testing/model/peer-cases.ts'
import type { Happening, World } from '../../src/testing/model/world.ts'
import type { Step } from '../../src/testing/model/peer-cases.ts'

/** What happens seldom, or to nodes that are set up for it. */

const isAt =
  (leaf: string) =>
  (world: World): boolean =>
    world.leaf === leaf

/** What our node remembers of the peer when it starts. */
function remembered({ snapshot }: World): readonly Step[] {
  const { reason = 'dial-failed', by = 'network' } = snapshot.context
  return [restored(reason, by)]
}

export const RESTART: readonly Happening[] = [
  {
    name: 'our node is restarted',
    restarts: true,
    can: (world) =>
      isAt('discovered.coolingDown')(world) ||
      (isAt('rejected.disconnected')(world) && world.snapshot.context.reason === 'not-allowed'),
    events: remembered
  }
]

export const OUTAGE: readonly Happening[] = [
  {
    name: 'it is wanted, and nobody can be reached',
    can: isAt('discovered.idle'),
    events: () => [wanted('requested', true), granted('outbound', false), dialFailed('dial-failed')]
  },
  {
    name: 'others cannot be reached either, until one comes',
    can: (world) => isAt('discovered.coolingDown')(world) && !world.isReaddressed,
    events: () => [returned],
    after: { isReaddressed: true }
  },
  {
    name: 'others cannot be reached either, until it comes',
    can: (world) => isAt('discovered.coolingDown')(world) && !world.isReaddressed,
    events: () => [opened, returned],
    after: { isConnected: true, isReaddressed: true }
  }
]

export const FEELER: readonly Happening[] = [
  {
    name: 'discovery finds it, and there is no slot',
    isSync: true,
    can: isAt('discovered.idle'),
    events: () => [wanted('discovered', true)]
  },
  {
    name: 'a feeler does not find it',
    can: isAt('discovered.queued'),
    events: () => [feelerFailed(false)]
  }
]

export const FILTER: readonly Happening[] = [
  {
    name: 'it comes by itself',
    can: isAt('discovered.idle'),
    events: () => [opened],
    after: { isConnected: true }
  },
  {
    name: 'discovery finds it, and the DHT is slow to say where it is',
    isSync: true,
    can: isAt('connected.unpromoted'),
    events: () => [wanted('discovered', true), granted('outbound', false)]
  },
  {
    name: 'it offers its handshake while it is looked for',
    can: isAt('dialing'),
    events: () => [offered(true)],
    after: { stream: 'theirs' }
  }
]

export const HELD_UP: readonly Happening[] = [
  {
    name: 'it connects, and our application thinks about it',
    can: (world) => isAt('discovered.idle')(world) && !world.isComing,
    events: () => [],
    after: { isComing: true }
  },
  {
    name: 'our application lets it pass',
    can: (world) => world.isComing && isAt('rejected.disconnected')(world),
    events: () => [opened, closed],
    after: { isComing: false }
  }
]
