/**
 * For every law that a simulated world checks, and every way in which it can be seen broken: a node that
 * breaks it, and what the world must say then. A check that has no row here may be one that cannot fail.
 */
import { named } from '../../src/testing/simulation/simulated-connection.ts'
import { APP } from '../../src/testing/simulation/simulated-node.ts'
import { claims, deniesIt, leaves, never, onceAuthorized, stranger } from './bends.ts'
import { FALSE_WORDS } from './false-words.ts'
import { MINUTE, ownChains, SECOND } from './small-worlds.ts'
import type { PeerLifecycleStatus } from '../../src/index.ts'
import type { Deed } from '../../src/testing/world/plan.ts'
import type { Breach, Row } from './breach.ts'
import type { SmallPlan } from './small-worlds.ts'

const learn = (node: number, of: number): Deed => ({ type: 'learn', node, of })

/** The first node finds the second one, which authorizes it; a minute later it finds the third one. */
const FINDS: SmallPlan = {
  steps: [
    [SECOND, learn(0, 1)],
    [MINUTE, learn(0, 2)]
  ]
}

const connects = (at: number): SmallPlan => ({ steps: [[at, { type: 'connect', node: 0, of: 1 }]] })

const OPENS_STREAM: SmallPlan = {
  steps: [
    [SECOND, learn(0, 1)],
    [10 * SECOND, { type: 'stream', node: 0, pick: 0 }]
  ]
}

const books: Row[] = [
  {
    law: 'cause',
    what: '0 are authorized, 2 were announced',
    bend: ({ peers }) => {
      const getPeers = peers.getPeers.bind(peers)
      peers.getPeers = (filter) => (filter?.state === 'authorized' ? [] : getPeers(filter))
    }
  },
  {
    law: 'slot',
    what: 'it holds two slots',
    bend: claims(({ slots: held }) => ({ slots: [...held, ...held] }))
  },
  {
    law: 'slot',
    what: 'it holds a slot that it does not use: it is forgotten',
    bend: claims(({ slots: held }) => ({
      slots: held.map((slot) => ({ ...slot, peer: stranger.toString() }))
    }))
  },
  {
    law: 'slot',
    what: 'it needs a slot, and holds none',
    bend: claims(() => ({ slots: [] }))
  },
  {
    law: 'slot',
    what: '2 reserved slots of 0 are held',
    bend: claims(({ slots: held }) => ({
      slots: held.map((slot) => ({ ...slot, pool: 'reserved' }))
    }))
  },
  {
    law: 'capacity',
    what: '1 of 0 slots are held',
    bend: claims(() => ({ maxPeers: 0 }))
  },
  {
    law: 'capacity',
    what: '7 inbound peers of 6',
    bend: claims(({ slotsByKind }) => ({ slotsByKind: { ...slotsByKind, inbound: 7 } }))
  },
  {
    law: 'one predicate',
    what: 'it is banned, and has a slot',
    bend: ({ peers }) => {
      peers.ban = () => {}
    },
    plan: {
      steps: [
        [SECOND, learn(0, 1)],
        [10 * SECOND, { type: 'ban', node: 0, pick: 0, for: 10 * MINUTE }],
        [MINUTE, learn(0, 2)]
      ]
    }
  }
]

const streams: Row[] = [
  {
    law: 'gate',
    what: 'it was served, and is not authorized',
    bend: (node) => {
      const incoming = node.incoming.bind(node)
      node.incoming = async (stream, connection) => {
        if (stream.protocol !== APP) return incoming(stream, connection)
        node.onServed?.(connection.remotePeer.toString())
      }
    },
    plan: {
      scripts: ['silent'],
      steps: [[SECOND, { type: 'assail', node: 0, of: 3, act: 'stream' }]]
    }
  },
  {
    law: 'gate',
    what: 'the application has a stream with it, unauthorized',
    bend: deniesIt,
    plan: OPENS_STREAM
  },
  {
    law: 'gate',
    what: 'the application is refused a stream with an authorized peer',
    bend: (node) => {
      const outgoing = node.outgoing.bind(node)
      node.outgoing = async (stream, connection) => {
        if (stream.protocol === APP) throw named('PeerNotAuthorizedError', 'no')
        return outgoing(stream, connection)
      }
    },
    plan: OPENS_STREAM
  },
  {
    law: 'gate',
    what: 'it is authorized, and never accepted',
    // the world takes whoever is hostile for one that never accepts
    plan: { scripts: ['honest'], steps: [[SECOND, learn(0, 3)]] }
  },
  {
    law: 'agreement',
    what: 'only one of them is authorized',
    bend: deniesIt
  },
  {
    law: 'connection',
    what: 'it is authorized without a connection',
    bend: onceAuthorized((node) => (node.connections = []))
  }
]

const promises: Row[] = [
  {
    law: 'closed words',
    what: 'connect() rejects with TypeError',
    bend: ({ peers }) => {
      peers.connect = async () => Promise.reject(new TypeError('not a function'))
    },
    plan: connects(SECOND)
  },
  {
    law: 'settle',
    what: 'connect() does not settle',
    bend: ({ peers }) => {
      peers.connect = never
    },
    plan: connects(SECOND)
  },
  {
    law: 'settle',
    what: 'stop() does not settle',
    bend: (node) => {
      node.stop = never
    }
  },
  {
    law: 'settle',
    what: '1 deadlines are left after stop()',
    bend: leaves((_, clock) => clock.after(MINUTE, () => {}))
  },
  {
    law: 'settle',
    what: '1 listeners are left after stop()',
    bend: leaves(({ components: { events } }) =>
      events.addEventListener('connection:open', () => {})
    )
  },
  {
    law: 'settle',
    what: '1 slots are left after stop()',
    bend: leaves(({ peers }) => {
      const { slots: held, ...status } = peers.status()
      const slot = { peer: stranger.toString(), session: 1, pool: 'ordinary', kind: 'inbound' }
      peers.status = () => ({ ...status, slots: [...held, slot] }) as PeerLifecycleStatus
    })
  },
  {
    law: 'settle',
    what: '1 authorized are left after stop()',
    bend: leaves(({ peers }) => {
      const detail = { peer: stranger.toString() }
      peers.dispatchEvent(new CustomEvent('peer:authorized', { detail }))
    })
  },
  {
    law: 'settle',
    what: '1 calls of connect() are left after stop()',
    bend: ({ peers }) => {
      peers.connect = never
    },
    plan: connects(5 * MINUTE - SECOND)
  }
]

const liveness: Row[] = [
  {
    law: 'liveness',
    what: 'they met undisturbed, and are not authorized',
    handshake: ownChains,
    plan: { nodes: 2, steps: [[SECOND, { type: 'meet', node: 0, of: 1 }]] }
  },
  {
    law: 'liveness',
    what: 'it did not come up again',
    plan: {
      steps: [[SECOND, { type: 'restart', node: 0, how: 'stop', files: 'kept', for: 10 * MINUTE }]]
    }
  },
  {
    law: 'liveness',
    what: 'it has no peer',
    handshake: ownChains,
    plan: { nodes: 10, steps: [[SECOND, learn(0, 1)]] }
  },
  {
    law: 'liveness',
    what: '18 of 20 slots for discovered peers are filled',
    bend: claims(({ slotsByKind }) => ({ slotsByKind: { ...slotsByKind, discovered: 0 } })),
    plan: { nodes: 10, steps: [[SECOND, learn(0, 1)]] }
  }
]

export const BREACHES: readonly Breach[] = [
  ...books,
  ...streams,
  ...promises,
  ...FALSE_WORDS,
  ...liveness
].map((breach) => ({ plan: FINDS, ...breach }))
