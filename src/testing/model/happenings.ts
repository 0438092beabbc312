import { dispositionOf } from '../../../machines/index.ts'
import {
  accepted,
  banned,
  closed,
  connect,
  dialExpired,
  dialFailed,
  dismissed,
  expired,
  goodbye,
  granted,
  offered,
  opened,
  over,
  readdressed,
  refused,
  streamOpened,
  unbanned,
  unwanted,
  updateRefused,
  wanted,
  yielded
} from './peer-cases.ts'
import type { Facts, Happening, World } from './world.ts'
import type { Step } from './peer-cases.ts'
import type { PeerContext } from '../../../machines/index.ts'

/** Whatever can happen to a peer of a real node, when it can, and what its chart hears of it. */

const isIn =
  (...leaves: string[]) =>
  ({ leaf }: World): boolean =>
    leaves.some((each) => leaf === each || leaf.startsWith(`${each}.`))

const hasSlot = ({ snapshot }: World): boolean => snapshot.hasTag('slot')
const isQueued = ({ snapshot }: World): boolean => snapshot.hasTag('queued')
const isPending = ({ snapshot }: World): boolean => snapshot.hasTag('pending')
const shakesHands = (world: World): boolean =>
  isIn('handshaking')(world) && world.stream !== 'none' && world.leaf !== 'handshaking.securing'

const noStanding = { connection: 'keep', refusesInbound: false } as const

/** What follows from the "no" that stands. */
export const standing = ({
  setting,
  snapshot: { context }
}: World): { connection: string; refusesInbound: boolean } => {
  const { reason, by } = context
  if (reason === undefined || by === undefined) return noStanding
  return dispositionOf(reason, by, setting.table)
}

const keepsOut = (world: World): boolean => {
  const { connection, refusesInbound } = standing(world)
  return connection === 'close' && refusesInbound
}

/** One event, always the same. */
const hears =
  (...steps: Step[]) =>
  (): readonly Step[] =>
    steps

/** What the chart hears of what is on its way, and what is true then. */
export const ARRIVES: Readonly<Record<Facts['onItsWay'], readonly Step[]>> = {
  nothing: [],
  'a goodbye': [],
  'a stream': [streamOpened],
  'the end of the connection': [closed]
}
export const ARRIVED: Readonly<Record<Facts['onItsWay'], Partial<Facts>>> = {
  nothing: {},
  'a goodbye': {},
  'a stream': { stream: 'ours' },
  'the end of the connection': { isConnected: false, isDeaf: false }
}

/** A handshake ends: there is no stream any more. */
const OVER = { stream: 'none' } as const

export const HAPPENINGS: readonly Happening[] = [
  {
    name: 'the application enqueues it',
    isSync: true,
    can: () => true,
    events: hears(wanted('requested', true))
  },
  {
    name: 'the application connects to it',
    isSync: true,
    can: (world) => !world.isAwaited && world.leaf !== 'authorized',
    events: hears(connect),
    // whoever waits has a verdict at once, unless one is to be expected
    after: (world) => ({ isAwaited: isPending(world) })
  },
  {
    name: 'nobody waits for it any more',
    isSync: true,
    can: (world) => world.isAwaited,
    events: hears(unwanted),
    after: { isAwaited: false }
  },
  {
    name: 'the application disconnects it',
    isSync: true,
    can: () => true,
    events: hears(dismissed('requested'))
  },
  {
    name: 'it is evicted',
    isSync: true,
    can: isIn('authorized'),
    events: hears(dismissed('evicted'))
  },
  { name: 'it is banned', isSync: true, can: () => true, events: hears(banned) },
  { name: 'its ban is lifted', isSync: true, can: isIn('rejected'), events: hears(unbanned) },
  {
    name: 'the list lets it in',
    isSync: true,
    can: isIn('rejected'),
    events: () => [() => ({ type: 'peer.pardoned' })]
  },
  {
    name: 'a new address is learned',
    can: (world) =>
      world.leaf === 'discovered.coolingDown' &&
      world.snapshot.context.reason === 'dial-failed' &&
      !world.isReaddressed,
    events: hears(readdressed),
    after: { isReaddressed: true }
  },
  {
    name: 'the cool-down is over',
    isSync: true,
    can: ({ snapshot: { context }, leaf, onItsWay }) =>
      /coolingDown|^rejected/.test(leaf) && context.until > 0 && onItsWay === 'nothing',
    events: hears(over)
  },
  {
    name: 'the scheduler grants a slot',
    isSync: true,
    can: (world) => isQueued(world) && world.onItsWay === 'nothing',
    events: ({ isConnected }) => [granted('outbound', isConnected)]
  },
  {
    name: 'the dial gets through',
    can: isIn('dialing'),
    events: hears(dialIsThrough),
    after: { isConnected: true }
  },
  { name: 'the dial fails', can: isIn('dialing'), events: hears(dialFailed('dial-failed')) },
  {
    name: 'the dial takes too long',
    isSync: true,
    can: isIn('dialing'),
    events: hears(dialExpired(false))
  },
  {
    name: 'it connects',
    can: (world) => !world.isConnected && !keepsOut(world) && world.leaf !== 'dialing',
    events: hears(opened),
    after: { isConnected: true }
  },
  {
    name: 'it connects while it is dialed',
    can: isIn('dialing'),
    events: hears(dialIsThrough),
    after: { isConnected: true }
  },
  {
    name: 'its connection is lost',
    can: ({ isConnected }) => isConnected,
    // a chart for which another one is being made does not listen
    events: ({ leaf }) => (leaf === 'handshaking.securing' ? [] : [closed]),
    after: { ...OVER, isConnected: false, isDeaf: false }
  },
  {
    name: 'it is slow to answer from now on',
    can: (world) => world.isConnected && !world.isDeaf && !hasSlot(world),
    events: hears(),
    after: { isDeaf: true }
  },
  {
    name: 'it offers its handshake',
    can: (world) =>
      world.isConnected && !hasSlot(world) && !world.isDeaf && !standing(world).refusesInbound,
    events: hears(granted('inbound', true)),
    after: { stream: 'theirs' }
  },
  {
    name: 'it offers another handshake',
    can: (world) =>
      isIn('connected.promoting', 'handshaking')(world) &&
      !(world.leaf === 'connected.promoting' && !world.isDeaf),
    events: ({ setting }) => [offered(setting.weWin)],
    after: ({ leaf, stream }) => ({
      isDeaf: false,
      stream: leaf === 'handshaking.responding' ? 'theirs' : stream
    })
  },
  {
    name: 'it closes our stream without a word',
    can: ({ leaf, setting }) => leaf === 'handshaking.initiating' && !setting.weWin,
    events: hears(yielded),
    after: OVER
  },
  {
    name: 'it resets the stream',
    can: shakesHands,
    events: hears(refused('stream-closed', 'network')),
    after: OVER
  },
  {
    name: 'it says garbage',
    can: shakesHands,
    events: hears(refused('protocol-violation', 'local')),
    after: OVER
  },
  {
    name: 'it is of another chain',
    can: shakesHands,
    events: hears(refused('incompatible', 'local')),
    after: OVER
  },
  {
    name: 'it is not on the list',
    can: shakesHands,
    events: hears(refused('not-allowed', 'local')),
    after: OVER
  },
  {
    name: 'it is full',
    can: shakesHands,
    events: hears(refused('too-many-peers', 'remote')),
    after: OVER
  },
  {
    name: 'it is silent for too long',
    isSync: true,
    can: isIn('connected.promoting', 'handshaking'),
    events: hears(expired),
    after: { ...OVER, isDeaf: false }
  },
  {
    name: 'it turns out to be a stranger',
    overtakes: true,
    can: ({ leaf, onItsWay }) => leaf === 'connected.promoting' && onItsWay === 'a stream',
    events: hears(refused('unsupported-protocol', 'network'))
  },
  { name: 'it accepts', can: shakesHands, events: hears(accepted), after: OVER },
  {
    name: 'it leaves for good',
    can: isIn('authorized'),
    events: hears(goodbye('incompatible'))
  },
  {
    name: 'it leaves for a while',
    can: isIn('authorized'),
    events: hears(goodbye('too-many-peers'))
  },
  {
    name: 'it becomes another chain',
    can: isIn('authorized'),
    events: hears(updateRefused('incompatible', 'local'))
  },
  {
    name: 'it does not like what we have become',
    can: isIn('authorized'),
    events: hears(updateRefused('too-many-peers', 'remote'))
  },
  {
    name: 'it breaks the protocol',
    can: isIn('authorized'),
    events: hears(updateRefused('protocol-violation', 'local'))
  },
  {
    name: 'what is on its way arrives',
    can: ({ onItsWay }) => onItsWay !== 'nothing',
    events: ({ onItsWay }) => ARRIVES[onItsWay],
    after: (_after, { onItsWay }) => ARRIVED[onItsWay]
  }
]

function dialIsThrough({ session }: PeerContext): ReturnType<Step> {
  return { type: 'dial.succeeded', session }
}
