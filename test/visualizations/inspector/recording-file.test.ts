/** A recording from disk is shown as far as it can be, and whatever it is, the page goes on. */
import { describe, expect, test } from 'vitest'
import { replayRecording } from '../../../src/inspector/replay.ts'
import { MOST_STEPS } from '../../../visualizations/inspector/model/buffer.ts'
import { RecordingFile } from '../../../visualizations/inspector/model/recording-file.ts'
import { recordedLife } from '../../recorder/life.ts'
import { seconds } from '../../rounds/world.ts'

/** A pace whose stints end at once, that counts how often the page had its turn. */
class Steps {
  turns = 0
  #now = 0

  now(): number {
    return (this.#now += 3)
  }

  rest(): Promise<void> {
    this.turns++
    return Promise.resolve()
  }
}

interface Opened {
  readonly file: RecordingFile
  readonly pace: Steps
  readonly feed: RecordingFile['feed']
  readonly tape: RecordingFile['tape']
}

async function opened(...parts: readonly BlobPart[]): Promise<Opened> {
  const pace = new Steps()
  const file = new RecordingFile(new File([...parts], 'node.jsonl'), pace, () => {})
  await file.read()
  const { feed, tape } = file
  expect(feed.isReading).toBe(false)
  return { file, pace, feed, tape }
}

const HEAD = {
  type: 'recording',
  format: 1,
  node: 'n',
  at: 0,
  epoch: 1e12,
  seq: 0,
  mode: 'filling'
}
const inOrder = (a: string, b: string): number => (a < b ? -1 : 1)

const CONTEXT = { session: 0, failures: 0, authorizedAt: 0, until: 0, counted: 0 }

const REFUSAL = {
  type: 'refusal',
  at: 9,
  door: 'dial',
  direction: 'inbound',
  reason: 'timeout',
  by: 'local'
}

const line = (fields: object): string => `${JSON.stringify(fields)}\n`
const peer = (name: string, more: object = {}): string =>
  line({ type: 'peer', peer: name, path: 'discovered.idle', context: CONTEXT, since: 0, ...more })
const wanted = (seq: number, name: string): string =>
  line({
    type: 'move',
    seq,
    at: seq,
    peer: name,
    event: 'peer.unwanted',
    with: {},
    from: 'discovered.idle',
    to: 'discovered.idle',
    edge: 'discovered.idle peer.unwanted discovered.idle',
    change: {}
  })

describe('a recording from disk', () => {
  test('is shown and replayed', async () => {
    const { lines, world } = await recordedLife()
    const { feed, tape } = await opened(...lines)
    expect(feed).toMatchObject({ name: 'node.jsonl', progress: 1, isTorn: false })
    expect(feed.problem).toBeUndefined()
    const { decisions } = await replayRecording(lines)
    const text = `${decisions} decisions replay to the same states`
    expect(feed.verdict).toEqual({ isSame: true, text })
    expect(tape.scene.peers.size).toBe(world.peers.getPeers().length)
    for (const view of world.peers.getPeers()) {
      const { path, reason, by, direction, priority, connections } = view
      const shown = tape.scene.peers.get(`0/${view.peerId.toString()}`)
      expect(shown).toMatchObject({ path })
      expect([shown?.reason, shown?.by, shown?.direction]).toEqual([reason, by, direction])
      expect([shown?.priority, shown?.connections.length]).toEqual([priority, connections])
      expect(Math.round(shown?.since ?? 0)).toBe(view.since)
    }
    tape.goTo(0)
    expect(tape.scene.peers.size).toBe(0)
  })

  test('of a whole life is looked at before the node began to stop', async () => {
    const { world } = await recordedLife()
    const before = world.peers.getPeers().map(({ path }) => path)
    const stopped = world.node.stop()
    await world.rounds({ advance: seconds(10) })
    await stopped
    const { tape } = await opened(...world.peers.recording())
    const paths = [...tape.scene.peers.values()].map(({ path }) => path)
    expect(paths.toSorted(inOrder)).toEqual(before.toSorted(inOrder))
    expect(tape.isLive).toBe(false)
    tape.live()
    expect(tape.scene.peers.size).toBe(0)
  })

  test('that differs is shown whole, and the line is named', async () => {
    const { lines } = await recordedLife()
    const at = lines.findIndex((text) => text.includes('"to":"authorized"'))
    const bent = lines.with(at, (lines[at] ?? '').replace('"to":"authorized"', '"to":"dialing"'))
    const { feed, tape } = await opened(...bent)
    expect(feed.verdict).toEqual({
      isSame: false,
      line: at + 1,
      text: `line ${at + 1} differs: to: recorded "dialing", replayed "authorized"`
    })
    expect(tape.end).toBe((await opened(...lines)).tape.end)
  })

  test('whose last line breaks off is shown up to there', async () => {
    const { lines } = await recordedLife()
    const { feed, tape } = await opened(lines.join('').slice(0, -20))
    expect(feed).toMatchObject({ isTorn: true, verdict: { isSame: true } })
    expect(feed.problem).toBeUndefined()
    expect(tape.end).toBeGreaterThan(10)
  })

  test(
    'with more steps than are kept is shown from the last of them on',
    { timeout: 120_000 },
    async () => {
      const total = MOST_STEPS + 2_000
      const lines = [line(HEAD), ...Array.from({ length: total }, (_, i) => wanted(i, 'a'))]
      const file = new RecordingFile(new File(lines, 'long.jsonl'), new Steps(), () => {
        // its replay is told elsewhere
        if (file.feed.progress === 0.5) file.cancel()
      })
      await file.read()
      const { feed, tape } = file
      expect(feed.steps).toBe(total)
      expect(tape.end).toBe(total)
      expect(tape.end - tape.start).toBeLessThanOrEqual(MOST_STEPS)
      expect(tape.dropped).toBeGreaterThan(2_000)
      expect(tape.scene.peers.size).toBe(1)
    }
  )

  test('can be left in the middle', async () => {
    const pace = new Steps()
    const lines = [line(HEAD), ...Array.from({ length: 5_000 }, (_, i) => wanted(i, 'a'))]
    const file = new RecordingFile(new File(lines, 'long.jsonl'), pace, () => {
      if (file.tape.end > 500) file.cancel()
    })
    await file.read()
    expect(file.feed).toMatchObject({ isReading: false })
    expect(file.feed.verdict).toBeUndefined()
    expect(file.feed.problem).toBeUndefined()
    expect(file.tape.end).toBeLessThan(2_000)
    // what was read can be looked at
    file.tape.goTo(100)
    expect(file.tape.cursor).toBe(100)
  })
})

describe('what is no recording', () => {
  test.each([
    ['nothing', '', 'Expected a recording, got nothing'],
    ['a text', 'Dear diary\n', 'In line 1: Expected a line of JSON, got "Dear diary"'],
    ['a picture', new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 10]), 'In line 1'],
    ['a step without a head', wanted(0, 'a'), 'In line 1: Expected the head of a recording'],
    ['a later version', line({ ...HEAD, format: 2 }), 'a later version of this library'],
    ['two of them', line(HEAD) + line(HEAD), 'In line 2: Expected one beginning, got another'],
    [
      'a long line',
      `${line(HEAD)}{"type":"${'x'.repeat(3_000_000)}"}\n`,
      'In line 2: Expected a line of at most'
    ],
    [
      'an unknown state',
      line(HEAD) + peer('a', { path: 'constructor' }),
      'In line 2: Expected path'
    ],
    ['a peer after a step', line(HEAD) + wanted(0, 'a') + peer('b'), 'In line 3'],
    [
      'a number that is missing',
      line(HEAD) + wanted(0, 'a') + wanted(2, 'a'),
      'In line 3: Expected'
    ],
    ['markup', line(HEAD) + '<img src=x onerror=alert(1)>\n', 'In line 2: Expected a line of JSON']
  ])('is named with its line: %s', async (_what, text, problem) => {
    const { feed } = await opened(text)
    expect(feed.problem).toContain(problem)
    expect(feed.verdict).toBeUndefined()
  })

  test('but begins like one is shown up to there', async () => {
    const { feed, tape } = await opened(
      line(HEAD),
      peer('a'),
      wanted(0, 'a'),
      'and so on\n',
      wanted(1, 'a')
    )
    expect(feed.problem).toContain('In line 4')
    expect(tape.end).toBe(1)
    expect(tape.scene.peers.size).toBe(1)
  })

  test('but two in one is shown up to the second', async () => {
    const { tape } = await opened(
      line(HEAD),
      wanted(0, 'a'),
      line({ ...HEAD, seq: 7 }),
      wanted(7, 'b')
    )
    expect([...tape.scene.peers.keys()]).toEqual(['0/a'])
  })
})

describe('a hostile recording', () => {
  test('names prototypes and changes none', async () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
    const text = [
      line(HEAD),
      ...names.map((name) => peer(name)),
      ...names.map((name, seq) => wanted(seq, name)),
      line({ ...REFUSAL, seq: 4, peer: '__proto__' }).replace('}', ',"__proto__":{"polluted":1}}')
    ]
    const { tape } = await opened(...text)
    expect([...tape.scene.peers.keys()]).toEqual(names.map((name) => `0/${name}`))
    expect(tape.stepsOf('0/__proto__').length).toBeGreaterThan(0)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('has texts that are fit to be shown, and short', async () => {
    const bad = 'a\u202eb\u0000c\u001b[31m\u200bd'
    const text = [
      line({ ...HEAD, node: bad }),
      peer(bad, {
        context: { ...CONTEXT, reason: 'timeout', by: 'local', detail: bad.repeat(70) }
      }),
      line({
        ...JSON.parse(wanted(0, bad)),
        event: 'dial.failed',
        with: { at: 1, luck: 0, reason: 'timeout', detail: bad, session: 1, isExcused: false },
        reason: bad,
        edge: bad,
        change: { lasting: bad }
      }),
      line({ ...REFUSAL, seq: 1, peer: bad, detail: bad })
    ]
    const { tape } = await opened(...text)
    const [shown] = [...tape.scene.peers.values()]
    const all = JSON.stringify(
      [shown, tape.scene.nodes, tape.recentSteps(9)],
      (name, value: unknown) => (name === 'key' ? undefined : value)
    )
    expect(all).not.toMatch(/\\u202e|\\u0000|\\u001b|\u200b|\u202e/)
    expect(shown?.detail?.length).toBeLessThanOrEqual(200)
    expect(tape.end).toBe(2)
  })

  test('with a million lines lets the page have its turn, and ends', async () => {
    const text = `${line(HEAD)}${'{}\n'.repeat(1_000_000)}`
    const { feed, pace } = await opened(text)
    expect(feed.problem).toContain('In line 2')
    expect(pace.turns).toBeLessThan(10)
    const many = Array.from({ length: 5_000 }, (_, seq) => wanted(seq, `p${seq}`))
    const honest = await opened(line(HEAD), ...many)
    expect(honest.pace.turns).toBeGreaterThan(100)
    expect(honest.tape.scene.peers.size).toBe(5_000)
  })

  test('is at moments that there are, whatever it says', async () => {
    for (const [epoch, at] of [
      [1e308, 1e308],
      [-1e308, 1e308],
      [1e308, -1e308],
      [-5, 0]
    ] as const) {
      const { tape } = await opened(
        line({ ...HEAD, epoch, at }),
        peer('a', { since: at, context: { ...CONTEXT, until: 'Infinity', authorizedAt: -1e308 } }),
        line({ ...REFUSAL, seq: 0, peer: 'a', at }),
        line({ ...REFUSAL, seq: 1, peer: 'a', at: -at })
      )
      const { since, authorizedAt = 0, until } = tape.scene.peers.get('0/a')!
      const times = [
        since,
        authorizedAt,
        tape.scene.now,
        ...tape.recentSteps(2).map((step) => step.at)
      ]
      for (const time of times) expect(new Date(time).getTime()).not.toBeNaN()
      expect(until).toBe(Infinity)
      expect(tape.marks(3).steps.reduce((a, b) => a + b)).toBe(2)
      expect(
        tape
          .refusalsOverTime(3)
          .reasons.get('timeout')
          ?.reduce((a, b) => a + b)
      ).toBe(2)
    }
  })

  test('gives no peer more connections than are shown', async () => {
    const many = Array.from({ length: 5_000 }, (_, seq) =>
      line({
        type: 'connection',
        seq,
        at: seq,
        peer: 'a',
        id: `c${seq}`,
        what: 'opened',
        opener: 'inbound'
      })
    )
    const { tape } = await opened(line(HEAD), ...many)
    expect(tape.scene.peers.get('0/a')?.connections).toHaveLength(64)
    expect(tape.scene.peers.get('0/a')?.connections.at(-1)?.id).toBe('c4999')
  })

  test('tells of more peers than there can be', async () => {
    const { feed, tape } = await opened(
      line(HEAD),
      ...Array.from({ length: 100_001 }, (_, i) => peer(`p${i}`))
    )
    expect(feed.problem).toContain('Expected at most 100000 peers')
    expect(tape.scene.peers.size).toBeLessThanOrEqual(100_000)
  })
})
