/** What an inspector sees of a node: the present, what is decided from then on, and no more than a recording tells. */
import { expect, it, vi } from 'vitest'
import { replayRecording } from '../../src/inspector/index.ts'
import { Recorder } from '../../src/recorder/recorder.ts'
import { inspectableOf } from '../../src/inspectable.ts'
import { seconds, World } from '../rounds/world.ts'
import { recordedLife, shortLife } from './life.ts'
import { parsed } from './lines.ts'
import type { Line } from './lines.ts'
import type { Entry, RecordedPeer } from '../../src/recorder/entry.ts'
import type { Inspectable } from '../../src/inspectable.ts'
import type { Redaction } from '../../src/index.ts'

/** Everything that a viewer is told from now on, with the beginning. */
function followed(inspectable: Inspectable, past = true): { lines: string[]; end: () => void } {
  const lines: string[] = []
  const end = inspectable.follow((entry) => lines.push(inspectable.lineOf(entry)))
  lines.unshift(...inspectable.begin({ past }))
  return { lines, end }
}

const NO = { door: 'dial', direction: 'outbound', reason: 'busy', by: 'local' } as const

const unrecordedLife = async (): Promise<World> => shortLife({ recorder: { lines: 0 } })

it('anything but the service is refused', () => {
  expect(() => inspectableOf({})).toThrow('Expected the service that peerLifecycle() makes')
})

it('of a node that records nothing the present is told, and what follows from it', async () => {
  const world = await unrecordedLife()
  const { lines, end } = followed(inspectableOf(world.peers))
  const peers = lines.map(parsed).filter(({ type }) => type === 'peer')
  expect(peers).toHaveLength(world.peers.getPeers().length)
  await world.rounds({ discovered: ['d7'], advance: seconds(10) }, { banned: ['d2'] })
  end()
  const told = lines.length
  await world.rounds({ discovered: ['d8'], advance: seconds(10) })
  expect(lines).toHaveLength(told)
  const replay = await replayRecording(lines)
  expect(replay.divergence).toBeUndefined()
  expect(replay.decisions).toBeGreaterThan(5)
})

it('while nobody follows and nothing is recorded, nothing is done', async () => {
  let asked = 0
  const peers = (): RecordedPeer[] => {
    asked++
    return []
  }
  const now = (): number => asked++
  const onFault = vi.fn<(error: unknown) => void>()
  const recorder = new Recorder(
    { clock: { now }, lines: 0 },
    { peers, mode: () => 'full', onFault }
  )
  const told: Entry[] = []
  const act = (): void => {
    recorder.forgotten('p', 'authorized', 'stopped')
    recorder.modeChanged('slots.filled', 'filling', 'full')
    recorder.refused({ ...NO, peer: 'p' })
  }
  act()
  expect([recorder.isOn, asked]).toEqual([false, 0])
  const end = recorder.follow((entry) => told.push(entry))
  act()
  expect(recorder.isOn).toBe(true)
  end()
  const times = asked
  act()
  expect([recorder.isOn, asked]).toEqual([false, times])
  expect(told.map(({ type, seq }) => [type, seq])).toEqual([
    ['forgotten', 0],
    ['mode', 1],
    ['refusal', 2]
  ])
})

it('viewers come and go, and each is told everything since it came', async () => {
  const world = await unrecordedLife()
  const inspectable = inspectableOf(world.peers)
  const one = followed(inspectable)
  await world.rounds({ discovered: ['d7'], advance: seconds(10) })
  const other = followed(inspectable)
  const before = one.lines.length
  await world.rounds({ discovered: ['d8'], advance: seconds(10) })
  one.end()
  await world.rounds({ discovered: ['d9'], advance: seconds(10) })
  for (const { lines } of [one, other]) {
    expect((await replayRecording(lines)).divergence).toBeUndefined()
  }
  const common = one.lines.slice(before)
  expect(common.length).toBeGreaterThan(2)
  expect(other.lines.join('')).toContain(common.join(''))
  other.end()
})

it('of a node that records the past is told, or only the present', async () => {
  const { world, lines } = await recordedLife()
  const inspectable = inspectableOf(world.peers)
  expect([...inspectable.begin()]).toEqual(lines)
  const present = followed(inspectable, false)
  expect(present.lines).toHaveLength(1 + world.peers.getPeers().length)
  await world.rounds({ discovered: ['d7'], advance: seconds(10) })
  expect((await replayRecording(present.lines)).divergence).toBeUndefined()
  present.end()
})

it('a viewer that fails harms nobody, and is told', async () => {
  const world = await unrecordedLife()
  const faults: unknown[] = []
  world.peers.addEventListener('peer:fault', ({ detail }) => faults.push(detail))
  const end = inspectableOf(world.peers).follow(() => {
    throw new Error('viewer')
  })
  await world.rounds({ discovered: ['d7'], are: { d7: 'authorized' } })
  expect(faults).toContainEqual({ source: 'listener', error: new Error('viewer') })
  end()
})

it('the status is one line, in which what has no end is a word', async () => {
  const { world } = await recordedLife({ maxPeers: 2, maxTracked: Infinity })
  await world.rounds({ discovered: ['d7', 'd8', 'd9'] })
  const text = inspectableOf(world.peers).status()
  expect(text.indexOf('\n')).toBe(text.length - 1)
  const status = parsed(text)
  const { mode, maxPeers, queued, tracked, banned, refusals, slotsByKind } = world.peers.status()
  expect(status).toMatchObject({ type: 'status', mode, maxPeers, queued, tracked, banned })
  expect(status).toMatchObject({ refusals, slotsByKind })
  expect(status['limits']).toMatchObject({ tracked: 'Infinity' })
  const waiting = world.peers.getPeers().filter(({ path }) => path.endsWith('.queued'))
  expect(waiting.length).toBeGreaterThan(0)
  const next = status['next'] as Line[]
  expect(new Set(next.map(({ peer }) => peer))).toEqual(
    new Set(waiting.map(({ peerId }) => peerId.toString()))
  )
  for (const { peer, why } of next) expect(why).toBe(world.peers.explain(peer as string).dial)
})

it('explains a peer by the name that is shown', async () => {
  const { world } = await recordedLife()
  const inspectable = inspectableOf(world.peers)
  const d3 = world.id('d3').toString()
  expect(inspectable.explain(d3)).toEqual(world.peers.explain(d3))
  expect(inspectable.explain('nobody')).toBeUndefined()
  world.peers.ban(world.id('d3'), { duration: Infinity })
  expect(inspectable.explain(d3)).toMatchObject({ retryAt: 'Infinity' })
})

it('of very many candidates the status names those whose turn comes first', async () => {
  const world = await World.create({ maxPeers: 2, maxTracked: 60 })
  await world.rounds({ discovered: Array.from({ length: 30 }, (_, i) => `e${i}`) })
  const status = parsed(inspectableOf(world.peers).status())
  const waiting = world.peers.getPeers().filter(({ path }) => path.endsWith('.queued'))
  expect(waiting.length).toBeGreaterThan(20)
  expect(status['next']).toHaveLength(20)
})

it('explains a stranger that was turned away, by the name that is shown', async () => {
  const { world } = await recordedLife({ recorder: { lines: 100, redact: 'short' } })
  const stranger = world.id('x1')
  world.peers.ban(stranger)
  await world.rounds({ greeting: ['x1'] })
  expect(world.peers.getPeer(stranger)).toBeUndefined()
  const told = inspectableOf(world.peers).explain(stranger.toString().slice(-12))
  expect(told).toMatchObject({ state: 'unknown', refusals: [{ reason: 'banned' }] })
})

it.each<Redaction>(['short', 'hash'])('%s: nobody is named in any of it', async (redact) => {
  const { world } = await recordedLife({ maxPeers: 2, recorder: { lines: 100, redact } })
  const inspectable = inspectableOf(world.peers)
  const { lines, end } = followed(inspectable)
  await world.rounds({ advance: seconds(10), discovered: ['d7', 'd8', 'd9'] })
  end()
  expect(parsed(inspectable.status())['next']).not.toEqual([])
  expect(parsed(inspectable.status())['slots']).not.toEqual([])
  const shown = new Set(lines.map((line) => parsed(line)['peer']).filter(Boolean))
  const explained = [...shown].map((name) => inspectable.explain(name as string))
  expect(explained).not.toContain(undefined)
  const text = [...lines, inspectable.status(), JSON.stringify(explained)].join('')
  const ids = world.peers.getPeers().map(({ peerId }) => peerId.toString())
  for (const id of [...ids, world.node.peerId.toString()]) expect(text).not.toContain(id)
  expect(text).not.toContain('detail')
  expect(text).not.toContain('ECONNREFUSED')
  expect(inspectable.explain(ids[0] ?? '')).toBeUndefined()
})
