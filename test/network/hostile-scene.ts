import { expect } from 'vitest'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { addressOf, authorize, eventsOf, ourNode, SOCKETS, states } from './nodes.ts'
import { rawNode } from './raw-channel.ts'
import { TextHandshake } from '../../src/testing/text-handshake.ts'
import { eventually, fence, journal, within } from './waiting.ts'
import type { Side } from './handshake-truth.ts'
import type { OurNode } from './nodes.ts'
import type { RawNode } from './raw-channel.ts'
import type { RawLine } from './raw-line.ts'
import type { ConnectionGater } from '@libp2p/interface'

/** Longer than any cool-down or ban. */
const THREE_DAYS = 3 * 24 * 3_600_000

/** Our node, which speaks in secure channels only, and a peer of it that must not notice anything. */
export interface Scene {
  readonly ours: OurNode
  readonly clock: ManualClock
  readonly handshake: TextHandshake
  readonly bystander: OurNode
  /** What our node reports of itself. */
  readonly faults: unknown[]
  /** What the bystander notices. */
  readonly noticed: unknown[]
  /** Connections of our node that have opened, and peers that it has identified, beside the bystander. */
  readonly opened: unknown[]
  readonly identified: () => unknown[]
  /** Deadlines of our node, before anything has happened. */
  readonly deadlines: number
}

export async function scene(
  options: { connectionGater?: ConnectionGater; handshakeTimeout?: number } = {}
): Promise<Scene> {
  const { connectionGater, ...lifecycle } = options
  const [clock, handshake] = [new ManualClock(), new TextHandshake()]
  const secured = { security: 'secured', ...SOCKETS } as const
  const ours = await ourNode(
    // what is remembered is written in the end, so that its deadline is one that stays
    {
      clock,
      handshake,
      memory: { flushInterval: 2 * THREE_DAYS, refreshInterval: Infinity },
      // time stands still, and as many meet as a test likes
      dialing: { dialsPerSecond: Infinity },
      ...lifecycle
    },
    { ...secured, ...(connectionGater !== undefined && { connectionGater }) }
  )
  const bystander = await ourNode({ handshake: new TextHandshake() }, secured)
  await authorize(bystander, ours)
  const identified = journal(eventsOf(ours), 'peer:identify')
  return {
    ours,
    clock,
    handshake,
    bystander,
    faults: journal(ours.services.peers, 'peer:fault'),
    noticed: journal(bystander.services.peers, 'peer:transition'),
    opened: journal(eventsOf(ours), 'connection:open'),
    identified: () => identified.filter(([, { peerId }]) => !peerId.equals(bystander.peerId)),
    deadlines: clock.pending
  }
}

/** A handshake with a peer in the hands of the test. */
export interface Meeting {
  readonly peer: RawNode
  readonly line: RawLine
  /** What `connect()` or `dial()` of ours rejects with; undefined if it does not, or if the peer dialed. */
  readonly failed: Promise<(Error & Record<string, unknown>) | undefined>
}

/** @param side - Ours; a `visit` of ours is a dial that is not the scheduler's. */
export async function meet(
  { ours }: Scene,
  side: Side,
  how: { peer?: RawNode; visits?: boolean; signal?: AbortSignal } = {}
): Promise<Meeting> {
  const { peer = await rawNode('secured'), visits = false, ...options } = how
  if (side === 'listener') {
    return { peer, line: await peer.call(addressOf(ours)), failed: Promise.resolve(undefined) }
  }
  const address = addressOf(peer.node)
  const { peers } = ours.services
  const asked = visits ? ours.dial(address, options) : peers.connect(address, options)
  const failed = within(asked as Promise<unknown>).then(
    () => undefined,
    (error: Error & Record<string, unknown>) => error
  )
  return { peer, line: await peer.answer(), failed }
}

/** Where our node has the peer, and the word for it. */
export function wordFor({ ours }: Scene, { peer }: Pick<Meeting, 'peer'>): string {
  const { path, reason, by } = ours.services.peers.explain(peer.node.peerId)
  return `${path}: ${String(reason)}${by === undefined ? '' : ` by ${by}`}`
}

/** Nothing is left of it, and nobody has noticed. */
export async function expectNothingLeft(stage: Scene): Promise<void> {
  const { ours, bystander, clock } = stage
  await eventually(() => {
    expect(ours.getConnections().map(({ remotePeer }) => remotePeer)).toEqual([bystander.peerId])
    expect(pendingHandshakes(ours)).toBe(0)
  })
  expect(ours.services.peers.status().slots).toHaveLength(1)
  await fence(ours, bystander)
  expect(stage.opened).toEqual([])
  expect(stage.identified()).toEqual([])
  expect(stage.noticed).toEqual([])
  expect(states(ours, bystander)).toEqual(['authorized', 'authorized'])
  // whatever was to be remembered for a while is so no more: only what leaks is left
  clock.advance(THREE_DAYS)
  expect(clock.pending).toBe(stage.deadlines)
}

/** Upgrades of our node that are under way, in either direction. */
export function pendingHandshakes(node: OurNode): number {
  const { components } = node as unknown as {
    components: { connectionManager: { incomingPendingConnections: number } }
  }
  return components.connectionManager.incomingPendingConnections + node.getDialQueue().length
}
