/** A recording comes to the same again, and whatever is changed in it is found where it was changed. */
import { describe, expect, it } from 'vitest'
import { replayRecording } from '../../src/inspector/index.ts'
import { hours, seconds, World } from '../rounds/world.ts'
import { recordedLife } from './life.ts'
import { changed, headLine, lineWith, parsed, peerLine } from './lines.ts'
import type { Line } from './lines.ts'
import type { DispositionsInit } from '../../src/index.ts'

const DECISIONS = new Set<unknown>(['move', 'forgotten', 'mode'])

describe('a recording', () => {
  it('tells every decision with its cause, and comes to the same again', async () => {
    const { world, lines } = await recordedLife()
    const moves = lines.map(parsed)
    expect(moves[0]).toMatchObject({
      type: 'recording',
      format: 1,
      node: world.node.peerId.toString()
    })
    const d3 = world.id('d3').toString()
    expect(
      moves.find(({ peer, to }) => peer === d3 && String(to).startsWith('rejected'))
    ).toMatchObject({
      event: 'handshake.refused',
      with: { reason: 'incompatible', by: 'local' },
      from: 'handshaking.initiating',
      reason: 'incompatible',
      change: { reason: 'incompatible', failures: 1 }
    })
    const replay = await replayRecording(lines)
    expect(replay).toMatchObject({
      lines: lines.length,
      decisions: moves.filter(({ type }) => DECISIONS.has(type)).length,
      isTorn: false
    })
    expect(replay.divergence).toBeUndefined()
    for (const { peerId, path } of world.peers.getPeers()) {
      expect(replay.paths.get(peerId.toString())).toBe(path)
    }
    expect(replay.paths.size).toBe(world.peers.getPeers().length)
    expect(replay.mode).toBe(world.peers.status().mode)
  })

  it('that has lost its beginning begins with the state of all peers', async () => {
    const { world, lines } = await recordedLife({ recorder: { lines: 10 } })
    const all = lines.map(parsed)
    expect(all[0]?.['seq']).toBeGreaterThan(0)
    expect(all.filter(({ type }) => type === 'peer').length).toBeGreaterThan(1)
    expect(all.filter(({ seq }) => seq !== undefined).length - 1).toBeLessThanOrEqual(10)
    const replay = await replayRecording(lines)
    expect(replay.divergence).toBeUndefined()
    for (const { peerId, path } of world.peers.getPeers()) {
      expect(replay.paths.get(peerId.toString())).toBe(path)
    }
  })

  it('keeps no more than it was given lines for, however long the node runs', async () => {
    const world = await World.create({
      maxPeers: 2,
      routes: { d1: 'refused' },
      recorder: { lines: 8 }
    })
    await world.rounds({ fixed: ['d1'] })
    for (let i = 0; i < 20; i++) {
      await world.rounds({ advance: hours(1) })
      const lines = [...world.peers.recording()]
      // the headLine, one peer, and the decisions
      expect(lines.length).toBeLessThanOrEqual(2 + 8)
      expect((await replayRecording(lines)).divergence).toBeUndefined()
    }
  })

  it('carries the application’s own dispositions', async () => {
    const forEver = { base: hours(48), cap: Infinity, factor: 2, jitter: 0 }
    const dispositions: DispositionsInit = {
      local: {
        incompatible: { coolDown: 7_777 },
        'protocol-violation': { coolDown: forEver }
      },
      remote: { 'too-many-peers': { connection: 'close', coolDown: 8_888 } }
    }
    const { lines } = await recordedLife({ dispositions })
    expect((await replayRecording(lines)).divergence).toBeUndefined()
    // without them its lengths are others
    const standard = changed(lines, 1, (line) => ({ ...line, dispositions: undefined }))
    const { divergence } = await replayRecording(standard)
    expect(divergence).toMatchObject({ what: 'until' })
  })

  it('carries a ban without an end', async () => {
    const { world } = await recordedLife()
    world.peers.ban(world.id('d2'), { duration: Infinity })
    const lines = [...world.peers.recording()]
    expect(lines.join('')).toContain('"until":"Infinity"')
    expect((await replayRecording(lines)).divergence).toBeUndefined()
  })

  it('is read in pieces, as a file comes', async () => {
    const { lines } = await recordedLife()
    const text = lines.join('')
    for (const size of [1, 7, 1_000]) {
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        text.slice(i * size, (i + 1) * size)
      )
      expect((await replayRecording(pieces)).lines).toBe(lines.length)
    }
    async function* stream(): AsyncGenerator<string> {
      yield* lines
    }
    expect((await replayRecording(stream())).lines).toBe(lines.length)
  })

  it('whose last line broke off is read up to there', async () => {
    const { lines } = await recordedLife()
    const torn = lines.join('').slice(0, -20)
    expect(await replayRecording(torn)).toMatchObject({ lines: lines.length - 1, isTorn: true })
  })
})

describe('a change is found in its line', () => {
  const AUTHORIZED = '"to":"authorized"'
  const REFUSED = '"event":"handshake.refused"'

  it.each<[string, string[], (line: Line) => Line, string]>([
    ['where it led', [AUTHORIZED], (line) => ({ ...line, to: 'rejected.connected' }), 'to'],
    ['where it began', [AUTHORIZED], (line) => ({ ...line, from: 'dialing' }), 'from'],
    [
      'what happened',
      [AUTHORIZED],
      (line) => ({ ...line, event: 'handshake.opened', with: { session: 1 } }),
      'to'
    ],
    ['which session', [AUTHORIZED], (line) => ({ ...line, with: { session: 99, at: 0 } }), 'to'],
    ['the slot', [AUTHORIZED], (line) => ({ ...line, slot: 99 }), 'slot'],
    ['no slot', [AUTHORIZED], (line) => ({ ...line, slot: undefined }), 'slot'],
    ['the word', [REFUSED], (line) => ({ ...line, reason: 'busy' }), 'reason'],
    [
      'the luck',
      ['"event":"dial.failed"'],
      (line) => ({ ...line, with: { ...(line['with'] as Line), luck: 0.9 } }),
      'until'
    ],
    [
      'what is remembered',
      [REFUSED],
      (line) => ({ ...line, change: { ...(line['change'] as Line), failures: 9 } }),
      'failures'
    ],
    ['what is forgotten', [REFUSED], (line) => ({ ...line, change: {} }), 'direction'],
    ['the edge', [AUTHORIZED], (line) => ({ ...line, edge: 'somewhere' }), 'edge'],
    ['the mode', ['"type":"mode"'], (line) => ({ ...line, to: 'full' }), 'to']
  ])('%s', async (_, parts, change, what) => {
    const { lines } = await recordedLife()
    const number = lineWith(lines, ...parts)
    const { divergence } = await replayRecording(changed(lines, number, change))
    expect(divergence).toMatchObject({ line: number, what })
    expect(divergence?.recorded).not.toBe(divergence?.replayed)
  })

  it.each<[string, (lines: readonly string[], at: number) => string[]]>([
    ['left out', (lines, at) => lines.toSpliced(at - 1, 1)],
    ['said twice', (lines, at) => lines.toSpliced(at - 1, 0, lines[at - 2] ?? '')],
    [
      'said too early',
      (lines, at) => lines.toSpliced(at - 1, 2, lines[at] ?? '', lines[at - 1] ?? '')
    ]
  ])('that it was %s', async (_, change) => {
    const { lines } = await recordedLife()
    const number = lineWith(lines, AUTHORIZED)
    const replay = replayRecording(change(lines, number))
    await expect(replay).rejects.toMatchObject({ name: 'RecordingError', line: number })
  })
})

const wanted = '{"priority":"static","lasting":true,"urgent":false}'
const move = (fields: string): string =>
  `{"type":"move","seq":0,"at":0,"peer":"p","event":"peer.wanted","with":${fields},` +
  '"from":"discovered.idle","to":"discovered.queued","edge":"e","change":{}}\n'

const forgotten =
  '{"type":"forgotten","seq":0,"at":0,"peer":"p","from":"discovered.idle","reason":"stopped"}\n'

function* crowd(size: number): Generator<string> {
  yield headLine
  for (let i = 0; i < size; i++) yield peerLine(i)
}

describe('what is no recording', () => {
  it.each<[string, string, number, string]>([
    ['nothing', '', 1, 'Expected a recording, got nothing'],
    ['no JSON', 'hello\n', 1, 'Expected a line of JSON, got "hello"'],
    ['an array', '[]\n', 1, 'Expected a line to be an object, got []'],
    ['null', 'null\n', 1, 'Expected a line to be an object, got null'],
    ['something else', '{"type":"log"}\n', 1, 'Expected a type of line, got "log"'],
    ['a later version', headLine.replace('1', '2'), 1, 'written by a later version'],
    ['no beginning', move(wanted), 1, 'Expected the head of a recording'],
    ['two beginnings', headLine + headLine, 2, 'Expected one beginning, got another one'],
    ['no such mode', headLine.replace('filling', 'toString'), 1, 'a mode of the scheduler'],
    [
      'no such event',
      headLine + move('{}').replace('peer.wanted', 'toString'),
      2,
      'the type of an event'
    ],
    [
      'no such state',
      headLine + move(wanted).replace('discovered.idle', '__proto__'),
      2,
      'a state of the chart'
    ],
    [
      'too little',
      headLine + move('{"priority":"static"}'),
      2,
      'Expected peer.wanted to have lasting'
    ],
    [
      'a wrong kind',
      headLine + move('{"priority":"static","lasting":1,"urgent":true}'),
      2,
      'Expected lasting to be true or false, got 1'
    ],
    [
      'a wrong word',
      headLine + move('{"priority":"first","lasting":true,"urgent":true}'),
      2,
      'static or requested or discovered, got "first"'
    ],
    [
      'a name of another kind',
      headLine + move(wanted).replace('"p"', '7'),
      2,
      'peer to be a text, got 7'
    ],
    [
      'a number of another kind',
      headLine + move(wanted).replace('"seq":0', '"seq":"0"'),
      2,
      'seq to be a number, got "0"'
    ],
    ['fields that are none', headLine + move('null'), 2, 'Expected an object of fields, got null'],
    [
      'a peer that remembers nothing',
      headLine + peerLine(1).replace(/"context":.*}}/, '"context":{}}'),
      2,
      'Expected a context to have session'
    ],
    [
      'a peer twice',
      headLine + peerLine(1) + peerLine(1),
      3,
      'Expected each peer once, got "p1" again'
    ],
    [
      'a peer too late',
      headLine + forgotten + peerLine(1),
      3,
      'Expected the peers before the first decision'
    ],
    ['a prototype', headLine + move('{"__proto__":{"priority":"static"}}'), 2, 'got "__proto__"'],
    ['an escape sequence', `${headLine}{"type":"\\u001b[2J"}\n`, 2, 'got "\\u001b[2J"'],
    ['raw bytes', `${headLine}\u001B[2J\u202E\n`, 2, 'got "\\u001b[2J\\u{202e}'],
    ['a line without end', headLine + 'x'.repeat(1_000_000), 2, 'at most 65536 characters']
  ])('%s is told with its line', async (_, text, line, message) => {
    const error = await replayRecording(text).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ name: 'RecordingError', line })
    expect((error as Error).message).toContain(message)
    expect((error as Error).message).toContain(`In line ${line}: `)
    expect((error as Error).message.length).toBeLessThan(300)
  })

  it('that tells of more peers than a node tracks is not kept', async () => {
    await expect(replayRecording(crowd(200_000))).rejects.toMatchObject({ line: 100_002 })
  })

  it('changes no prototype', async () => {
    await replayRecording(headLine + '{"__proto__":{"polluted":1},"type":"x"}\n').catch(() => {})
    expect('polluted' in {}).toBe(false)
  })
})

it('a node that records nothing says how it would', async () => {
  const world = await World.create({ recorder: { lines: 0 } })
  expect(() => world.peers.recording()).toThrow('recorder: { lines: 10_000 }')
})

it('is taken when it is asked for, and read later', async () => {
  const { world, lines } = await recordedLife()
  const recording = world.peers.recording()
  await world.rounds({ discovered: ['d7'], advance: seconds(10) })
  expect([...recording]).toHaveLength(lines.length)
})
