import { multiaddr } from '@multiformats/multiaddr'
import { bare, byHand, ours } from './arms.ts'
import { delayProxy, roundTrip } from './delay-proxy.ts'
import { median, rotated, summary } from './measure.ts'
import { addressOf, part, stopPair } from './pair.ts'
import type { Arm, Meeting, Times } from './arms.ts'
import type { DelayProxy } from './delay-proxy.ts'
import type { Figure } from './report.ts'

export interface RoundTripsSize {
  /** Connections of each arm. */
  readonly rounds: number
  /** Milliseconds each way. */
  readonly delay: number
}

const ROUND_TRIPS_SIZE: RoundTripsSize = { rounds: 9, delay: 50 }

/** Two, and one at the listener, by the protocol; the rest is the time that everything takes on its way. */
const DIALER_TARGET = 2.3
const LISTENER_TARGET = 1.3

/** In the secure channel, one more flight each way than a bare dial; there each side waits for the other's verdict. */
const SECURED_TARGETS = [1.15, 1.15] as const

/**
 * How long two nodes take over a slow link, in round trips: from a side's own `connection:open` to the
 * moment at which it would talk to the other. One round trip is what an echo takes over the same link.
 */
export async function roundTrips(size: RoundTripsSize = ROUND_TRIPS_SIZE): Promise<Figure[]> {
  const arms = [await bare(), await byHand(), await ours(), await ours({ secured: true })] as const
  const meetings = new Map<Arm, Meeting[]>(arms.map((arm) => [arm, []]))
  const proxies: DelayProxy[] = []
  const echoes: number[] = []
  try {
    const links = new Map<Arm, string>()
    for (const arm of arms) {
      const proxy = await delayProxy(portOf(arm), size.delay)
      proxies.push(proxy)
      const peer = arm.pair.listener.peerId.toString()
      links.set(arm, `/ip4/127.0.0.1/tcp/${proxy.port}/p2p/${peer}`)
      // the first connection of a process also compiles what it runs
      await meetAndPart(arm, addressOf(arm.pair).toString())
    }
    for (let round = 0; round < size.rounds; round++) {
      echoes.push(...(await roundTrip(size.delay, 3)))
      for (const arm of rotated(arms, round)) {
        meetings.get(arm)!.push(await meetAndPart(arm, links.get(arm)!))
      }
    }
  } finally {
    await Promise.all(arms.map(async ({ pair }) => stopPair(pair)))
    await Promise.all(proxies.map(async (proxy) => proxy.stop()))
  }
  const trip = median(echoes)
  const [ofBare = [], ofHand = [], ofOurs = [], ofSecured = []] = meetings.values()
  return [
    { name: 'round trip of an echo', unit: 'ms', ...summary(echoes) },
    ...sides('bare dial: dial to connection:open', ofBare, trip, (t) => t.opened - t.begun),
    ...sides('by hand: connection:open to verified', ofHand, trip, (t) => t.ready - t.opened),
    ...sides('ours: connection:open to peer:authorized', ofOurs, trip, (t) => t.ready - t.opened, [
      DIALER_TARGET,
      LISTENER_TARGET
    ]),
    ...sides('secured: connect() to peer:authorized', ofSecured, trip, (t) => t.ready - t.begun),
    ...(['dialer', 'listener'] as const).map((side, i) => ({
      name: `secured: peer:authorized after where a bare dial stands, ${side}`,
      unit: 'RTT' as const,
      ...summary(ofSecured.map((secured, round) => behind(secured, ofBare[round]!, side) / trip)),
      target: SECURED_TARGETS[i]!
    }))
  ]
}

/** Milliseconds from the one's `connection:open` to the other's readiness, had both begun to dial together. */
function behind(one: Meeting, other: Meeting, side: 'dialer' | 'listener'): number {
  return one[side].ready - one[side].begun - (other[side].opened - other[side].begun)
}

function sides(
  name: string,
  meetings: readonly Meeting[],
  trip: number,
  measure: (times: Times) => number,
  targets?: readonly [number, number]
): Figure[] {
  return (['dialer', 'listener'] as const).map((side, i) => ({
    name: `${name}, ${side}`,
    unit: 'RTT',
    ...summary(meetings.map((meeting) => measure(meeting[side]) / trip)),
    ...(targets !== undefined && { target: targets[i]! })
  }))
}

async function meetAndPart(arm: Arm, address: string): Promise<Meeting> {
  const meeting = await arm.meet(multiaddr(address))
  await part(arm.pair, meeting.connection)
  return meeting
}

function portOf(arm: Arm): number {
  const port = addressOf(arm.pair)
    .getComponents()
    .find(({ name }) => name === 'tcp')?.value
  return Number(port)
}
