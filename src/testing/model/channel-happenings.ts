import { accepted, granted, NOW, refused } from './peer-cases.ts'
import { standing } from './happenings.ts'
import type { Happening, World } from './world.ts'
import type { Step } from './peer-cases.ts'
import type { Reason } from '../../../machines/index.ts'

/** What can happen to a peer that shakes hands inside the secure channel of a connection it is making. */

const isAt =
  (leaf: string) =>
  (world: World): boolean =>
    world.leaf === leaf

const hasNoSlot = ({ snapshot, leaf }: World): boolean =>
  !snapshot.hasTag('slot') && leaf !== 'forgotten'

/** Our own no to what a visitor says. */
const turnedAway =
  (reason: Reason): Step =>
  () => ({ type: 'channel.refused', reason, by: 'local', retryAfter: 0, at: NOW, luck: 0.5 })

const isWelcome = (world: World): boolean => hasNoSlot(world) && !standing(world).refusesInbound

export const CHANNEL_HAPPENINGS: readonly Happening[] = [
  {
    name: 'it begins a handshake in a channel',
    can: isWelcome,
    events: () => [granted('inbound', false)]
  },
  {
    name: 'it agrees in the channel',
    can: isAt('handshaking.securing'),
    events: () => [accepted],
    after: { isConnected: true }
  },
  {
    name: 'it says garbage in the channel',
    can: isAt('handshaking.securing'),
    events: () => [refused('protocol-violation', 'local')]
  },
  {
    name: 'it says in the channel that we are of another chain',
    can: isAt('handshaking.securing'),
    events: () => [refused('incompatible', 'remote')]
  },
  {
    name: 'it is full, as it says in the channel',
    can: isAt('handshaking.securing'),
    events: () => [refused('too-many-peers', 'remote')]
  },
  {
    name: 'the dial leads to a channel, and it agrees there',
    can: isAt('dialing'),
    events: () => [accepted],
    after: { isConnected: true }
  },
  {
    name: 'the dial leads to a channel, and it says garbage there',
    can: (world) => isAt('dialing')(world) && !world.isConnected,
    events: () => [refused('protocol-violation', 'local')]
  },
  {
    name: 'the dial leads to a channel, and it is full',
    can: (world) => isAt('dialing')(world) && !world.isConnected,
    events: () => [refused('too-many-peers', 'remote')]
  },
  {
    name: 'it visits, and is of another chain',
    can: isWelcome,
    events: () => [turnedAway('incompatible')]
  },
  {
    name: 'it visits, and says garbage',
    can: (world) => hasNoSlot(world) || (world.leaf === 'connected.promoting' && world.isDeaf),
    events: () => [turnedAway('protocol-violation')]
  },
  {
    name: 'it agrees in a channel instead',
    can: isAt('handshaking.yielding'),
    events: () => [accepted]
  }
]
