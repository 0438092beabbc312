/** What the command shows of another process is checked as little as it is trusted: whoever is there, viewers are safe. */
import { createServer } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { readInspectInit } from '../../src/inspector/inspect-options.ts'
import { Relay } from '../../src/inspector/relay.ts'
import { Remote } from '../../src/inspector/remote-stream.ts'
import { serve } from '../../src/inspector/server.ts'
import { realClock } from '../../src/real-clock.ts'
import { eventually } from '../network/waiting.ts'
import { Command } from './command.ts'
import { served } from './stand-in.ts'
import { at, knowing, Watcher } from './watching.ts'
import type { Inspector } from '../../src/inspector/index.ts'
import type { RequestListener, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The page of the command, attached to that URL. */
async function relayed(url: string): Promise<Inspector> {
  const clock = realClock()
  const exhibit = new Relay(new Remote(url), clock)
  const inspector = await serve({ exhibit, options: readInspectInit(), clock })
  onTestFinished(async () => inspector.close())
  return inspector
}

/** Somebody else's server. */
async function impostorAt(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  await new Promise((listening) => server.once('listening', listening))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/#token=any`
}

const impostor = async (answer: RequestListener): Promise<Inspector> =>
  relayed(await impostorAt(answer))

/** Says it again and again, as fast as it is taken. */
function pouring(response: ServerResponse, text: string): void {
  const more = (): void => {
    while (!response.destroyed && response.write(text));
    if (!response.destroyed) response.once('drain', more)
  }
  more()
}

const STREAM = { 'content-type': 'text/event-stream' }

it.each<[string, RequestListener, RegExp]>([
  [
    'is no inspector',
    (_, response) => response.end('<script>alert(1)</script>'),
    /^Expected http:\/\/127\.0\.0\.1:\d+ to be an inspector, got something else$/
  ],
  [
    'refuses without an end',
    (_, response) => pouring(response.writeHead(403), 'x'.repeat(65_536)),
    /answers 403: x+…?$/
  ],
  [
    'refuses in words that rewrite a terminal',
    (_, response) => response.writeHead(403).end(`no\u001b[2J\u202e${'x'.repeat(1_000_000)}`),
    /answers 403: no\\u\{1b\}\[2J\\u\{202e\}x{10,300}…?$/
  ],
  [
    'says one word without an end',
    (_, response) => pouring(response.writeHead(200, STREAM), `data: ${'x'.repeat(65_536)}\n`),
    /exceed/
  ],
  [
    'names no nodes',
    (_, response) => response.writeHead(200, STREAM).end('event: nodes\ndata: {"nodes":7}\n\n'),
    /^Expected the names of nodes, got something else$/
  ]
])('a process that %s is away, and that is all', async (_, answer, words) => {
  const inspector = await impostor(answer)
  const viewer = await Watcher.of(inspector)
  const { message } = await viewer.event('away')
  expect(message).toMatch(words)
  expect(viewer.told.map(({ event }) => event)).not.toContain('nodes')
  viewer.leave()
  await eventually(() => expect(inspector.viewers).toBe(0))
})

it('where a process leads elsewhere nobody goes', async () => {
  let asked = 0
  const elsewhere = await impostorAt((_, response) => {
    asked++
    response.writeHead(200, STREAM).end()
  })
  const inspector = await impostor((_, response) => {
    response.writeHead(302, { location: elsewhere }).end()
  })
  const { message } = await (await Watcher.of(inspector)).event('away')
  expect(message).toMatch(/^Nobody answers at http:\/\/127\.0\.0\.1:\d+$/)
  expect(asked).toBe(0)
})

it('what a process refuses with does not rewrite the terminal', async () => {
  const url = await impostorAt((_, response) => response.writeHead(401).end('no\u001b[2J\u202e'))
  const command = new Command('inspect', url)
  expect(await command.over()).toBe(1)
  expect(command.errors).toMatch(/ answers 401: no\\u\{1b\}\[2J\\u\{202e\}\n$/)
})

it('only the events of an inspector go on', async () => {
  const inspector = await impostor((_, response) => {
    response.writeHead(200, STREAM)
    response.write('event: nodes\ndata: {"nodes":[{}]}\n\n')
    response.write('event: command\ndata: {}\n\n')
    response.write('event: node:0x1\ndata: {}\n\ndata: {}\n\nid: 7\nretry: 1\n\n')
    response.write('event: node:0\ndata: {"type":"status"}\rdata: {"n":2}\r\n\r\n')
  })
  const viewer = await Watcher.of(inspector)
  await viewer.line(0, { n: 2 })
  expect(viewer.told.map(({ event }) => event)).toEqual(['nodes', 'node:0'])
  expect(viewer.bytes).not.toMatch(/command|id:|retry:|\r/)
})

it('an explanation that is none is none', async () => {
  const inspector = await impostor((_, response) => response.end('<html>'))
  const asked = await fetch(at(inspector, '/explain?peer=p'), { headers: knowing(inspector) })
  expect(asked.status).toBe(404)
})

it('the token goes to the other process only, in a head, and ours is another one', async () => {
  const seen: string[] = []
  const inspector = await impostor(({ url, headers }, response) => {
    seen.push(`${url} ${headers.authorization}`)
    response.writeHead(200, STREAM).write('event: nodes\ndata: {"nodes":[]}\n\n')
  })
  const viewer = await Watcher.of(inspector, '?node=3')
  await viewer.event('nodes')
  expect(seen).toEqual(['/events?node=3 Bearer any'])
  expect(viewer.bytes).not.toContain('any')
})

it('a viewer that takes nothing is one there, too: nothing piles up in between', async () => {
  const { inspector: upstream, node, clock } = await served()
  node.peers = 1_000_000
  const inspector = await relayed(upstream.url)
  const asked = await fetch(at(inspector, '/events'), { headers: knowing(inspector) })
  await eventually(() => expect(upstream.viewers).toBe(1))
  for (let beat = 0; beat < 150; beat++) {
    clock.advance(50)
    await new Promise((turn) => setImmediate(turn))
  }
  // of 300 MB
  expect(node.written).toBeLessThan(100_000)
  await asked.body?.cancel()
  await eventually(() => expect(upstream.viewers).toBe(0))
})

it.each([
  [
    'event: node:0\ndata: {}\n\nevent: nodes\ndata: {"nodes":[{"name":"a\\u001b[2J"}]}\n\n',
    ': a\\u{1b}[2J'
  ],
  ['event: node:0\ndata: {}\n\n', ' has told nothing yet']
])('the command says who is there, if it is told', async (text, words) => {
  const url = await impostorAt((_, response) => response.writeHead(200, STREAM).end(text))
  const command = new Command('inspect', url)
  await command.page()
  expect(command.output).toContain(`${url.replace(/\/#.*/, '')}${words}\n`)
})
