/**
 * Law "blast radius", row H6: a fault in the chart of one peer, in any of its guards and assignments, ends
 * that peer, gives its slot back, and nobody else notices.
 */
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import { memory } from '@libp2p/memory'
import { ping } from '@libp2p/ping'
import { createLibp2p } from 'libp2p'
import { describe, expect, it, onTestFinished } from 'vitest'
import { PEER_EFFECTS, peerMachine } from '../../machines/index.ts'
import { readOptions } from '../../src/read-options.ts'
import { DefaultPeerLifecycle } from '../../src/service.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { addressOf, authorize, ourNode, PREFIX, states } from './nodes.ts'
import { only, TextHandshake } from '../../src/testing/text-handshake.ts'
import { eventually, journal, within } from './waiting.ts'
import type { OurNode } from './nodes.ts'
import type { PeerLifecycleComponents } from '../../src/index.ts'
import type { PeerContext } from '../../machines/index.ts'

interface Args {
  context: PeerContext
  event: unknown
}
interface Assignment {
  assignment: unknown
}

const { guards, actions } = peerMachine.implementations
const GUARDS = Object.keys(guards)
const ASSIGNMENTS = Object.keys(actions).filter(
  (name) => !(PEER_EFFECTS as readonly string[]).includes(name)
)

/** The chart with one guard or assignment that throws for the peers of the set. */
function faulty(name: string, victims: Set<string>): typeof peerMachine {
  const fail = ({ context }: Args): void => {
    if (victims.has(context.peer)) throw new Error(`${name} is broken`)
  }
  if (GUARDS.includes(name)) {
    const guard = guards[name as keyof typeof guards] as (args: Args) => boolean
    const broken = (args: Args): boolean => (fail(args), guard(args))
    return peerMachine.provide({ guards: { [name]: broken } })
  }
  const action = actions[name as keyof typeof actions] as unknown as Assignment
  const broken = Object.assign(() => {}, action, {
    assignment: (args: Args): unknown => {
      fail(args)
      const { assignment } = action
      return typeof assignment === 'function' ? (assignment(args) as unknown) : assignment
    }
  })
  return peerMachine.provide({ actions: { [name]: broken } } as never)
}

const DAY = 86_400_000

/** What the deeds below do not reach, or not in every order of things. */
const RARE = [
  'isCurrentAndWins',
  'isLastingly',
  'isBanned',
  'isPardoned',
  'isPardonedAndWanted',
  'isInChannel',
  'keepsOut',
  'bans',
  'withdraw',
  'noteFailure',
  'noteDialExpiry',
  'noteHandshakeExpiry',
  'noteLoss',
  // only a network that is gone, a new address and a restart do
  'isNetworkFaultAndWanted',
  'isUnreachedAndWanted',
  'isOfTheNetwork',
  'excuse',
  'noteRestored'
]

let nodes = 0

/** A node whose chart is broken for its victims. */
async function brokenNode(
  name: string,
  victims: Set<string>,
  clock: ManualClock
): Promise<OurNode> {
  const options = readOptions({
    protocolPrefix: PREFIX,
    handshake: new TextHandshake('hello', only('hello')),
    outboundShare: 0,
    maxPeers: 3
  })
  const init = { ...options, clock, random: () => 0, machine: faulty(name, victims) }
  const node = (await createLibp2p({
    addresses: { listen: [`/memory/broken-${process.pid}-${++nodes}`] },
    transports: [memory()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
    services: {
      peers: (components: PeerLifecycleComponents) => new DefaultPeerLifecycle(components, init),
      identify: identify(),
      ping: ping()
    }
  })) as unknown as OurNode
  onTestFinished(async () => node.stop())
  return node
}

describe.each([...GUARDS, ...ASSIGNMENTS])('%s throws', (name) => {
  it('blast radius: that peer ends with internal, its slot comes back, another stays authorized', async () => {
    const [clock, victims] = [new ManualClock(), new Set<string>()]
    const node = await brokenNode(name, victims, clock)
    const { peers } = node.services
    const bystander = await ourNode({ handshake: new TextHandshake() })
    const [victimClock, word] = [new ManualClock(), new TextHandshake()]
    const victim = await ourNode({ clock: victimClock, handshake: word })
    await authorize(node, bystander)
    const noticed = journal(bystander.services.peers, 'peer:transition')
    const faults = journal(peers, 'peer:fault')
    victims.add(victim.peerId.toString())

    const abort = new AbortController()
    peers.addEventListener('peer:transition', ({ detail }) => {
      if (detail.to === 'dialing') abort.abort()
    })
    const later = async (): Promise<void> => {
      for (const each of [clock, victimClock]) each.advance(2 * DAY)
    }
    const lose = async (): Promise<void> => {
      for (const connection of victim.getConnections()) await connection.close()
      await eventually(() => expect(node.getConnections(victim.peerId)).toEqual([]))
    }
    const deeds: (() => Promise<unknown>)[] = [
      async () => peers.connect(addressOf(victim), { signal: abort.signal }),
      async () => peers.connect(addressOf(victim)),
      async () => peers.refresh(victim.peerId),
      async () => peers.disconnect(victim.peerId),
      async () => peers.connect(addressOf(victim)),
      lose,
      later,
      async () => victim.services.peers.connect(addressOf(node)),
      async () => victim.services.peers.disconnect(node.peerId),
      later,
      async () =>
        Promise.all([
          peers.connect(addressOf(victim)),
          victim.services.peers.connect(addressOf(node))
        ]),
      async () => {
        victim.services.peers.ban(node.peerId, { duration: 1 })
        await eventually(() => expect(victim.getConnections()).toEqual([]))
      },
      later,
      async () => {
        word.word = 'wrong'
        await peers.connect(addressOf(victim))
      },
      later,
      async () => peers.enqueue(victim.peerId),
      async () => peers.ban(victim.peerId, { duration: 1_000 }),
      async () => peers.unban(victim.peerId),
      later
    ]
    for (const deed of deeds) {
      // what becomes of it is not the point
      await within(Promise.allSettled([deed()]))
      await eventually(() => {
        const { slots, peers: count, tracked } = peers.status()
        const promoting = peers.getPeers().filter(({ path }) => path === 'connected.promoting')
        const held = count.dialing + count.handshaking + count.authorized + promoting.length
        expect(slots).toHaveLength(held)
        expect(peers.getPeers()).toHaveLength(tracked)
      })
    }

    expect(faults.length > 0 || RARE.includes(name), 'the deeds reach it').toBe(true)
    for (const [, fault] of faults) {
      expect(fault).toMatchObject({ source: 'machine', peer: victim.peerId.toString() })
    }
    expect(noticed).toEqual([])
    expect(states(node, bystander)).toEqual(['authorized', 'authorized'])
    // nothing of the victim is left behind
    await within(Promise.resolve(node.stop()), 3_000)
    expect(clock.pending).toBe(0)
  })
})
