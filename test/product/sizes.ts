import type { ExploreMeetingOptions } from '../../src/testing/product/explore-meeting.ts'
import type { ExplorePeersOptions } from '../../src/testing/product/peer-options.ts'

/** One exploration by name. `minutes`: too long for every run of the tests. */
export interface Size<Options> {
  readonly name: string
  readonly options: Options
  readonly minutes?: true
}

const TOO_MANY = [{ reason: 'too-many-peers', by: 'remote' }] as const

export const PEER_SIZES: readonly Size<ExplorePeersOptions>[] = [
  {
    name: '4 peers, 2 slots, failures 0 to 2',
    options: {
      failures: 2,
      wishes: ['discovered'],
      dismissals: false,
      refusals: TOO_MANY
    }
  },
  {
    name: '2 peers, 2 slots, everything that may happen',
    options: {
      peers: 2,
      failures: 1,
      outages: true,
      stopping: true,
      channels: true,
      excuses: true
    }
  },
  {
    name: '3 peers, 1 slot and 1 reserved, static and found',
    options: {
      peers: 3,
      slots: 1,
      outboundShare: 1,
      reservedSlots: 1,
      wishes: ['static', 'discovered'],
      refusals: TOO_MANY,
      dismissals: false
    }
  },
  {
    name: '4 peers, 2 slots, 1 dial at a time, bans, outages, the end',
    options: { wishes: ['discovered'], parallelDials: 1, outages: true, stopping: true },
    minutes: true
  },
  {
    name: '3 peers, 2 slots, everything that may happen',
    options: { peers: 3, outages: true, stopping: true, channels: true, excuses: true },
    minutes: true
  },
  {
    name: '5 peers, 3 slots',
    options: {
      peers: 5,
      slots: 3,
      wishes: ['discovered'],
      dismissals: false,
      refusals: TOO_MANY
    },
    minutes: true
  }
]

export const MEETING_SIZES: readonly Size<ExploreMeetingOptions>[] = [
  { name: 'a meeting: 2 connections, both wish', options: {} },
  { name: 'a meeting: both dial', options: { connections: 0 } },
  {
    name: 'a meeting: 1 connection, which is lost at any moment',
    options: { connections: 1, wants: ['Ann'], cuts: 1 }
  },
  {
    name: 'a meeting: 1 connection, a goodbye at any moment',
    options: { connections: 1, wants: ['Ann'], goodbyes: 1 }
  },
  {
    name: 'a meeting: 1 connection, a stream of the application at any moment',
    options: { connections: 1, wants: ['Ann'], streams: 1 }
  },
  {
    name: 'a meeting: 1 connection, an update at any moment',
    options: { connections: 1, wants: ['Ann'], updates: 1 }
  },
  {
    name: 'a meeting: 1 connection, a deadline that is over at any moment',
    options: { connections: 1, wants: ['Ann'], haste: 1 },
    minutes: true
  },
  {
    name: 'a meeting: 2 connections, both wish, one is lost at any moment',
    options: { cuts: 1 },
    minutes: true
  }
]

/** The numbered lines of what an exploration says. */
export const storyOf = (text: string): string[] =>
  text.split('\n').filter((line) => /^ +\d+\. /.test(line))
