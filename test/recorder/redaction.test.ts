/** What a recording tells of peers to somebody who must not know them. */
import { expect, it } from 'vitest'
import { replayRecording } from '../../src/inspector/index.ts'
import { inspectableOf } from '../../src/inspectable.ts'
import { redacting } from '../../src/recorder/redaction.ts'
import { recordedLife } from './life.ts'
import type { Redaction } from '../../src/index.ts'

const byNumber = (): ((peer: string) => string) => {
  const numbers = new Map<string, number>()
  return (peer) => {
    if (!numbers.has(peer)) numbers.set(peer, numbers.size)
    return `peer ${numbers.get(peer)}`
  }
}

it.each<[string, Redaction]>([
  ['short', 'short'],
  ['hash', 'hash'],
  ['a function', byNumber()]
])('%s: no peer id and no detail is in it, and it comes to the same', async (_, redact) => {
  const { world } = await recordedLife({ recorder: { lines: 1_000, redact } })
  await world.rounds({ foreign: ['f1'], greeting: ['i2'] }, { scripts: { i2: 'garbage' } })
  // the past, in which all this happened, and the present, in which some of it lasts
  const lines = [...world.peers.recording()]
  const present = [...inspectableOf(world.peers).begin({ past: false })]
  const text = [...lines, ...present].join('')
  const ids = world.peers.getPeers().map(({ peerId }) => peerId.toString())
  expect(ids.length).toBeGreaterThan(3)
  for (const id of [...ids, world.node.peerId.toString()]) expect(text).not.toContain(id)
  expect(text).toContain('"type":"refusal"')
  expect(text).toContain('"what":"opened"')
  expect(text).toContain('"connections":[{')
  for (const needle of ['"detail"', '"address"', '/ip4', '/p2p/', 'ECONNREFUSED']) {
    expect(text).not.toContain(needle)
  }
  expect((await replayRecording(lines)).divergence).toBeUndefined()
})

it('none: the ids are in it, and what was wrong', async () => {
  const { world, lines } = await recordedLife()
  expect(lines.join('')).toContain(world.id('d3').toString())
  expect(lines.join('')).toContain('ECONNREFUSED')
})

it('a hash says the same of a peer in one node, and something else in another', async () => {
  const [one, other] = [
    await recordedLife({ recorder: { lines: 1_000, redact: 'hash' } }),
    await recordedLife({ recorder: { lines: 1_000, redact: 'hash' } })
  ]
  expect([...one.world.peers.recording()].slice(1)).toEqual(one.lines.slice(1))
  const names = ({ lines }: typeof one): unknown[] =>
    lines.map((line) => (JSON.parse(line) as { peer?: string }).peer).filter(Boolean)
  const others = new Set(names(other))
  expect(names(one).filter((name) => others.has(name))).toEqual([])
})

it('a function that gives no text is told', () => {
  const redact = (() => undefined) as unknown as () => string
  const show = redacting(redact, new Uint8Array(16))
  expect(() => show('peer')).toThrow('Expected recorder.redact() to give a text, got undefined')
})

it('a function is asked once for each of many peers, and not remembered without end', () => {
  let asked = 0
  const show = redacting((peer) => `${peer} ${asked++}`, new Uint8Array(16))
  for (let i = 0; i < 20_000; i++) show(`p${i}`)
  for (let i = 0; i < 20_000; i++) show(`p${i}`)
  expect(asked).toBe(20_000)
  show('one more')
  show('p0')
  expect(asked).toBe(20_002)
})
