/** The command of the package, as users run it. */
import { unlink } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { inspectNodes, replayRecording } from '../../src/inspector/index.ts'
import { addressOf, ourNode, SOCKETS } from '../network/nodes.ts'
import { eventually } from '../network/waiting.ts'
import { recordedLife } from '../recorder/life.ts'
import { Command, fileOf } from './command.ts'
import { at, knowing, Watcher } from './watching.ts'

const AUTHORIZED = '"to":"authorized"'

it('shows a recording until it is interrupted, and what a replay of it comes to', async () => {
  const { lines } = await recordedLife()
  const command = new Command('inspect', await fileOf(lines.join('')))
  const viewer = await Watcher.of(await command.page())
  const head = JSON.parse(lines[0] ?? '') as { node: string }
  const { decisions } = await replayRecording(lines)
  expect(command.output).toContain(`${decisions} decisions replay to the same states\n`)
  expect(await viewer.event('nodes')).toMatchObject({
    nodes: [{ name: 'alder.jsonl', peer: head.node }]
  })
  await eventually(() => expect(viewer.linesOf(0)).toEqual(lines.map((line) => JSON.parse(line))))
  expect(viewer.isOver).toBe(false)
  command.interrupt()
  expect(await command.over()).toBe(0)
  expect(viewer.events('problem')).toEqual([])
  expect(command.errors.replace(/^Expected the inspector's page.*\n/, '')).toBe('')
})

it.each<[string, (lines: string[]) => string, RegExp, boolean?]>([
  [
    'torn',
    (lines) => lines.join('').slice(0, -20),
    /^\d+ decisions replay to the same states; the last line breaks off and was left out$/
  ],
  ['empty', () => '', /^In line 1: Expected a recording, got nothing$/],
  ['foreign', () => '{"name":"libp2p"}\n', /^In line 1: Expected a type of line, got nothing$/],
  [
    'of characters that rewrite a terminal',
    () => '\u0000\u001b[2J\u009b2J\u202e\n',
    /^In line 1: Expected a line of JSON, got "[ -~]+"$/
  ],
  [
    'of a later version',
    (lines) => lines.join('').replace('"format":1', '"format":2'),
    /^In line 1: Expected format 1, got 2: it was written by a later version of this library$/
  ],
  [
    'forged',
    (lines) => lines.join('').replace(AUTHORIZED, '"to":"rejected.connected"'),
    /^In line \d+: Expected "to" to be "authorized", as the charts have it, got "rejected.connected"$/,
    false
  ],
  [
    'forged with a name that rewrites a terminal',
    (lines) => lines.join('').replace('"change":{', String.raw`"change":{"\u001b[2J\u202e":1,`),
    /^In line \d+: Expected "\\u\{1b\}\[2J\\u\{202e\}" to be nothing, as the charts have it, got 1$/,
    false
  ],
  [
    'with a line left out',
    (lines) => lines.toSpliced(6, 1).join(''),
    /^In line 7: Expected number \d+, got \d+$/
  ],
  [
    'without a head',
    (lines) => lines.slice(1).join(''),
    /^In line 1: Expected the head of a recording, got a line of \w+$/
  ],
  [
    'with a second head',
    (lines) => lines.toSpliced(9, 0, lines[0] ?? '').join(''),
    /^In line 10: Expected one beginning, got another one$/
  ],
  [
    'with names of prototypes',
    (lines) => lines.join('').replace('"type":"move"', '"type":"__proto__"'),
    /^In line \d+: Expected a type of line, got "__proto__"$/
  ]
])(
  'a recording that is %s: what was expected is printed, and told',
  async (_, change, words, isEnd = true) => {
    const { lines } = await recordedLife()
    const path = await fileOf(change(lines))
    const command = new Command('inspect', path)
    const viewer = await Watcher.of(await command.page())
    const [first = ''] = command.output.split('\n')
    expect(first).toMatch(words)
    const problem = await viewer.event('problem')
    const [, line = String(lines.length)] = /line (\d+)/.exec(first) ?? []
    expect(problem).toMatchObject({ node: 0, line: Number(line) })
    expect(viewer.told[0]).toMatchObject({ event: 'nodes', lines: [{ isRecording: true }] })
    const isWrong = first.startsWith('In line')
    expect(isWrong ? first : '').toBe(
      isWrong ? `In line ${line}: ${String(problem['message'])}` : ''
    )
    // what came before it is there, and of what differs only, what came after it
    const until = isEnd ? Number(line) - 1 : lines.length
    const shown = lines.slice(0, until).map((text) => JSON.parse(text) as unknown)
    expect(viewer.linesOf(0).slice(0, shown.length)).toEqual(isEnd ? shown : viewer.linesOf(0))
    expect(viewer.linesOf(0)).toHaveLength(shown.length)
    const replay = new Command('replay', path)
    expect(await replay.over()).toBe(isWrong ? 1 : 0)
    expect(`${replay.output}${replay.errors}`).toBe(`${first}\n`)
    command.interrupt()
    await command.over()
  }
)

it('shows a running node, says when it is away, and goes on when it is back', async () => {
  const [alice, bob] = [await ourNode({}, SOCKETS), await ourNode({}, SOCKETS)]
  const nodes = { alice: alice.services.peers, bob: bob.services.peers }
  const first = await inspectNodes(nodes)
  const command = new Command('inspect', first.url)
  const page = await command.page()
  expect(command.output).toContain(`Attached to http://127.0.0.1:${first.port}: alice, bob\n`)
  expect(page.port).not.toBe(first.port)
  expect(page.token).not.toBe(first.token)

  const viewer = await Watcher.of(page)
  await alice.services.peers.connect(addressOf(bob))
  await viewer.line(0, { type: 'move', to: 'authorized' })
  const explain = async (): Promise<Response> =>
    fetch(at(page, `/explain?node=0&peer=${String(bob.peerId)}`), { headers: knowing(page) })
  expect(await (await explain()).json()).toMatchObject({ state: 'authorized' })

  await first.close()
  expect(await viewer.event('away')).toEqual({ message: 'The stream has ended' })
  expect(viewer.events('ended')).toEqual([{ node: 0 }, { node: 1 }])
  expect((await explain()).status).toBe(404)
  await eventually(() =>
    expect(viewer.events('away').at(-1)).toEqual({
      message: `Nobody answers at http://127.0.0.1:${first.port}`
    })
  )
  const second = await inspectNodes(nodes, { port: first.port, token: first.token })
  await eventually(() => {
    const beginnings = viewer.linesOf(0).filter(({ type }) => type === 'recording')
    expect(beginnings).toHaveLength(2)
  })
  // the names are the same, and are not told again
  expect(viewer.events('nodes')).toHaveLength(1)
  await second.close()
  command.interrupt()
  expect(await command.over()).toBe(0)
})

it('attaches to a node that is not there yet, and to none that refuses', async () => {
  const alice = await ourNode()
  const inspector = await alice.services.peers.inspect()
  const wrong = new Command(
    'inspect',
    inspector.url.replace(/token=.*/, 'token=a-wrong-token-it-is')
  )
  expect(await wrong.over()).toBe(1)
  expect(wrong.errors).toBe(
    `http://127.0.0.1:${inspector.port} answers 401: Expected Authorization: Bearer, and the token of ` +
      'the URL that was printed\n'
  )
  const { port, token, url } = inspector
  await inspector.close()
  const early = new Command('inspect', url)
  const viewer = await Watcher.of(await early.page())
  expect(early.output).toContain(`Nobody answers at http://127.0.0.1:${port}`)
  await viewer.event('away')
  await alice.services.peers.inspect({ port, token })
  await viewer.line(0, { type: 'recording', node: alice.peerId.toString() })
})

it.each([
  [[], 2, /^Expected inspect or replay\n/],
  [['watch', 'x'], 2, /^Expected inspect or replay, got watch\n/],
  [['inspect'], 2, /^Expected one argument of inspect\n/],
  [['replay', 'a', 'b'], 2, /^Expected one argument of replay\n/],
  [['inspect', 'x', '--colour'], 2, /^Unknown option '--colour'/],
  [['inspect', 'package.json', '--port', 'x'], 2, /^Expected inspect.port to be a TCP port/],
  [['inspect', 'http://127.0.0.1:7777/'], 2, /^Expected the URL that inspect\(\) gives/],
  [['inspect', 'nowhere.jsonl'], 1, /^ENOENT: no such file or directory/],
  [['replay', 'src'], 1, /^EISDIR: illegal operation on a directory/]
])('%j is refused', async (args, code, words) => {
  const command = new Command(...args)
  expect(await command.over()).toBe(code)
  expect(command.errors).toMatch(words)
  expect(command.output.replace(/^In line 1: .*\n/, '')).toBe('')
})

it('says its version, and how it is used', async () => {
  const [version, help] = [new Command('--version'), new Command('--help')]
  expect([await version.over(), await help.over()]).toEqual([0, 0])
  expect(version.output).toBe('0.1.0\n')
  expect(help.output).toContain('replay RECORDING   run the recording')
})

it('behind a line that differs, what is no line of a recording is told as well', async () => {
  const { lines } = await recordedLife()
  const forged = lines.join('').replace(AUTHORIZED, '"to":"rejected.connected"')
  const command = new Command('inspect', await fileOf(`${forged}{"type":"status"}\n${lines[3]}`))
  const viewer = await Watcher.of(await command.page())
  await viewer.event('ended')
  expect(viewer.linesOf(0)).toHaveLength(lines.length)
  expect(viewer.events('problem')).toMatchObject([
    { message: expect.stringContaining('as the charts have it') },
    { line: lines.length + 1, message: 'Expected a type of line, got "status"' }
  ])
})

it('a line with the end of another system’s lines in it is one line', async () => {
  const { lines } = await recordedLife()
  const text = lines.map((line) => line.replace('{', '{\r'))
  const command = new Command('inspect', await fileOf(text.join('').replaceAll('\n', '\r\n')))
  const viewer = await Watcher.of(await command.page())
  await viewer.event('ended')
  expect(viewer.linesOf(0)).toEqual(lines.map((line) => JSON.parse(line) as unknown))
  expect(viewer.bytes).not.toContain('\r')
})

/** A recording of so many peers that come and go. */
function* comings(peers: number): Generator<string> {
  const begun = {
    type: 'recording',
    format: 1,
    node: 'n',
    at: 0,
    epoch: 0,
    seq: 0,
    mode: 'stopped'
  }
  yield `${JSON.stringify(begun)}\n`
  for (let i = 0; i < peers; i++) {
    const [peer, moment, from, to] = [`p${i}`, i, 'discovered.idle', 'discovered.queued']
    const edge = `${from} peer.wanted ${to}`
    const change = { priority: 'requested' }
    const cause = { ...change, lasting: false, urgent: true }
    const wanted = { event: 'peer.wanted', with: cause, from, to, edge, change }
    yield `${JSON.stringify({ type: 'move', seq: 2 * i, at: moment, peer, ...wanted })}\n`
    const gone = {
      type: 'forgotten',
      seq: 2 * i + 1,
      at: moment,
      peer,
      from: to,
      reason: 'forgotten'
    }
    yield `${JSON.stringify(gone)}\n`
  }
}

it('a long recording comes in pieces, and there is nothing to ask of it', async () => {
  const lines = [...comings(2_000)]
  const command = new Command('inspect', await fileOf(lines.join('')))
  const page = await command.page()
  expect(command.output).toContain('4,000 decisions replay to the same states\n')
  const viewer = await Watcher.of(page)
  await viewer.event('ended')
  expect(viewer.told.filter(({ event }) => event === 'node:0').length).toBeGreaterThan(2)
  expect(viewer.linesOf(0)).toEqual(lines.map((line) => JSON.parse(line) as unknown))
  for (const path of ['/explain?peer=p1', '/events?node=1']) {
    expect((await fetch(at(page, path), { headers: knowing(page) })).status).toBe(404)
  }
})

it('a recording that is gone by now is told', async () => {
  const path = await fileOf([...comings(1)].join(''))
  const command = new Command('inspect', path)
  const page = await command.page()
  await unlink(path)
  const { message } = await (await Watcher.of(page)).event('problem')
  expect(message).toMatch(/^The file cannot be read any more: ENOENT/)
})

it('before a very long one is shown somebody is told to wait', async () => {
  const command = new Command('inspect', await fileOf('x'.repeat(17_000_000)))
  await command.page()
  expect(command.errors).toContain('Replaying 17 MB first\n')
})
