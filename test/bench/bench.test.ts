import { expect, it } from 'vitest'
import { discoveries } from './discoveries.ts'
import { firstStream } from './first-stream.ts'
import { grpc } from './grpc.ts'
import { handshake } from './handshake.ts'
import { hasChromium } from '../browser/launch.ts'
import { inspector } from './inspector.ts'
import { judge, table } from './report.ts'
import { roundTrips } from './round-trips.ts'
import { recorder } from './recorder.ts'
import { trackedPeers } from './tracked-peers.ts'
import type { Figure } from './report.ts'

// No time is asserted here: a bench informs. These make sure that each of them still runs.
const SMALL: [part: string, run: () => Promise<Figure[]>, withTarget: number][] = [
  ['handshake', () => handshake({ rounds: 1, connections: 1, warmUp: 1 }), 1],
  ['round-trips', () => roundTrips({ rounds: 1, delay: 1 }), 4],
  ['tracked-peers', () => trackedPeers({ few: 60, many: 120, lives: 2, worlds: 1 }), 8],
  ['recorder', () => recorder({ tracked: 60, lives: 3, rounds: 2, lines: 100 }), 1],
  [
    'inspector',
    () => inspector({ tracked: 60, pace: 200, length: 200, rounds: 2, looking: 2_000 }),
    hasChromium ? 3 : 1
  ],
  ['discoveries', () => discoveries({ tracked: 60, before: 100, found: 20, rounds: 2 }), 2],
  ['first-stream', () => firstStream({ rounds: 1, warmUp: 1 }), 0],
  [
    'grpc',
    () =>
      grpc({ rounds: 1, warmUp: 0, calls: 5, parallelCalls: 64, bytes: 2 ** 20, gateRounds: 1 }),
    4
  ]
]

it.each(SMALL)(
  'bench %s runs, and judges what has a target',
  async (part, run, withTarget) => {
    const rows = judge(part, await run())

    const names = new Set(rows.map(({ name }) => name))
    expect(names.size, 'every row has a name of its own').toBe(rows.length)
    for (const row of JSON.parse(JSON.stringify(rows)) as typeof rows) {
      expect(row).toMatchObject({ part, name: expect.any(String), unit: expect.any(String) })
      expect(row.value, row.name).toSatisfy(Number.isFinite)
      expect(typeof row.passes, row.name).toBe(row.target === undefined ? 'undefined' : 'boolean')
    }
    expect(rows.filter(({ target }) => target !== undefined)).toHaveLength(withTarget)
    expect(table(rows).split('\n')).toHaveLength(rows.length + 1)
  },
  90_000
)

it('a value that should be reached passes from there on', () => {
  const figure = { name: 'x', unit: 'fps', target: 50, isLeast: true } as const
  const [below, at] = judge('part', [
    { ...figure, value: 49.9 },
    { ...figure, value: 50 }
  ])
  expect(below?.passes).toBe(false)
  expect(at?.passes).toBe(true)
})

it('a value above its target fails, one at it passes', () => {
  const figure = { name: 'x', unit: 'x', target: 1.25 } as const
  const [at, above] = judge('part', [
    { ...figure, value: 1.25 },
    { ...figure, value: 1.26 }
  ])
  expect(at?.passes).toBe(true)
  expect(above?.passes).toBe(false)
})
