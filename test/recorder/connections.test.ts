/** Connections in a recording: who opened them, from when to when, and that they fit to one another. */
import { describe, expect, it } from 'vitest'
import { inspectableOf } from '../../src/inspectable.ts'
import { replayRecording } from '../../src/inspector/index.ts'
import { minutes, seconds, World } from '../rounds/world.ts'
import { changed, errorOf, headLine, lineWith, parsed, peerLine } from './lines.ts'
import type { Line } from './lines.ts'

/** One that is dialed, one that comes, one of another component, one that a relay carries. */
async function linkedLife(): Promise<{ world: World; lines: string[] }> {
  const world = await World.create({
    maxPeers: 3,
    outboundShare: 0,
    allowRelayed: true,
    routes: { r1: 'relayed' }
  })
  await world.rounds(
    { foreign: ['f1'] },
    { requested: ['d1'], are: { d1: 'authorized', f1: 'connected.unpromoted' } },
    { arriving: ['d1', 'i1'] },
    { requested: ['r1'], are: { r1: 'authorized' } },
    { advance: seconds(5), lost: ['i1'], disconnected: ['d1'] },
    { advance: minutes(1) }
  )
  return { world, lines: [...world.peers.recording()] }
}

const connectionsOf = (lines: readonly string[], id: string): Line[] =>
  lines.map(parsed).filter(({ type, peer }) => type === 'connection' && peer === id)

describe('a recording', () => {
  it('tells who opened each connection', async () => {
    const { world, lines } = await linkedLife()
    const told = (name: string): unknown[] =>
      connectionsOf(lines, world.id(name).toString()).map(({ what, opener }) => [what, opener])
    expect(told('f1')).toEqual([['opened', 'foreign']])
    expect(told('i1')).toEqual([
      ['opened', 'inbound'],
      ['closed', 'inbound']
    ])
    expect(told('d1')).toEqual([
      ['opened', 'own'],
      ['opened', 'inbound'],
      ['closed', 'own'],
      ['closed', 'inbound']
    ])
    expect(connectionsOf(lines, world.id('r1').toString())).toMatchObject([
      { what: 'opened', opener: 'own', limited: true }
    ])
    expect(connectionsOf(lines, world.id('f1').toString())[0]).toMatchObject({
      address: world.at('f1').toString()
    })
    expect((await replayRecording(lines)).divergence).toBeUndefined()
  })

  it('begins with the connections that are open, since when peers are where they are, and their slots', async () => {
    const { world } = await linkedLife()
    const present = [...inspectableOf(world.peers).begin({ past: false })]
    const lineOf = (name: string): Line =>
      present.map(parsed).find(({ peer }) => peer === world.id(name).toString()) ?? {}
    expect(lineOf('f1')).toMatchObject({ connections: [{ opener: 'foreign' }] })
    expect(lineOf('r1')).toMatchObject({ connections: [{ opener: 'own', limited: true }] })
    expect(lineOf('d1')).not.toHaveProperty('connections')
    const origin = world.clock.epoch() - world.clock.now()
    for (const name of ['f1', 'r1', 'd1', 'i1']) {
      const { since, slot } = world.peers.explain(world.id(name))
      expect(Number(lineOf(name)['since']) + origin, name).toBe(since)
      const held = lineOf(name)['held'] as number | undefined
      expect(held === undefined ? undefined : held + origin, name).toBe(slot?.since)
    }
    expect(lineOf('r1')).toHaveProperty('held')
    await world.rounds({ lost: ['f1', 'r1'] })
    expect((await replayRecording(present)).divergence).toBeUndefined()
  })

  it('that has lost its beginning knows what is open', async () => {
    const world = await World.create({ maxPeers: 3, recorder: { lines: 8 } })
    await world.rounds({ discovered: ['d1'], are: { d1: 'authorized' } })
    for (let i = 0; i < 20; i++) {
      await world.rounds({ arriving: ['d1'] }, { lost: ['d1'] }, { advance: minutes(1) })
      const lines = [...world.peers.recording()]
      expect((await replayRecording(lines)).divergence).toBeUndefined()
    }
    expect(parsed([...world.peers.recording()][0] ?? '')['seq']).toBeGreaterThan(0)
  })

  it('tells no more of the connections of a peer that is forgotten', async () => {
    const { world } = await linkedLife()
    const lines: string[] = []
    const inspectable = inspectableOf(world.peers)
    inspectable.follow((entry) => lines.push(inspectable.lineOf(entry)))
    lines.unshift(...inspectable.begin({ past: false }))
    await world.restart()
    const last = lines.map(parsed).at(-1)
    expect(last).toMatchObject({ type: 'forgotten', reason: 'stopped' })
    expect((await replayRecording(lines)).divergence).toBeUndefined()
  })
})

it('a peer that is forgotten has no connections any more', async () => {
  const lines = [
    { type: 'connection', peer: 'p1', what: 'opened', id: 'a', opener: 'inbound' },
    { type: 'forgotten', peer: 'p1', from: 'discovered.idle', reason: 'forgotten' },
    { type: 'connection', peer: 'p1', what: 'opened', id: 'a', opener: 'inbound' },
    { type: 'forgotten', peer: 'p1', from: 'discovered.idle', reason: 'forgotten' },
    { type: 'connection', peer: 'p1', what: 'closed', id: 'a', opener: 'inbound' }
  ].map((line, seq) => `${JSON.stringify({ ...line, seq, at: 0 })}\n`)
  const { divergence } = await replayRecording([headLine, peerLine(1), ...lines])
  expect(divergence).toMatchObject({ line: 7, what: 'what', recorded: '"closed"' })
})

describe('a change is found in its line', () => {
  const OPENED = ['"what":"opened"', '"opener":"own"']
  const FOREIGN = ['"what":"opened"', '"opener":"foreign"']
  const CLOSED = ['"what":"closed"', '"opener":"own"']

  it.each<[string, string[], (line: Line) => Line, string]>([
    ['that it opened', OPENED, (line) => ({ ...line, what: 'closed' }), 'what'],
    ['that it closed', CLOSED, (line) => ({ ...line, what: 'opened' }), 'what'],
    ['another one', CLOSED, (line) => ({ ...line, id: 'another' }), 'what'],
    ['of another peer', CLOSED, (line) => ({ ...line, peer: 'another' }), 'what'],
    ['our own', FOREIGN, (line) => ({ ...line, opener: 'own' }), 'opener'],
    ['not our own', OPENED, (line) => ({ ...line, opener: 'foreign' }), 'opener'],
    ['who opened it', CLOSED, (line) => ({ ...line, opener: 'inbound' }), 'opener'],
    ['a relay', CLOSED, (line) => ({ ...line, limited: true }), 'limited'],
    ['where', CLOSED, (line) => ({ ...line, address: '/ip4/1.2.3.4' }), 'address']
  ])('%s', async (_, parts, change, what) => {
    const { lines } = await linkedLife()
    const number = lineWith(lines, ...parts)
    const { divergence } = await replayRecording(changed(lines, number, change))
    expect(divergence).toMatchObject({ line: number, what })
    expect(divergence?.recorded).not.toBe(divergence?.replayed)
  })

  it.each<[string, (line: Line) => Line, string]>([
    ['a field that is none', (line) => ({ ...line, ip: '1.2.3.4' }), 'got "ip"'],
    ['no id', (line) => ({ ...line, id: undefined }), 'Expected a connection to have id'],
    ['no opener', (line) => ({ ...line, opener: undefined }), 'to have opener'],
    [
      'a word that is none',
      (line) => ({ ...line, opener: 'adopted' }),
      'own or inbound or foreign'
    ],
    ['neither', (line) => ({ ...line, what: 'toString' }), 'what to be opened or closed'],
    ['an escape sequence', (line) => ({ ...line, id: '\u001B[2J' }), 'id to be a printable text'],
    ['a turned line', (line) => ({ ...line, address: '\u202E' }), 'address to be a printable text'],
    ['a long text', (line) => ({ ...line, address: 'a'.repeat(129) }), 'at most 128 characters'],
    ['a wrong kind', (line) => ({ ...line, limited: 1 }), 'limited to be true or false, got 1']
  ])('%s', async (_, change, message) => {
    const { lines } = await linkedLife()
    const number = lineWith(lines, ...CLOSED)
    const error = await errorOf(changed(lines, number, change))
    expect(error).toMatchObject({ name: 'RecordingError', line: number })
    expect(error.message).toContain(message)
  })

  it('left out, it is missed', async () => {
    const { lines } = await linkedLife()
    const number = lineWith(lines, ...OPENED)
    const replay = replayRecording(lines.toSpliced(number - 1, 1))
    await expect(replay).rejects.toMatchObject({ name: 'RecordingError', line: number })
  })
})

const open = (...ids: string[]): Line => ({
  connections: ids.map((id) => ({ id, opener: 'inbound' }))
})

/** A hundred connections of each peer. */
function* crowd(peers: number): Generator<string> {
  yield headLine
  const ids = Array.from({ length: 100 }, (_, n) => `${n}`)
  for (let i = 0; i < peers; i++) {
    yield `${JSON.stringify({ ...parsed(peerLine(i)), ...open(...ids) })}\n`
  }
}

describe('a beginning is refused', () => {
  it.each<[string, Line, string]>([
    ['since nothing', { since: undefined }, 'Expected since to be a number, got nothing'],
    ['with a slot where there is none', { held: 7 }, 'Expected held without a slot'],
    ['with no list', { connections: {} }, 'Expected connections to be a list'],
    ['with a connection twice', open('a', 'b', 'a'), 'Expected each connection once, got "a"'],
    ['with a field that is none', { connections: [{ id: 'a', key: 'k' }] }, 'got "key"']
  ])('%s', async (_, fields, message) => {
    const line = JSON.stringify({ ...parsed(peerLine(1)), ...fields })
    const error = await errorOf(`${headLine}${line}\n`)
    expect(error).toMatchObject({ name: 'RecordingError', line: 2 })
    expect(error.message).toContain(message)
  })

  it('without a slot where there is one', async () => {
    const line = peerLine(1).replace('discovered.idle', 'authorized')
    await expect(replayRecording(headLine + line)).rejects.toThrow('Expected held with a slot')
  })

  it('with more connections than any node has', async () => {
    await expect(replayRecording(crowd(1_001))).rejects.toMatchObject({ line: 1_002 })
  })
})
