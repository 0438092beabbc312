import { expect, test } from 'vitest'
import { rangesIn } from './changes.ts'
import { GROUPS } from './groups.ts'
import { sampleOfAll, sampleOfChanges } from './sample.ts'

test('what a diff has changed or brought is mutated, what it took away is not', () => {
  const diff = [
    'diff --git a/machines/slots.ts b/machines/slots.ts',
    '--- a/machines/slots.ts',
    '+++ b/machines/slots.ts',
    '@@ -10 +10 @@ class SlotBook {',
    '-  old',
    '+  new',
    '@@ -20,2 +19,0 @@',
    '-  gone',
    '-  gone too',
    '@@ -30,0 +28,3 @@ @@ -1 +1 @@',
    '+  +++ one',
    '+two',
    '+three',
    'diff --git a/src/clock.ts b/src/clock.ts',
    '--- a/src/clock.ts',
    '+++ b/src/clock.ts',
    '@@ -1,2 +1 @@'
  ].join('\n')

  expect(rangesIn(diff)).toEqual([
    { file: 'machines/slots.ts', from: 10, to: 10 },
    { file: 'machines/slots.ts', from: 28, to: 30 },
    { file: 'src/clock.ts', from: 1, to: 1 }
  ])
  expect(rangesIn('')).toEqual([])
})

test('the groups that have changed take turns, and only they', () => {
  const changed = [
    { file: 'src/clock.ts', from: 1, to: 9 },
    { file: 'machines/slots.ts', from: 10, to: 10 },
    { file: 'src/gate/gate.ts', from: 5, to: 6 }
  ]
  const turns = [0, 1, 2].map((turn) => sampleOfChanges(changed, turn))

  expect(turns.map((sample) => sample?.group.name)).toEqual(['slots', 'gate', 'slots'])
  expect(turns[0]?.ranges).toEqual([{ file: 'machines/slots.ts', from: 10, to: 10 }])
  expect(sampleOfChanges(changed.slice(0, 1), 0)).toBeUndefined()
})

test('of many changes as many lines are mutated as there is time for, in turns', () => {
  const changed = [
    { file: 'machines/slots.ts', from: 10, to: 14 },
    { file: 'machines/slots.ts', from: 100, to: 299 }
  ]
  const affordable = GROUPS.find(({ name }) => name === 'slots')?.affordable ?? 0

  expect(sampleOfChanges(changed, 0)?.ranges).toEqual([
    { file: 'machines/slots.ts', from: 10, to: 14 },
    { file: 'machines/slots.ts', from: 100, to: 100 + affordable - 5 - 1 }
  ])
  expect(sampleOfChanges(changed, 1)?.ranges).toEqual([
    { file: 'machines/slots.ts', from: 100, to: 100 + affordable - 1 }
  ])
})

test('where nothing has changed, every group has its turn', () => {
  const samples = Array.from({ length: 60 }, (_, at) => sampleOfAll(at * 997))

  expect(new Set(samples.map(({ group }) => group.name)).size).toBe(GROUPS.length)
  for (const { group, ranges } of samples) {
    expect(ranges).toHaveLength(1)
    expect(ranges[0]?.to).toBeGreaterThanOrEqual(ranges[0]?.from ?? Infinity)
    expect(group.files).not.toEqual([])
  }
})
