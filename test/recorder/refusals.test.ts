/** Refusals in a recording: each with its words, and of a flood of them only as many as leave room for the rest. */
import { describe, expect, it } from 'vitest'
import { replayRecording } from '../../src/inspector/index.ts'
import { RefusalBudget, REFUSALS_PER_SECOND } from '../../src/recorder/refusal-budget.ts'
import { recordedLife, shortLife } from './life.ts'
import { changed, errorOf, lineWith, parsed } from './lines.ts'
import type { Line } from './lines.ts'
import type { World } from '../rounds/world.ts'

const refusalsIn = (lines: readonly string[]): Line[] =>
  lines.map(parsed).filter(({ type }) => type === 'refusal')

/** As many refusals as are asked for, a thousand in a second. */
async function flood(world: World, times: number): Promise<void> {
  const signal = AbortSignal.abort()
  for (let i = 0; i < times; i++) {
    await world.peers.connect(world.id(`x${i % 7}`), { signal }).catch(() => {})
    if (i % 100 === 99) await world.network.advance(100)
  }
}

/** Everything but the first line and the refusals. */
const rest = (lines: readonly string[]): string[] =>
  lines.filter((line) => parsed(line)['type'] !== 'refusal').slice(1)

const taken = (budget: RefusalBudget, times: number[], isCrowded: boolean): unknown[] =>
  times.map((now) => budget.take(now, isCrowded))

it('a recording tells every "no" as the ledger has it, without an address', async () => {
  const { world, lines } = await recordedLife()
  const origin = world.clock.epoch() - world.clock.now()
  for (const name of ['d1', 'd2', 'd3', 'd4', 'd5']) {
    const peer = world.id(name).toString()
    const told = refusalsIn(lines).filter((line) => line['peer'] === peer)
    const known = world.peers.explain(peer).refusals
    expect(told.length, name).toBeGreaterThan(0)
    expect(told.map((line) => Number(line['at']) + origin)).toEqual(known.map(({ at }) => at))
    for (const [i, { door, direction, reason, by, detail }] of known.entries()) {
      expect(told[i]).toMatchObject({ door, direction, reason, by })
      expect(told[i]?.['detail']).toBe(detail)
      expect(told[i]).not.toHaveProperty('ip')
    }
  }
})

describe('a flood', () => {
  it('of 100,000 refusals washes no decision out, and says how many were left out', async () => {
    const world = await shortLife({ recorder: { lines: 400 } })
    const before = [...world.peers.recording()]
    await flood(world, 100_000)
    const after = [...world.peers.recording()]
    expect(rest(after).slice(0, rest(before).length)).toEqual(rest(before))
    // a quarter of what lies between two beginnings, a second more, and one a minute
    const added = after.length - before.length
    expect(added).toBeLessThan(400 / 8 + REFUSALS_PER_SECOND + 10)
    const omitted = refusalsIn(after).map((line) => Number(line['omitted'] ?? 0))
    const aborted = refusalsIn(after).filter(({ reason }) => reason === 'aborted').length
    const sum = aborted + omitted.reduce((a, b) => a + b, 0)
    // those of the last minute are not told of yet
    expect(sum).toBeGreaterThan(40_000)
    expect(sum).toBeLessThanOrEqual(100_000)
    expect((await replayRecording(after)).divergence).toBeUndefined()
  })

  it('does not go on when there are decisions again', async () => {
    const world = await shortLife({ recorder: { lines: 100 } })
    await flood(world, 20_000)
    for (let i = 0; i < 30; i++) await world.rounds({ arriving: ['i9'] }, { lost: ['i9'] })
    const told = refusalsIn([...world.peers.recording()]).length
    await flood(world, 1_000)
    expect(refusalsIn([...world.peers.recording()]).length).toBeGreaterThan(told + 5)
  })
})

describe('of refusals', () => {
  it('ten are written in a second', () => {
    const budget = new RefusalBudget()
    const times = Array.from({ length: 25 }, (_, i) => i)
    expect(taken(budget, times, false).filter((omitted) => omitted === 0)).toHaveLength(10)
    expect(taken(budget, [999, 1_000, 1_001], false)).toEqual([undefined, 16, 0])
  })

  it('one is written in a minute when they take much of the room', () => {
    const budget = new RefusalBudget()
    expect(taken(budget, [0, 1_000, 59_999, 60_000, 60_001], true)).toEqual([
      0,
      undefined,
      undefined,
      2,
      undefined
    ])
    expect(budget.take(61_000, false)).toBe(1)
  })
})

it.each<[string, (line: Line) => Line, string]>([
  ['a field that is none', (line) => ({ ...line, ip: '1.2.3.4' }), 'got "ip"'],
  ['no word', (line) => ({ ...line, reason: undefined }), 'Expected a refusal to have reason'],
  ['no door', (line) => ({ ...line, door: undefined }), 'Expected a refusal to have door'],
  ['another word', (line) => ({ ...line, reason: 'toString' }), 'got "toString"'],
  ['another door', (line) => ({ ...line, door: 'window' }), 'dial or handshake or channel'],
  ['another side', (line) => ({ ...line, by: 'nobody' }), 'local or remote or network'],
  ['another way', (line) => ({ ...line, direction: 'up' }), 'inbound or outbound'],
  ['a detail of another kind', (line) => ({ ...line, detail: {} }), 'detail to be a text'],
  ['a long detail', (line) => ({ ...line, detail: 'a'.repeat(1_001) }), 'at most 1000 characters'],
  ['none left out', (line) => ({ ...line, omitted: 0 }), 'a whole number above 0, got 0'],
  ['half of one left out', (line) => ({ ...line, omitted: 0.5 }), 'a whole number above 0'],
  ['nobody', (line) => ({ ...line, peer: undefined }), 'peer to be a text, got nothing'],
  ['another number', (line) => ({ ...line, seq: 0 }), 'Expected number']
])('a refusal with %s is found in its line', async (_, change, message) => {
  const { lines } = await recordedLife()
  const number = lineWith(lines, '"type":"refusal"')
  const error = await errorOf(changed(lines, number, change))
  expect(error).toMatchObject({ name: 'RecordingError', line: number })
  expect(error.message).toContain(message)
})
