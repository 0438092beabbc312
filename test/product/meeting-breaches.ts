/**
 * For every law of a meeting, and every way in which it can be seen broken: who breaks it, and what exactly
 * must be said then. A check that has no row here may be one that cannot fail.
 */
import { APP } from '../../src/testing/simulation/simulated-node.ts'
import { SimulatedStream } from '../../src/testing/simulation/simulated-stream.ts'
import { claims, never, stranger } from '../world/bends.ts'
import { agreedWire, waitsForever } from './small-meetings.ts'
import type { BendMeeting } from './small-meetings.ts'
import type { Name } from '../../src/testing/product/laned-wire.ts'
import type { MeetingBreach } from '../../src/testing/product/meeting-laws.ts'
import type { MeetingInit } from '../../src/testing/product/meeting-options.ts'
import type { Meeting } from '../../src/testing/product/meeting.ts'
import type { PeerLifecycleStatus } from '../../src/index.ts'

/** A way in which a law can be broken. */
interface Row extends MeetingBreach {
  /** Options of the meeting, new ones each time. Default: none */
  readonly init?: () => MeetingInit
  readonly bend?: BendMeeting
}

const SLOT = { peer: stranger.toString(), session: 1, pool: 'ordinary', kind: 'inbound' } as const

const annClaims =
  (lie: (status: PeerLifecycleStatus) => object): BendMeeting =>
  ({ nodes, network }) =>
    nodes.forEach((node, name) => name === 'Ann' && claims(lie)(node, network.clock))

const denies =
  (...names: Name[]): BendMeeting =>
  (meeting) => {
    for (const name of names) meeting.node(name).peers.isAuthorized = () => false
  }

/** Ann tells of an authorization that was not. */
const tells = (meeting: Meeting): void => {
  const detail = { peer: stranger.toString() }
  meeting.node('Ann').peers.dispatchEvent(new CustomEvent('peer:authorized', { detail }))
}

export const MEETING_BREACHES: readonly Row[] = [
  {
    law: 'slot',
    detail: 'Ann gave Bob two slots',
    bend: annClaims(() => ({ slots: [SLOT, SLOT] }))
  },
  {
    law: 'slot',
    detail: 'to Ann Bob is connected.unpromoted, with a slot',
    bend: annClaims(() => ({ slots: [SLOT] }))
  },
  {
    law: 'slot',
    detail: 'to Ann Bob is connected.promoting, without a slot',
    bend: annClaims(() => ({ slots: [] }))
  },
  {
    law: 'capacity',
    detail: 'Ann gave too many slots',
    bend: annClaims(() => ({ maxPeers: 0 }))
  },
  {
    law: 'gate',
    detail: 'Ann opens a stream of the application to a peer that is connected.unpromoted',
    init: () => ({ connections: 1, wants: [], streams: 1 }),
    bend: (meeting) => {
      for (const connection of meeting.node('Ann').connections) {
        const { wire, direction } = connection
        connection.newStream = async () => SimulatedStream.pair('unguarded', wire, direction).opened
      }
    }
  },
  {
    law: 'gate',
    detail: 'Bob serves Ann, who is not authorized there',
    init: () => ({ connections: 1, wants: ['Ann'], streams: 1 }),
    bend: (meeting) => {
      const bob = meeting.node('Bob')
      const incoming = bob.incoming.bind(bob)
      bob.incoming = async (stream, connection) => {
        // it takes back what it said a moment ago, and serves all the same
        if (stream.protocol === APP) denies('Bob')(meeting)
        return incoming(stream, connection)
      }
    }
  },
  {
    law: 'agreement',
    detail: 'Ann authorized one session twice',
    bend: (meeting) => {
      tells(meeting)
      tells(meeting)
    }
  },
  {
    law: 'agreement',
    detail: 'Ann authorized Bob, who has not accepted',
    bend: tells
  },
  {
    law: 'agreement',
    detail: 'Ann is authorized to Bob, and Bob is not to Ann',
    bend: denies('Ann')
  },
  {
    law: 'agreement',
    detail: 'Bob is authorized to Ann, and Ann is not to Bob',
    bend: denies('Bob')
  },
  {
    law: 'settle',
    detail:
      'nothing is on its way, no deadline is armed: ' +
      'Bob is handshaking.initiating to Ann, and Ann is handshaking.responding to Bob',
    init: waitsForever
  },
  {
    law: 'settle',
    detail:
      'nobody ends it: ' +
      'Bob is handshaking.initiating to Ann, and Ann is handshaking.responding to Bob',
    init: waitsForever,
    bend: ({ network: { clock } }) => {
      const tick = (): void => void clock.after(1_000, tick)
      tick()
    }
  },
  {
    law: 'settle',
    detail: 'a connect() never settles',
    init: () => ({ wants: ['Ann'] }),
    bend: (meeting) => {
      meeting.node('Ann').peers.connect = never
    }
  },
  {
    law: 'crossing',
    detail: 'nobody disturbed them, and both have given up',
    bend: (meeting) => {
      for (const { peers } of meeting.nodes.values()) {
        peers.connect = async () => Promise.reject(new Error('given up'))
      }
    }
  },
  {
    law: 'crossing',
    detail: '2 handshakes came to an agreement',
    bend: ({ wires }) => wires.push(agreedWire())
  },
  {
    law: 'crossing',
    detail: 'nobody disturbed them, in vain',
    bend: denies('Ann', 'Bob')
  }
]
