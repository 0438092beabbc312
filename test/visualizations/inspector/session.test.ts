/** What the page looks at: nodes as they are told of, again after a pause, a recording in between. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { linesEvent } from '../../../src/inspector/server-sent.ts'
import { ManualClock, settled } from '../../../src/testing/index.ts'
import { Session } from '../../../visualizations/inspector/model/session.ts'
import { recordedLife } from '../../recorder/life.ts'
import { Lines } from './lines.ts'
import type { PeerNow } from '../../../visualizations/inspector/model/scene.ts'
import type { Told } from '../../../visualizations/inspector/model/told.ts'

/** A page and the server that it came from. */
class Page {
  readonly clock = new ManualClock()
  /** What was asked besides the stream. */
  readonly asked: string[] = []
  readonly explanations = new Map<string, object>()
  readonly session = new Session({
    token: 'secret',
    clock: this.clock,
    fetch: (url) => Promise.resolve(this.#answer(new URL(url as string, 'http://127.0.0.1'))),
    rest: () => Promise.resolve(),
    onChange: () => {}
  })
  #stream: ReadableStreamDefaultController<Uint8Array> | undefined

  static async open(): Promise<Page> {
    const page = new Page()
    onTestFinished(() => page.session.stop())
    page.session.start()
    await page.says('nodes', { nodes: [{ name: 'alice', peer: 'a' }] })
    return page
  }

  /** The stream breaks off, and is there again. */
  async loses(): Promise<void> {
    this.#stream?.error(new Error('reset'))
    await settled()
    this.clock.advance(5_000)
    await this.says('nodes', { nodes: [{ name: 'alice', peer: 'a' }] })
  }

  async says(name: string, data: object): Promise<void> {
    await this.#send(new TextEncoder().encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`))
  }

  async tells(...lines: readonly Told[]): Promise<void> {
    await this.sends(lines.map(written))
  }

  /** Lines with their ends. */
  async sends(lines: readonly string[]): Promise<void> {
    await this.#send(linesEvent(0, lines))
  }

  get peers(): Record<string, PeerNow> {
    const { peers } = this.session.story.scene
    return Object.fromEntries([...peers.values()].map((peer) => [peer.peer, peer]))
  }

  async #send(bytes: Uint8Array): Promise<void> {
    await settled()
    this.#stream?.enqueue(bytes)
    await settled()
  }

  #answer({ pathname, searchParams }: URL): Response {
    if (pathname === '/events') {
      return new Response(
        new ReadableStream<Uint8Array>({ start: (it) => void (this.#stream = it) })
      )
    }
    const peer = searchParams.get('peer') ?? ''
    this.asked.push(`${searchParams.get('node')} ${peer}`)
    const explanation = this.explanations.get(peer)
    return explanation === undefined
      ? new Response('', { status: 404 })
      : new Response(JSON.stringify(explanation))
  }
}

/** As a node writes it. */
function written(line: Told): string {
  const plain: Record<string, unknown> = { ...line }
  if (line.type === 'recording') Object.assign(plain, { format: 1, dispositions: undefined })
  if (line.type === 'peer') {
    const { peer: _, ...context } = line.context
    Object.assign(plain, { context })
  }
  if (line.type === 'move') {
    const { type, ...carried } = line.event
    Object.assign(plain, { event: type, with: carried })
  }
  return `${JSON.stringify(plain)}\n`
}

describe('a node that the page loses for a moment', () => {
  test('goes on where it was, if it remembers its past', async () => {
    const page = await Page.open()
    const lines = new Lines()
    const past = [lines.head(), lines.peer('x', 'discovered.idle')]
    const first = lines.move('x', 'discovered.idle', 'dialing')
    await page.tells(...past, first, lines.status())
    const missed = lines.move('x', 'dialing', 'connected.unpromoted')
    await page.loses()
    await page.tells(lines.head({ seq: 0 }), ...past.slice(1), first, missed, lines.status())
    const { story } = page.session
    expect(story.end).toBe(2)
    expect(page.peers['x']).toMatchObject({ path: 'connected.unpromoted' })
    expect(story.stepsOf('0/x').map(({ kind, to }) => [kind, to])).toEqual([
      ['move', 'dialing'],
      ['move', 'connected.unpromoted']
    ])
  })

  test('goes on where it was, if nothing has changed', async () => {
    const page = await Page.open()
    const lines = new Lines()
    await page.tells(lines.head(), lines.move('x', 'discovered.idle', 'dialing'), lines.status())
    await page.loses()
    await page.tells(lines.head(), lines.peer('x', 'dialing'), lines.status())
    expect(page.session.story.end).toBe(1)
  })

  test('begins anew, if it does not remember what happened', async () => {
    const page = await Page.open()
    const lines = new Lines()
    await page.tells(lines.head(), lines.move('x', 'discovered.idle', 'dialing'), lines.status())
    await page.loses()
    // nobody followed, and so nothing was numbered
    await page.tells(
      lines.head(),
      lines.peer('x', 'authorized'),
      lines.peer('y', 'dialing'),
      lines.status()
    )
    const { story } = page.session
    expect(story.lastStep).toMatchObject({ kind: 'beginning', node: 0 })
    expect(page.peers).toMatchObject({ x: { path: 'authorized' }, y: { path: 'dialing' } })
    story.goTo(story.end - 1)
    expect(page.peers).toMatchObject({ x: { path: 'dialing' } })
    expect(page.peers['y']).toBeUndefined()
  })

  test('begins anew, if it was started again and its numbers with it', async () => {
    const page = await Page.open()
    const lines = new Lines()
    const moves = [1, 2, 3].map(() => lines.move('x', 'dialing', 'dialing'))
    await page.tells(lines.head({ seq: 0 }), ...moves, lines.status())
    const restarted = new Lines()
    restarted.at = lines.at + 100
    await page.loses()
    await page.tells(
      restarted.head(),
      restarted.move('y', 'discovered.idle', 'dialing'),
      restarted.status()
    )
    expect(Object.keys(page.peers)).toEqual(['y'])
    expect(page.session.story.end).toBe(5)
    // another process: the clocks say so
    const other = new Lines({ origin: 1_700_000_900_000 })
    await page.loses()
    await page.tells(other.head(), other.status())
    expect(Object.keys(page.peers)).toEqual([])
  })

  test('says how much was left out when the page was too slow', async () => {
    const page = await Page.open()
    const lines = new Lines()
    await page.tells(lines.head(), lines.move('x', 'discovered.idle', 'dialing'), lines.status())
    await page.says('behind', { node: 0, decisions: 40 })
    lines.seq += 40
    await page.tells(lines.head(), lines.peer('x', 'authorized'), lines.status())
    expect(page.session.story.lastStep).toMatchObject({ kind: 'beginning', omitted: 40 })
    expect(page.peers['x']).toMatchObject({ path: 'authorized' })
  })

  test('that has stopped and begins again is something new', async () => {
    const page = await Page.open()
    const lines = new Lines()
    await page.tells(lines.head(), lines.peer('x', 'dialing'), lines.status())
    await page.says('ended', { node: 0 })
    expect(page.session.feed.state).toBe('ended')
    expect(page.session.story.scene.nodes[0]).toMatchObject({ isEnded: true })
    await page.tells(lines.head(), lines.peer('x', 'dialing'), lines.status())
    expect(page.session.feed.state).toBe('live')
    expect(page.session.story.scene.nodes[0]).toMatchObject({ isEnded: false })
    expect(page.session.story.lastStep).toMatchObject({ kind: 'beginning' })
  })
})

describe('the story', () => {
  test('begins with what is the case, and is not empty until something happens', async () => {
    const page = await Page.open()
    const lines = new Lines()
    await page.tells(lines.head(), lines.peer('x', 'authorized'))
    // the beginning may not be over; nothing else comes
    page.clock.advance(1_000)
    expect(page.peers['x']).toMatchObject({ path: 'authorized' })
    expect(page.session.story.end).toBe(0)
  })

  test('has a present that goes on by itself, and stands still in the past', async () => {
    const page = await Page.open()
    const lines = new Lines()
    await page.tells(lines.head(), lines.status(), lines.move('x', 'discovered.idle', 'dialing'))
    const { story } = page.session
    const { now } = story.scene
    expect(now).toBe(1_700_000_000_000 + lines.at)
    const { version } = story.scene
    page.clock.advance(3_000)
    expect(story.scene.now).toBe(now + 3_000)
    expect(story.scene.version).toBeGreaterThan(version)
    story.pause()
    expect(story.scene.now).toBe(now)
    page.clock.advance(3_000)
    expect(story.scene.now).toBe(now)
  })

  test('shows slots and queue as they were then', async () => {
    const page = await Page.open()
    const lines = new Lines()
    await page.tells(lines.head(), lines.status({ maxPeers: 3 }))
    const move = lines.move('x', 'discovered.idle', 'dialing')
    lines.at += 5_000
    await page.tells(move, lines.status({ maxPeers: 4 }))
    const { story } = page.session
    const [node] = story.scene.nodes
    expect(node?.status).toMatchObject({ maxPeers: 4, at: 1_700_000_000_000 + lines.at })
    story.goTo(1)
    expect(node?.status).toMatchObject({ maxPeers: 3 })
    story.live()
    expect(node?.status).toMatchObject({ maxPeers: 4 })
  })

  test('is another one when other nodes come', async () => {
    const page = await Page.open()
    const lines = new Lines()
    await page.tells(lines.head(), lines.peer('x', 'dialing'), lines.status())
    const { story } = page.session
    await page.says('nodes', { nodes: [{ name: 'bob', peer: 'b' }] })
    expect(page.session.story).not.toBe(story)
    expect(page.peers).toEqual({})
  })
})

describe('a peer', () => {
  test('tells why it is here', async () => {
    const page = await Page.open()
    const lines = new Lines()
    const opened = [
      lines.connection('dht', '1', 'opened', { opener: 'foreign' }),
      lines.connection('in', '2', 'opened'),
      lines.connection('both', '3', 'opened'),
      lines.connection('both', '4', 'opened', { opener: 'foreign' }),
      lines.connection('dht', '5', 'opened', { opener: 'inbound', limited: true })
    ]
    const held = { direction: 'inbound', usable: true, session: 3 } as const
    const granted = {
      slot: 3,
      event: { type: 'slot.granted', ...held },
      change: { session: 3 }
    } as const
    await page.tells(
      lines.head({ seq: 0 }),
      lines.peer('fixed', 'discovered.queued', {
        context: { priority: 'requested', lasting: 'static' }
      }),
      lines.peer('asked', 'discovered.queued', { context: { priority: 'requested' } }),
      lines.peer('idle', 'discovered.idle'),
      ...opened,
      lines.move('guest', 'discovered.idle', 'handshaking.responding', granted),
      lines.status()
    )
    const sources = Object.entries(page.peers).map(([name, { source }]) => [name, source])
    expect(Object.fromEntries(sources)).toEqual({
      fixed: 'static',
      asked: 'queue',
      idle: 'none',
      dht: 'foreign',
      in: 'inbound',
      both: 'foreign',
      guest: 'inbound'
    })
    expect(page.peers['guest']).toMatchObject({ direction: 'inbound', session: 3 })
    expect(page.peers['dht']?.connections.map(({ id, isLimited }) => [id, isLimited])).toEqual([
      ['1', false],
      ['5', true]
    ])
    await page.tells(lines.connection('dht', '1', 'closed'))
    expect(page.peers['dht']?.source).toBe('inbound')
  })

  test('has its slot since it was granted, and no longer than it holds it', async () => {
    const page = await Page.open()
    const lines = new Lines()
    const at = (): number => 1_700_000_000_000 + lines.at
    await page.tells(
      lines.head(),
      lines.move('x', 'discovered.queued', 'dialing', { slot: 1, change: { session: 1 } })
    )
    const heldSince = at()
    await page.tells(lines.move('x', 'dialing', 'connected.promoting', { slot: 1 }))
    expect(page.peers['x']).toMatchObject({ heldSince, since: at() })
    await page.tells(
      lines.move('x', 'connected.promoting', 'connected.promoting', {
        slot: 2,
        change: { session: 2 }
      })
    )
    expect(page.peers['x']).toMatchObject({ heldSince: at(), since: at() - 10 })
    await page.tells(lines.move('x', 'connected.promoting', 'connected.unpromoted'))
    expect(page.peers['x']?.heldSince).toBeUndefined()
  })

  test('is explained by its node, again when something has happened to it', async () => {
    const page = await Page.open()
    const lines = new Lines()
    const explanation = {
      peer: 'x',
      path: 'dialing',
      reason: 'in-progress',
      failures: 0,
      refusals: []
    }
    page.explanations.set('x', explanation)
    await page.tells(
      lines.head(),
      lines.peer('x', 'dialing', { context: { priority: 'discovered' } }),
      lines.status()
    )
    const { session } = page
    expect(session.explain('0/x')).toMatchObject({
      isFromNode: false,
      text: 'x is dialing: in-progress; has a slot (discovered) for 0 s'
    })
    for (let i = 0; i < 9; i++) session.explain('0/x')
    await settled()
    expect(page.asked).toEqual(['0 x'])
    expect(session.explain('0/x')).toMatchObject({ isFromNode: true, explanation: { peer: 'x' } })
    page.clock.advance(1_000)
    session.explain('0/x')
    expect(page.asked).toHaveLength(1)
    await page.tells(lines.move('x', 'dialing', 'connected.unpromoted'))
    // what the node said is not true any more
    expect(session.explain('0/x')).toMatchObject({
      isFromNode: false,
      text: 'x is connected.unpromoted: not-wanted'
    })
    expect(page.asked).toHaveLength(2)
    await settled()
    page.clock.advance(5_000)
    session.explain('0/x')
    expect(page.asked).toHaveLength(3)
    session.story.pause()
    page.clock.advance(5_000)
    expect(session.explain('0/x')).toMatchObject({ isFromNode: false })
    expect(page.asked).toHaveLength(3)
  })
})

describe('a recording', () => {
  test('is shown instead of the nodes, until it is left', async () => {
    const page = await Page.open()
    const { session } = page
    const lines = new Lines()
    await page.tells(lines.head(), lines.peer('x', 'dialing'), lines.status())
    const { story } = session
    const recorded = await recordedLife()
    session.openFile(new File(recorded.lines, 'node.jsonl'))
    await expect.poll(() => session.feed).toMatchObject({ state: 'file', isReading: false })
    expect(session.feed).toMatchObject({ verdict: { isSame: true } })
    expect(session.story).not.toBe(story)
    expect(page.peers['x']).toBeUndefined()
    session.leaveFile()
    expect(session.feed.state).toBe('connecting')
    expect(session.story).toBe(story)
    await page.says('nodes', { nodes: [{ name: 'alice', peer: 'a' }] })
    expect(session.feed.state).toBe('live')
  })

  test('explains its peers as their node did', async () => {
    const page = await Page.open()
    const { session } = page
    const { lines, world } = await recordedLife()
    session.openFile(new File(lines, 'node.jsonl'))
    await expect.poll(() => session.feed).toMatchObject({ isReading: false })
    for (const { peerId } of world.peers.getPeers()) {
      const name = peerId.toString()
      expect(session.explain(`0/${name}`)?.text).toBe(world.peers.explain(peerId).text)
    }
    expect(page.asked).toEqual([])
  })

  test('that the command serves has no present, and is told again as the same', async () => {
    const page = await Page.open()
    const { session } = page
    const { lines } = await recordedLife()
    const serve = async (): Promise<void> => {
      await page.says('nodes', { isRecording: true, nodes: [{ name: 'node.jsonl', peer: 'a' }] })
      await page.sends(lines)
      await page.says('ended', { node: 0 })
    }
    await serve()
    expect(session.feed).toMatchObject({ state: 'file', isServed: true, isReading: false })
    expect(session.feed).toMatchObject({ verdict: { isSame: true } })
    const { end, scene } = session.story
    const { now } = scene
    page.clock.advance(60_000)
    expect(scene.now).toBe(now)
    await serve()
    expect(session.story.end).toBe(end)
  })
})

test('without a token there is nothing but recordings', async () => {
  const session = new Session({
    token: undefined,
    clock: new ManualClock(),
    fetch: () => Promise.reject(new Error('nothing is asked for')),
    rest: () => Promise.resolve(),
    onChange: () => {}
  })
  onTestFinished(() => session.stop())
  session.start()
  expect(session.feed).toEqual({ state: 'no-token' })
  const { lines } = await recordedLife()
  session.openFile(new File(lines, 'node.jsonl'))
  await expect.poll(() => session.feed).toMatchObject({ state: 'file', isReading: false })
})
