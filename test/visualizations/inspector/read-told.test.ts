/** What a server says is read as strictly as a recording, and nothing in it is more than text. */
import { expect, test } from 'vitest'
import { readTold } from '../../../visualizations/inspector/model/read-told.ts'
import { Tape } from '../../../visualizations/inspector/model/tape.ts'
import { Lines, ORIGIN } from './lines.ts'

const written = (change: object = {}): string =>
  JSON.stringify({ ...new Lines().status(), ...change })

test('what a node has is told as it is, and "Infinity" is no limit', () => {
  const limits = { slots: { inbound: 'Infinity' }, tracked: 1_000 }
  const slots = [{ peer: 'x', kind: 'static', session: 7 }]
  expect(readTold(written({ limits, slots }))).toEqual({
    ...new Lines().status(),
    limits: { slots: { inbound: Infinity }, tracked: 1_000 },
    slots
  })
})

test('texts are fit to be shown', () => {
  const text = written({ mode: 'full\u202e', refusals: [{ reason: 'x'.repeat(999), count: 1 }] })
  const line = readTold(text) as unknown as { mode: string; refusals: { reason: string }[] }
  expect(line.mode).toBe('full\\u{202e}')
  expect(line.refusals[0]?.reason).toHaveLength(200)
})

test.each([
  ['slots', { slots: {} }],
  ['next', { next: 'none' }],
  ['at', { at: null }],
  ['maxPeers', { maxPeers: undefined }],
  ['gate', { gate: [] }]
])('a status without its %s is none', (name, change) => {
  expect(() => readTold(written(change))).toThrow(`Expected ${name} of a status`)
})

test('a line of anything else is read as in a recording', () => {
  expect(() => readTold('{"type":"constructor"}')).toThrow('Expected a type of line')
  expect(() => readTold('{"type":"status"')).toThrow('JSON')
})

test('what a node told of itself is known with the time at which it did', () => {
  const tape = new Tape(() => 0)
  const lines = new Lines()
  tape.meet([{ name: 'a', peer: 'a' }])
  tape.tell(0, [lines.head(), lines.status({ offlineSince: ORIGIN + 400 })])
  const { status } = tape.scene.nodes[0]!
  expect(status).toMatchObject({ at: ORIGIN + lines.at, offlineSince: ORIGIN + 400 })
})
