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
    name: '3 peers, 2 slots, failures 0 to 2, everything that may happen',
    options: {
      peers: 3,
      failures: 2,
      outages: true,
      stopping: true,
      channels: true,
      excuses: true
    },
    minutes: true
  },
  {
    name: '5 peers, 3 slots, failures 0 to 1',
    options: {
      peers: 5,
      slots: 3,
      failures: 1,
      wishes: ['discovered'],
      dismissals: false,
      refusals: TOO_MANY
    },
    minutes: true
  }
]
