/** Tours as an application makes them: its own nodes, and what it can bring about with them. */
import { expect, onTestFinished, test } from 'vitest'
import { PEER_HAPPENINGS, peerTours, walkPeerTour } from '../../src/testing/index.ts'
import { CHANNEL_DEEDS } from './channel-deeds.ts'
import { DEEDS } from './deeds.ts'
import { SETTINGS } from './settings.ts'
import { Stage } from './stage.ts'
import { waitUntil } from './wait-until.ts'
import type { NodeSetting } from './node-setting.ts'
import type { PeerDriver } from '../../src/testing/index.ts'

const CAN = [
  'the application enqueues it',
  'the scheduler grants a slot',
  'the dial gets through',
  'the dial fails',
  'it accepts',
  'it is of another chain',
  'it is banned',
  'its connection is lost',
  'what is on its way arrives'
]

const driverOf = (stage: Stage): PeerDriver => {
  const path = (): string => stage.peers.getPeer(stage.id)?.path ?? 'unknown'
  return {
    happen: (step) => DEEDS[step.happening]?.(stage, step),
    path,
    arrives: (to) =>
      waitUntil(
        () => path() === to,
        () => `The peer is ${path()}, not ${to}`
      )
  }
}

async function set(): Promise<Stage> {
  const [plain] = SETTINGS[0] as [NodeSetting, unknown]
  const stage = await Stage.set(plain)
  onTestFinished(() => stage.clear())
  return stage
}

const tours = peerTours({ happenings: CAN })

test.each(tours.map((tour, index) => [index, tour] as const))('tour %i', async (_index, tour) => {
  expect(CAN).toEqual(expect.arrayContaining(tour.map(({ happening }) => happening)))
  await walkPeerTour(tour, driverOf(await set()))
})

test('a peer that is not where it has to be is an error that tells the tour', async () => {
  const driver = driverOf(await set())
  const [tour = []] = tours
  const idle = { ...driver, happen: () => {}, path: () => 'discovered.idle' }
  await expect(walkPeerTour(tour, idle)).rejects.toThrow(
    `${tour[0]?.happening}: The peer is discovered.idle, not ${tour[0]?.to.path}`
  )
})

test('everything that can happen has a name, and a way to bring it about', () => {
  expect(
    PEER_HAPPENINGS.filter((name) => (DEEDS[name] ?? CHANNEL_DEEDS[name]) === undefined)
  ).toEqual([])
  expect(() => peerTours({ happenings: ['it rains'] })).toThrow('Nothing is called it rains')
})
