/** Viewers that come in numbers, take nothing, or cannot take everything: the node and the others do not notice. */
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { SLICE } from '../../src/inspector/limits.ts'
import { LiveNodes } from '../../src/inspector/live-nodes.ts'
import { readInspectInit } from '../../src/inspector/inspect-options.ts'
import { readPage } from '../../src/inspector/page.ts'
import { serve } from '../../src/inspector/server.ts'
import { Viewer } from '../../src/inspector/viewer.ts'
import { ManualClock } from '../../src/testing/index.ts'
import { eventually, within } from '../network/waiting.ts'
import { RawRequest } from './raw-request.ts'
import { served, servedOf, StandIn } from './stand-in.ts'
import { at, knowing, Watcher } from './watching.ts'
import type { ServerResponse } from 'node:http'
import type { Line, Told } from './watching.ts'

const MEGABYTE = 1_048_576

/** Lets the sockets of this process do what they can. */
const turn = async (): Promise<void> => new Promise((done) => setImmediate(done))

/** Lets time pass, a beat at a time, with turns of the loop in between for the sockets. */
async function pass(clock: ManualClock, ms: number, each: () => void = () => {}): Promise<void> {
  for (let passed = 0; passed < ms; passed += 50) {
    each()
    clock.advance(50)
    await turn()
  }
}

/** A socket that asks for the stream and never reads. */
function sleeper({ port, token }: { port: number; token: string }): RawRequest {
  const request = new RawRequest(port)
  request.socket.pause()
  const authorization = `Authorization: Bearer ${token}`
  request.socket.write(
    `GET /events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${authorization}\r\n\r\n`
  )
  return request
}

it('with nobody looking nothing is followed, written or waited for', async () => {
  const { inspector, node, clock } = await served()
  node.decide(1_000)
  clock.advance(60_000)
  expect([node.followers, node.written, clock.pending]).toEqual([0, 0, 0])
  const [one, other] = [await Watcher.of(inspector), await Watcher.of(inspector)]
  await eventually(() => expect(inspector.viewers).toBe(2))
  expect([node.followers, clock.pending]).toEqual([1, 1])
  const written = node.written
  node.decide(3)
  clock.advance(50)
  await other.line(0, { seq: 1_002 })
  // once for both
  expect(node.written).toBe(written + 3)
  one.leave()
  other.leave()
  await eventually(() => expect(inspector.viewers).toBe(0))
  expect([node.followers, clock.pending]).toEqual([0, 0])
})

it('eight look at the most; the ninth is told so, and gets in when one has left', async () => {
  const { inspector } = await served()
  const viewers = await Promise.all(Array.from({ length: 8 }, async () => Watcher.of(inspector)))
  const ninth = await fetch(at(inspector, '/events'), { headers: knowing(inspector) })
  expect([ninth.status, await ninth.text()]).toEqual([
    503,
    'Expected at most 8 viewers, got one more\n'
  ])
  // the page itself is there for all
  expect((await fetch(at(inspector, '/'))).status).toBe(200)
  viewers[3]?.leave()
  await eventually(() => expect(inspector.viewers).toBe(7))
  await (await Watcher.of(inspector)).line(0, { type: 'recording' })
})

it('what happens is told within two beats, what is silent says that it is there', async () => {
  const { inspector, node, clock } = await served()
  const viewer = await Watcher.of(inspector)
  await viewer.line(0, { type: 'status' })
  node.decide(1)
  expect(node.written).toBe(2)
  clock.advance(50)
  expect(node.written).toBe(3)
  await viewer.line(0, { type: 'forgotten', seq: 0 })
  // a status that says the same is not said again
  clock.advance(5_000)
  const statuses = viewer.linesOf(0).filter(({ type }) => type === 'status')
  expect(statuses.length).toBeLessThan(3)
  expect(viewer.bytes).not.toContain('\n:\n')
  clock.advance(15_000)
  await eventually(() => expect(viewer.bytes).toContain('\n:\n'))
})

it('a viewer that never reads is dropped after ten seconds, and others miss nothing', async () => {
  const { inspector, node, clock } = await served()
  node.peers = 60_000
  const asleep = sleeper(inspector)
  await eventually(() => expect(inspector.viewers).toBe(1))
  const viewer = await Watcher.of(inspector)
  await viewer.event('nodes')
  let fullAt = 0
  await pass(clock, 60_000, () => {
    node.decide(10)
    if (inspector.viewers === 2) fullAt = clock.now()
  })
  await eventually(() => expect(inspector.viewers).toBe(1))
  // 18 MB of a beginning: its buffers were full after a few of them
  expect(fullAt).toBeGreaterThan(10_000)
  expect(fullAt).toBeLessThan(20_000)
  asleep.socket.resume()
  await asleep.over()
  await viewer.line(0, { seq: node.decided - 1 })
  const numbers = viewer.linesOf(0).flatMap(({ type, seq }) => (type === 'forgotten' ? [seq] : []))
  expect(numbers).toEqual(numbers.map((_, index) => Number(numbers[0]) + index))
  expect(viewer.events('behind')).toEqual([])
})

it('of what waits for a viewer no more is kept than some megabytes', async () => {
  const clock = new ManualClock()
  const { promise, resolve } = Promise.withResolvers<ServerResponse>()
  const server = createServer((_, response) => resolve(response)).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  await new Promise((listening) => server.once('listening', listening))
  const { port } = server.address() as { port: number }
  const socket = connect(port, '127.0.0.1').pause()
  onTestFinished(() => void socket.destroy())
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  const response = await within(promise)
  const viewer = new Viewer(response, clock)
  const lines = Array.from({ length: 100_000 }, () => `${'x'.repeat(300)}\n`)
  let slices = 0
  const begun = { node: 0, lines: lines.values(), onFault: () => {} }
  viewer.begin({ ...begun, onSlice: (bytes) => (slices += bytes) })
  for (let i = 0; i < 100; i++) {
    viewer.pump()
    await turn()
    expect(response.writableLength).toBeLessThan(2 * SLICE + 1_000)
  }
  expect(slices).toBeLessThan(10 * MEGABYTE)
  // it takes again what it is given once it reads
  socket.resume()
  for (let i = 0; i < 500 && !viewer.isIdle; i++) {
    viewer.pump()
    await turn()
  }
  expect(viewer.isIdle).toBe(true)
  expect(slices).toBeGreaterThan(30_000_000)
})

it('10,000 decisions a second: what cannot be told is counted, and all begins anew', async () => {
  const { inspector, node, clock } = await served()
  const viewer = await Watcher.of(inspector)
  await viewer.line(0, { type: 'recording' })
  await pass(clock, 5_000, () => node.decide(500))
  // quiet again: the last that was left out is made good
  await pass(clock, 5_000)
  node.decide(1)
  await pass(clock, 100)
  await viewer.line(0, { seq: node.decided - 1 })
  const { told, left, faults } = recounted(viewer.told)
  expect(faults).toEqual([])
  expect(told + left).toBe(node.decided)
  expect(told).toBeGreaterThan(10_000)
  expect(left).toBeGreaterThan(10_000)
  expect(viewer.events('behind').length).toBeGreaterThan(1)
  // nobody was sent more than a megabyte a second and what it may be behind
  expect(viewer.bytes.length).toBeLessThan(10 * MEGABYTE)
})

interface Recount {
  told: number
  left: number
  /** Where the numbers do not follow one another. */
  readonly faults: Line[]
}

/** A beginning says the number of the next decision; a gap before it is what was said to be left out. */
function recounted(events: readonly Told[]): Recount {
  const count: Recount = { told: 0, left: 0, faults: [] }
  let next: number | undefined
  let missing = 0
  for (const { event, lines } of events) {
    for (const line of lines) {
      const { type, seq, decisions } = line
      if (event === 'behind') {
        missing = Number(decisions)
        count.left += missing
      }
      if (type !== 'recording' && type !== 'forgotten') continue
      if (next !== undefined && seq !== next + missing) count.faults.push(line)
      next = Number(seq)
      missing = 0
      if (type !== 'forgotten') continue
      next++
      count.told++
    }
  }
  return count
}

it('a beginning that is heavy comes no more often than a megabyte a second allows', async () => {
  const { inspector, node, clock } = await served()
  node.peers = 20_000
  const viewer = await Watcher.of(inspector)
  await viewer.event('nodes')
  await pass(clock, 24_000, () => node.decide(500))
  // six megabytes each
  expect(node.begun).toBeGreaterThan(2)
  expect(node.begun).toBeLessThan(7)
})

it('what waits for a viewer that takes nothing is bounded, and it is not begun anew', async () => {
  const { inspector, node, clock } = await served()
  node.peers = 60_000
  sleeper(inspector)
  await eventually(() => expect(inspector.viewers).toBe(1))
  await pass(clock, 8_500, () => node.decide(100))
  expect(inspector.viewers).toBe(1)
  const { written } = node
  await pass(clock, 1_000, () => node.decide(100))
  // nor is anything written that nobody can be told
  expect([node.written - written, node.begun]).toEqual([0, 1])
})

it('who comes later is told what has happened since, and nothing twice', async () => {
  const { inspector, node, clock } = await served()
  const first = await Watcher.of(inspector)
  await first.line(0, { type: 'recording' })
  node.decide(3)
  const second = await Watcher.of(inspector)
  node.decide(1)
  clock.advance(50)
  await first.line(0, { seq: 3 })
  await second.line(0, { seq: 3 })
  for (const { told } of [first, second]) expect(recounted(told).faults).toEqual([])
  expect(recounted(second.told).told).toBe(1)
})

it('a flood in one tick is counted, not kept', async () => {
  const { inspector, node, clock } = await served()
  const viewer = await Watcher.of(inspector)
  await viewer.line(0, { type: 'recording' })
  const { written } = node
  node.decide(1_000_000)
  clock.advance(50)
  expect(node.written - written).toBeLessThan(100)
  await pass(clock, 2_000)
  expect(await viewer.event('behind')).toEqual({ node: 0, decisions: 1_000_000 })
})

it('a viewer that has left in the middle of its beginning leaves nothing', async () => {
  const { inspector, node, clock } = await served()
  node.peers = 1_000_000
  const viewer = await Watcher.of(inspector)
  await viewer.line(0, { type: 'recording' })
  viewer.leave()
  await eventually(() => expect(inspector.viewers).toBe(0))
  expect([node.followers, clock.pending]).toEqual([0, 0])
  expect(node.written).toBeLessThan(20_000)
})

it('a thousand sockets are 64, and those who look do not notice', async () => {
  const { inspector, node, clock } = await served()
  const viewer = await Watcher.of(inspector)
  await viewer.event('nodes')
  const crowd = Array.from({ length: 1_000 }, () => new RawRequest(inspector.port))
  const open = (): number => crowd.filter(({ socket }) => !socket.closed).length
  await eventually(() => expect(open()).toBeLessThan(64))
  node.decide(1)
  clock.advance(50)
  await viewer.line(0, { seq: 0 })
  for (const { socket } of crowd) socket.destroy()
})

it('closing says the last words, waits for nobody, and leaves no timer', async () => {
  const { inspector, node, clock } = await served()
  node.peers = 60_000
  const asleep = sleeper(inspector)
  const viewer = await Watcher.of(inspector)
  await viewer.event('nodes')
  await pass(clock, 5_000)
  node.decide(1)
  const closed = inspector.close()
  await viewer.line(0, { seq: 0 })
  await viewer.over()
  expect(inspector.viewers).toBe(1)
  clock.advance(500)
  await within(closed)
  asleep.socket.resume()
  await asleep.over()
  await inspector.close()
  expect([clock.pending, node.followers, inspector.viewers]).toEqual([0, 0, 0])
  await expect(fetch(inspector.url)).rejects.toThrow('fetch failed')
})

it('closing in the moment in which a viewer is dropped closes', async () => {
  const { inspector, node, clock } = await served()
  node.peers = 60_000
  const asleep = sleeper(inspector)
  await eventually(() => expect(inspector.viewers).toBe(1))
  await pass(clock, 5_000)
  clock.advance(10_000)
  const closed = inspector.close()
  clock.advance(500)
  await within(closed)
  asleep.socket.resume()
  await asleep.over()
})

it('a node that has nothing to begin with is shown', async () => {
  const { inspector, node } = await served()
  node.begin = () => []
  const viewer = await Watcher.of(inspector)
  await viewer.line(0, { type: 'status' })
})

it('an exhibit that cannot be shown at all ends that stream, and nothing else', async () => {
  const clock = new ManualClock()
  const exhibit = Object.assign(new LiveNodes(new Map(), clock), { show: fail })
  const inspector = await serve({ exhibit, options: readInspectInit(), clock })
  onTestFinished(async () => inspector.close())
  const viewer = await Watcher.of(inspector).catch((error: unknown) => error)
  if (viewer instanceof Watcher) await viewer.over()
  await eventually(() => expect([inspector.viewers, clock.pending]).toEqual([0, 0]))
  expect((await fetch(at(inspector, '/nothing'))).status).toBe(404)
})

it('a page that was not built is told, with what builds it', async () => {
  const clock = new ManualClock()
  const inspector = await serve({
    exhibit: new LiveNodes(new Map(), clock),
    options: readInspectInit(),
    clock,
    page: async () => readPage(['./nowhere.html'])
  })
  onTestFinished(async () => inspector.close())
  const response = await fetch(at(inspector, '/'))
  expect([response.status, await response.text()]).toEqual([
    500,
    "Expected the inspector's page to be built, found none: run npm run build:page\n"
  ])
})

it('one node cannot be shown: that is told, and others are', async () => {
  const clock = new ManualClock()
  const [good, bad] = [new StandIn(clock), new StandIn(clock)]
  const inspector = await servedOf({ good, bad }, clock)
  const viewer = await Watcher.of(inspector)
  // one beginning at a beat
  clock.advance(50)
  await viewer.line(1, { type: 'recording' })
  bad.lineOf = () => {
    throw new TypeError('redact is not a function\u001b[2J')
  }
  for (const node of [good, bad]) node.decide(1)
  clock.advance(50)
  expect(await viewer.event('problem')).toEqual({
    node: 1,
    message: String.raw`This node cannot be shown: TypeError: redact is not a function\u{1b}[2J`
  })
  await viewer.line(0, { seq: 0 })
  expect([good.followers, bad.followers]).toEqual([1, 0])
})

it.each<[string, (bad: StandIn) => void]>([
  ['to begin', (bad) => (bad.begin = fail)],
  ['in the middle of its beginning', (bad) => (bad.begin = half)],
  ['to be followed', (bad) => (bad.follow = fail)],
  ['to say how it is', (bad) => (bad.status = fail)]
])('a node that fails %s harms nobody', async (_, spoil) => {
  const clock = new ManualClock()
  const [good, bad] = [new StandIn(clock), new StandIn(clock)]
  spoil(bad)
  const inspector = await servedOf({ bad, good }, clock)
  const viewer = await Watcher.of(inspector)
  clock.advance(50)
  expect(await viewer.event('problem')).toMatchObject({ node: 0 })
  good.decide(1)
  clock.advance(50)
  await viewer.line(1, { seq: 0 })
  viewer.leave()
  await eventually(() => expect(inspector.viewers).toBe(0))
  expect([good.followers, bad.followers, clock.pending]).toEqual([0, 0, 0])
})

it('a node that fails to explain is a refusal', async () => {
  const { inspector, node } = await served()
  node.explain = fail
  const response = await fetch(at(inspector, '/explain?peer=p'), { headers: knowing(inspector) })
  expect([response.status, await response.text()]).toEqual([
    500,
    'The inspector could not answer this\n'
  ])
})

function fail(): never {
  throw new Error('It fails')
}

function* half(): Generator<string> {
  yield '{"type":"recording"}\n'
  fail()
}
