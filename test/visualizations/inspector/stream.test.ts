/** The page reads its server's stream in whatever pieces it comes, and finds back to it. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { ManualClock, settled } from '../../../src/testing/index.ts'
import { Stream } from '../../../visualizations/inspector/model/stream.ts'
import type { Feed } from '../../../visualizations/inspector/model/feed.ts'

type Answer = Response | Error

/** The server's side of an open stream. */
interface Line {
  readonly say: (text: string | Uint8Array) => Promise<void>
  readonly close: () => Promise<void>
}

/** A server of which every request is answered by hand. */
class Server {
  readonly clock = new ManualClock()
  readonly feeds: Feed[] = []
  readonly heard: string[] = []
  readonly requests: {
    url: string
    token: string | null
    signal: AbortSignal | null | undefined
  }[] = []
  readonly #waiting: ((answer: Answer) => void)[] = []
  readonly stream = new Stream({
    token: 'secret',
    clock: this.clock,
    fetch: (url, init) => this.#fetch(url as string, init),
    onFeed: (feed) => this.feeds.push(feed),
    hearer: {
      onNodes: (nodes, isRecording) =>
        this.heard.push(
          `nodes ${nodes.map(({ name }) => name).join('+')}${isRecording ? ' recorded' : ''}`
        ),
      onLines: (node, lines) =>
        this.heard.push(`${node}: ${lines.map(({ type }) => type).join(' ')}`),
      onBehind: (node, decisions) => this.heard.push(`${node} behind ${decisions}`),
      onEnded: (node) => this.heard.push(`${node} ended`)
    }
  })

  constructor() {
    onTestFinished(() => this.stream.stop())
  }

  #fetch(url: string, { headers, signal }: RequestInit = {}): Promise<Response> {
    this.requests.push({ url, token: new Headers(headers).get('authorization'), signal })
    return new Promise((resolve, reject) => {
      this.#waiting.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)))
    })
  }

  async answer(answer: Answer): Promise<void> {
    this.#waiting.shift()?.(answer)
    await settled()
  }

  /** Opens the stream; what is returned says something on it. */
  async open(): Promise<Line> {
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined
    const body = new ReadableStream<Uint8Array>({ start: (it) => void (controller = it) })
    await this.answer(new Response(body))
    const encoder = new TextEncoder()
    return {
      say: async (text) => {
        controller?.enqueue(typeof text === 'string' ? encoder.encode(text) : text)
        await settled()
      },
      close: async () => {
        controller?.close()
        await settled()
      }
    }
  }

  get feed(): Feed {
    return this.stream.feed
  }
}

const event = (name: string, data: object): string =>
  `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`

const NODES = event('nodes', {
  version: '1',
  nodes: [
    { name: 'älice', peer: 'p' },
    { name: 'bob', peer: 'q' }
  ]
})
const MODE = '{"type":"mode","seq":1,"at":2,"event":"slots.filled","from":"filling","to":"full"}'
const HEAD = '{"type":"recording","format":1,"node":"n","at":1,"epoch":2,"seq":0,"mode":"filling"}'
const lines = (node: number, ...all: readonly string[]): string =>
  `event: node:${node}\n${all.map((line) => `data: ${line}\n`).join('')}\n`

async function live(): Promise<{ server: Server } & Line> {
  const server = new Server()
  server.stream.start()
  const connection = await server.open()
  await connection.say(NODES)
  return { server, ...connection }
}

describe('the stream', () => {
  test('shows its token in a header and nowhere else', async () => {
    const { server } = await live()
    expect(server.requests).toMatchObject([{ url: '/events', token: 'Bearer secret' }])
    expect(server.feeds).toEqual([{ state: 'connecting' }, { state: 'live' }])
  })

  test('is read in whatever pieces it comes, letters and line ends cut in two', async () => {
    const text =
      NODES + lines(0, HEAD, MODE) + ':\n\n' + lines(1, MODE) + event('ended', { node: 1 })
    const bytes = new TextEncoder().encode(text)
    for (const size of [1, 2, 3, 7, 100, bytes.length]) {
      const server = new Server()
      server.stream.start()
      const { say } = await server.open()
      for (let at = 0; at < bytes.length; at += size) await say(bytes.slice(at, at + size))
      expect(server.heard).toEqual(['nodes älice+bob', '0: recording mode', '1: mode', '1 ended'])
    }
  })

  test('comes back after it broke off, and waits longer each time', async () => {
    const { server, close } = await live()
    server.clock.advance(10_000)
    await close()
    for (const wait of [500, 1_000, 2_000, 4_000, 5_000, 5_000]) {
      const retryAt = server.clock.epoch() + wait
      expect(server.feed).toMatchObject({ state: 'lost', retryAt })
      const { length } = server.requests
      server.clock.advance(wait - 1)
      expect(server.requests).toHaveLength(length)
      server.clock.advance(1)
      expect(server.requests).toHaveLength(length + 1)
      expect(server.feed).toEqual({ state: 'connecting' })
      await server.answer(new TypeError('Failed to fetch'))
    }
    expect(server.feed).toMatchObject({ state: 'lost', problem: 'Failed to fetch' })
    server.clock.advance(5_000)
    const again = await server.open()
    await again.say(NODES)
    expect(server.feed).toEqual({ state: 'live' })
    server.clock.advance(10_000)
    await again.close()
    expect(server.feed).toMatchObject({ retryAt: server.clock.epoch() + 500 })
  })

  test('that breaks off as soon as it has begun is not asked for faster and faster', async () => {
    const { server, close } = await live()
    await close()
    for (const wait of [500, 1_000, 2_000, 4_000, 5_000]) {
      expect(server.feed).toMatchObject({ retryAt: server.clock.epoch() + wait })
      server.clock.advance(wait)
      const { say, close: closeAgain } = await server.open()
      await say(NODES)
      await closeAgain()
    }
  })

  test('is tried at once when the reader says so', async () => {
    const { server, close } = await live()
    await close()
    server.stream.start()
    expect(server.requests).toHaveLength(2)
    expect(server.clock.pending).toBe(1)
  })

  test('that says nothing any more is dead', async () => {
    const { server, say } = await live()
    server.clock.advance(39_000)
    await say(':\n\n')
    server.clock.advance(39_000)
    expect(server.feed.state).toBe('live')
    server.clock.advance(1_000)
    expect(server.feed).toMatchObject({
      state: 'lost',
      problem: 'The server says nothing any more'
    })
    expect(server.requests[0]?.signal?.aborted).toBe(true)
  })

  test('is not asked for again with a token that was refused', async () => {
    const server = new Server()
    server.stream.start()
    await server.answer(new Response('Expected the token', { status: 401 }))
    expect(server.feed).toEqual({ state: 'refused' })
    expect(server.clock.pending).toBe(0)
  })

  test('waits for a place where as many look already as may', async () => {
    const server = new Server()
    server.stream.start()
    await server.answer(new Response('', { status: 503 }))
    expect(server.feed).toEqual({ state: 'full', retryAt: server.clock.epoch() + 5_000 })
    server.clock.advance(5_000)
    expect(server.requests).toHaveLength(2)
  })

  test('says what else the server answers', async () => {
    const server = new Server()
    server.stream.start()
    await server.answer(new Response('Expected Host to be 127.0.0.1\n', { status: 403 }))
    expect(server.feed).toMatchObject({
      state: 'lost',
      problem: '403: Expected Host to be 127.0.0.1'
    })
  })

  test('says for a while that it was behind', async () => {
    const { server, say } = await live()
    await say(event('behind', { node: 1, decisions: 4_211 }))
    expect(server.heard.at(-1)).toBe('1 behind 4211')
    await say(lines(1, HEAD))
    expect(server.feed).toEqual({ state: 'behind', omitted: 4_211 })
    server.clock.advance(5_000)
    expect(server.feed).toEqual({ state: 'live' })
  })

  test('ends when all nodes have, and goes on when one of them does', async () => {
    const { server, say } = await live()
    await say(event('ended', { node: 0 }))
    expect(server.feed).toEqual({ state: 'live' })
    await say(event('ended', { node: 1 }))
    expect(server.feed).toEqual({ state: 'ended' })
    await say(lines(0, HEAD))
    expect(server.feed).toEqual({ state: 'live' })
    await say(event('ended', { node: 0 }))
    expect(server.feed).toEqual({ state: 'ended' })
  })

  test('says that the node is away, until it is back', async () => {
    const { server, say } = await live()
    await say(event('away', { message: 'refused \u202e' }))
    expect(server.feed).toEqual({ state: 'away', problem: 'refused \\u{202e}' })
    await say(lines(0, HEAD))
    expect(server.feed).toEqual({ state: 'live' })
  })

  test('says what the server could not read', async () => {
    const { server, say } = await live()
    await say(event('problem', { node: 0, line: 12, message: 'Expected a number' }))
    expect(server.feed).toEqual({ state: 'live', problem: 'In line 12: Expected a number' })
  })

  test('that says what no version says is left, and asked for again', async () => {
    for (const text of [
      lines(0, '{"type":"mode"}'),
      lines(0, 'not JSON'),
      'event: nodes\ndata: {}\n\n'
    ]) {
      const { server, say } = await live()
      await say(text)
      expect(server.feed).toMatchObject({ state: 'lost' })
      expect(server.requests[0]?.signal?.aborted).toBe(true)
    }
  })

  test('hears nothing of what it does not know', async () => {
    const { server, say } = await live()
    await say(event('later', { version: 9 }))
    expect(server.feed).toEqual({ state: 'live' })
  })

  test('leaves nothing behind', async () => {
    const { server, say } = await live()
    await say(event('behind', { node: 1, decisions: 1 }))
    server.stream.stop()
    expect(server.clock.pending).toBe(0)
    expect(server.requests[0]?.signal?.aborted).toBe(true)
    await say(lines(0, HEAD))
    expect(server.heard.at(-1)).toBe('1 behind 1')
  })
})
