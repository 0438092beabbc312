/**
 * For every law of one node among its peers, and every way in which it can be seen broken: a state that
 * breaks it, and what must be said then. A check that has no row here may be one that cannot fail.
 */
import { NOBODY } from '../../src/testing/product/scene.ts'
import { keepsQuietAt, takesAnyAnswer } from './bent-charts.ts'
import type { PeerLaw } from '../../src/testing/product/broken-law.ts'
import type { HouseInit } from '../../src/testing/product/peer-house.ts'
import type { Local, Scene } from '../../src/testing/product/scene.ts'
import type { BentChart } from './bent-charts.ts'
import type { Bench } from './peer-bench.ts'

export interface PeerBreach {
  readonly law: PeerLaw
  /** The exact words. */
  readonly what: string
  /** What has happened to Ann before; with nothing bent no law is broken. */
  readonly after: readonly string[]
  readonly bend: (bench: Bench) => void
  /** What happens to her next, in whose midst or after which the law is broken. */
  readonly next?: string
  readonly limits?: Partial<HouseInit>
}

const FOUND = 'Ann is wanted as discovered'
const FORGOTTEN = 'Ann makes room for another one, and comes back as one that nobody knows'
const BANNED = 'The application bans Ann'
const DIALING = [FOUND]
const COOLING_DOWN = [FOUND, 'The dial of Ann fails']
const PROMOTING = [FOUND, 'The dial of Ann succeeds']
const HANDSHAKING = [...PROMOTING, 'Our handshake stream to Ann is open']
const AUTHORIZED = [...HANDSHAKING, 'The handshake with Ann ends: both have accepted']

/** The token of a peer that was found and dialed, that of one that came by itself, and two others. */
const DISCOVERED = 7
const INBOUND = 9
const STATIC = 3
const RESERVED = 4

/** The house holds something else of Ann than her chart made it hold. */
const holds =
  (changed: Partial<Local>) =>
  ({ scene }: Bench): void => {
    scene.peers = scene.peers.map((local) => ({ ...local, ...changed }))
  }

/** Everything as it is, but for this. */
const is =
  (changed: Partial<Scene>) =>
  (bench: Bench): void => {
    bench.scene = { ...bench.scene, ...changed }
  }

/** So many peers hold one such token each. */
const hold = (count: number, token: number): ((bench: Bench) => void) =>
  is({ mode: 'full', peers: Array.from({ length: count }, () => ({ ...NOBODY, token })) })

/** The charts of the peers go another way. */
const goes =
  (bent: BentChart) =>
  ({ house: { chart } }: Bench): void => {
    chart.step = bent(chart.step.bind(chart), chart)
  }

const ofOne: PeerBreach[] = [
  {
    law: 'slot',
    what: 'WHO is dialing without a slot',
    after: DIALING,
    bend: holds({ token: 0 })
  },
  {
    law: 'slot',
    what: 'WHO is discovered.idle, with a slot',
    after: [],
    bend: holds({ token: DISCOVERED })
  },
  {
    law: 'slot',
    what: 'WHO is rejected.connected, with a slot',
    after: AUTHORIZED,
    next: BANNED,
    bend: goes(keepsQuietAt('peer.banned'))
  },
  {
    law: 'slot',
    what: 'WHO is connected.promoting, and a dial is in flight',
    after: PROMOTING,
    bend: holds({ isDialing: true })
  },
  {
    law: 'slot',
    what: 'WHO is dialing, and no dial is in flight',
    after: DIALING,
    bend: holds({ isDialing: false })
  },
  {
    law: 'settle',
    what: 'WHO is discovered.coolingDown, and no deadline is armed',
    after: COOLING_DOWN,
    bend: holds({ deadline: '' })
  },
  {
    law: 'settle',
    what: 'WHO is dialing with a deadline for handshake',
    after: DIALING,
    bend: holds({ deadline: 'handshake' })
  },
  {
    law: 'settle',
    what: 'WHO is authorized with a deadline for handshake',
    after: HANDSHAKING,
    next: 'The handshake with Ann ends: both have accepted',
    bend: goes(keepsQuietAt('handshake.accepted'))
  },
  {
    law: 'settle',
    what: 'WHO is authorized, against what is connected',
    after: AUTHORIZED,
    bend: holds({ isLinked: false })
  },
  {
    law: 'settle',
    what: 'WHO is discovered.idle, against what is connected',
    after: [],
    bend: holds({ isLinked: true })
  },
  {
    law: 'gate',
    what: 'WHO is handshaking.initiating, and its streams pass',
    after: HANDSHAKING,
    bend: holds({ isGateOpen: true })
  },
  {
    law: 'gate',
    what: 'WHO is authorized, and its streams do not pass',
    after: AUTHORIZED,
    bend: holds({ isGateOpen: false })
  },
  {
    law: 'generation',
    what: 'a stale answer leads WHO to connected.promoting, clearDeadline, cancelDial, tag, initiateHandshake, armHandshakeDeadline',
    after: DIALING,
    bend: goes(takesAnyAnswer)
  }
]

const ofAll: PeerBreach[] = [
  {
    law: 'capacity',
    what: '3 ordinary slots of 2 are held',
    after: [],
    bend: hold(3, STATIC)
  },
  {
    law: 'capacity',
    what: '2 reserved slots of 0 are held',
    after: [],
    bend: hold(2, RESERVED)
  },
  {
    law: 'capacity',
    what: '2 slots of discovered peers of 1 are held',
    after: [],
    bend: hold(2, DISCOVERED)
  },
  {
    law: 'capacity',
    what: '1 slots of discovered peers of 0 are held',
    after: [],
    limits: { outboundShare: 0 },
    bend: hold(1, DISCOVERED)
  },
  {
    law: 'capacity',
    what: '2 inbound slots of 1 are held',
    after: [],
    bend: hold(2, INBOUND)
  },
  {
    law: 'wake-up',
    what: 'full, with a slot free',
    after: DIALING,
    bend: is({ mode: 'full' })
  },
  {
    law: 'wake-up',
    what: 'filling, with no slot free',
    after: DIALING,
    limits: { maxPeers: 1 },
    bend: is({ mode: 'filling' })
  },
  {
    law: 'wake-up',
    what: 'discovered waits, and a slot is free',
    after: [],
    next: FOUND,
    bend: ({ house }) => {
      house.slots.grantable = () => []
    }
  },
  {
    law: 'wake-up',
    what: 'discovered waits, and a slot is free',
    after: [],
    next: FOUND,
    bend: ({ house }) => {
      // the plan gives what the book refuses
      house.slots.grant = (tokens) => ({ isDone: false, tokens, told: [] })
    }
  },
  {
    law: 'wake-up',
    what: 'static waits, and a slot is free',
    after: [],
    limits: { maxPeers: 1, reservedSlots: 1 },
    next: 'Ann is wanted as static',
    bend: (bench) => {
      bench.house.slots.grantable = () => []
      // nobody but a static peer gets one
      is({ mode: 'full', peers: [NOBODY, { ...NOBODY, token: DISCOVERED }] })(bench)
    }
  }
]

const inTheMidst: PeerBreach[] = [
  {
    law: 'slot',
    what: 'a peer gets a second slot',
    after: [],
    next: FOUND,
    limits: { outboundShare: 1 },
    bend: holds({ token: DISCOVERED })
  },
  {
    law: 'slot',
    what: 'a forgotten peer holds a slot',
    after: [],
    next: FORGOTTEN,
    bend: holds({ token: DISCOVERED })
  },
  {
    law: 'settle',
    what: 'a forgotten peer has a deadline',
    after: COOLING_DOWN,
    next: FORGOTTEN,
    bend: goes(keepsQuietAt('peer.forgotten'))
  },
  {
    law: 'settle',
    what: 'a forgotten peer is being dialed',
    after: [],
    next: FORGOTTEN,
    bend: holds({ isDialing: true })
  },
  {
    law: 'gate',
    what: 'the gate is open for a forgotten peer',
    after: [],
    next: FORGOTTEN,
    bend: holds({ isGateOpen: true })
  }
]

export const PEER_BREACHES: readonly PeerBreach[] = [...ofOne, ...ofAll, ...inTheMidst]
