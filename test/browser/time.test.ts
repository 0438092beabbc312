/** The page goes back and forth in time, and reads recordings: every moment of it is what the machines say. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { replayRecording } from '../../src/inspector/index.ts'
import { wordsOf } from '../../visualizations/words.ts'
import { useChromium } from './chromium.ts'
import { hasChromium } from './launch.ts'
import { chartCounts, goTo, shownPeers, shows } from './reading.ts'
import { crowdedScene, dhtNode } from './scene.ts'
import type { OurNode } from '../network/nodes.ts'
import type { Page } from 'playwright-core'

const browsing = useChromium()

/** Decisions from one that is looked at to the next. */
const STRIDE = 4

const pathWords = (path: string): string => path.split('.').map(wordsOf).join(': ')

const isDecision = (line: string): boolean => !/^\{"type":"(?:recording|peer)"/.test(line)

/** The lines of a recording, which begins with the node, up to a decision of the page. */
function linesUpTo(lines: readonly string[], step: number): string[] {
  let left = step
  const end = lines.findIndex((line) => isDecision(line) && left-- === 0)
  return lines.slice(0, end === -1 ? undefined : end)
}

/** Where all peers are after them, as their replay has it. */
async function replayed(
  lines: readonly string[],
  step: number
): Promise<ReadonlyMap<string, string>> {
  const told = linesUpTo(lines, step)
  const { paths, divergence } = await replayRecording(told)
  expect(divergence).toBeUndefined()
  // a peer that is known by its connection, of which nothing is decided yet, is in no replay
  const { type, peer } = JSON.parse(told.at(-1) ?? '{}') as { type?: string; peer?: string }
  const isNew = type === 'connection' && peer !== undefined && !paths.has(peer)
  return new Map([...paths, ...(isNew ? [[peer, 'discovered.idle'] as const] : [])])
}

/** Peers by the words of their state. */
function countsOf(paths: Iterable<string>): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const path of paths) {
    for (const each of new Set([path, path.split('.')[0] ?? path])) {
      counts[pathWords(each)] = (counts[pathWords(each)] ?? 0) + 1
    }
  }
  return counts
}

/** The peers of the table, each with its state. */
const table = async (page: Page): Promise<string[]> =>
  (await shownPeers(page)).map(({ peer, state }) => `${peer} ${state}`).toSorted()

const tableOf = (paths: Iterable<readonly [peer: string, path: string]>): string[] =>
  [...paths].map(([peer, path]) => `${peer} ${pathWords(path)}`).toSorted()

/** What the table has to show of the node now. */
const presentOf = ({ services }: OurNode): string[] =>
  tableOf(services.peers.getPeers().map(({ peerId, path }) => [peerId.toString(), path]))

const numbers = /([\d,]+) of ([\d,]+)/

/** At which decision the page stands, and how many there are. */
async function standing(page: Page): Promise<{ at: number; of: number }> {
  const text = (await page.locator('.time-step').textContent()) ?? ''
  const [, at = '', of = ''] = numbers.exec(text) ?? []
  return { at: numberOf(at), of: numberOf(of) }
}

const numberOf = (text: string): number => Number(text.replaceAll(',', ''))

async function fileOf(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'recording-'))
  onTestFinished(async () => rm(folder, { recursive: true }))
  const file = join(folder, name)
  await writeFile(file, text)
  return file
}

async function openFile(page: Page, name: string, text: string): Promise<void> {
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles(await fileOf(name, text))
}

/** The line with one of its fields changed. */
const withField = (line: string, change: object): string =>
  `${JSON.stringify({ ...(JSON.parse(line) as object), ...change })}\n`

describe.runIf(hasChromium)('time', () => {
  it('stands still, goes to any decision and back to the present, and every view follows', async () => {
    const { alice, dialed } = await crowdedScene()
    const { peers } = alice.services
    const inspector = await peers.inspect()
    const page = await browsing.open(inspector.url)
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByRole('button', { name: 'One decision back' }).click()
    const lines = [...peers.recording()]
    await shows(async () => expect((await standing(page)).of).toBeGreaterThan(20))
    const { of } = await standing(page)

    // back decision by decision; looked at now and then, for a look takes longer than a step
    for (let at = of - 1; at >= 0; at -= STRIDE) {
      await shows(async () => expect(await standing(page)).toEqual({ at, of }))
      const counts = countsOf((await replayed(lines, at)).values())
      await shows(async () => expect(await chartCounts(page)).toEqual(counts))
      for (let step = 0; step < STRIDE; step++) await page.keyboard.press('ArrowLeft')
    }
    await shows(async () => expect(await standing(page)).toEqual({ at: 0, of }))
    // and with the slider, to somewhere in between
    const slider = await page.getByLabel('Moment that is shown').boundingBox()
    const { x = 0, y = 0, width = 0, height = 0 } = slider ?? {}
    await page.mouse.click(x + width / 5, y + height / 2)
    await shows(async () => expect((await standing(page)).at).toBeGreaterThan(1))
    const { at } = await standing(page)
    const counts = countsOf((await replayed(lines, at)).values())
    await shows(async () => expect(await chartCounts(page)).toEqual(counts))
    await goTo(page, 'Peers')
    const then = tableOf(await replayed(lines, at))
    await shows(async () => expect(await table(page)).toEqual(then))

    // what happens meanwhile does not move it
    await peers.disconnect(dialed)
    await shows(async () => expect((await standing(page)).of).toBeGreaterThan(of))
    expect((await standing(page)).at).toBe(at)
    expect(await table(page)).toEqual(then)
    await page.getByRole('button', { name: 'To the present' }).click()
    await shows(async () => expect(await table(page)).toEqual(presentOf(alice)))
  })

  it('a recording is read, replayed and shown, and what is wrong with it is said with its line', async () => {
    const { alice } = await crowdedScene()
    const lines = [...alice.services.peers.recording()]
    const now = presentOf(alice)
    const page = await browsing.open((await alice.services.peers.inspect()).url)
    await goTo(page, 'Peers')

    await openFile(page, 'whole.jsonl', lines.join(''))
    await page.getByText(/[\d,]+ decisions replay to the same states/).waitFor()
    await shows(async () => expect(await table(page)).toEqual(now))

    await openFile(page, 'torn.jsonl', lines.join('').slice(0, -20))
    await page
      .getByText(/replay to the same states\. Its last line breaks off and was left out/)
      .waitFor()
    await page.getByRole('button', { name: 'Close the recording' }).click()
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor({ state: 'attached' })
    await shows(async () => expect(await table(page)).toEqual(presentOf(alice)))
  })

  it('ten changes of a recording are each found at their line', async () => {
    const { alice } = await crowdedScene()
    const lines = [...alice.services.peers.recording()]
    const page = await browsing.open((await alice.services.peers.inspect()).url)
    const lineWith = (...parts: string[]): number =>
      lines.findIndex((line) => parts.every((part) => line.includes(part)))
    const authorized = lineWith('"to":"authorized"')
    const refused = lineWith('"event":"handshake.refused"')
    const granted = lineWith('"event":"slot.granted"')
    const opened = lineWith('"type":"connection"', '"opened"')
    const changes: [what: string, line: number, change: (line: string) => string[]][] = [
      ['another state', authorized, (line) => [withField(line, { to: 'rejected.connected' })]],
      ['another beginning', authorized, (line) => [withField(line, { from: 'discovered.idle' })]],
      [
        'another reason',
        refused,
        (line) => [line.replaceAll('incompatible', 'unsupported-version')]
      ],
      ['another event', granted, (line) => [withField(line, { event: 'peer.unwanted', with: {} })]],
      ['another number', granted, (line) => [withField(line, { seq: 9_999 })]],
      ['a line left out', granted, () => []],
      ['a line twice', authorized, (line) => [line, line]],
      ['a state that is none', authorized, (line) => [withField(line, { to: 'admitted' })]],
      ['a time that is none', authorized, (line) => [withField(line, { at: 'noon' })]],
      ['no JSON', opened, () => ['{"type":\n']]
    ]
    for (const [what, at, change] of changes) {
      expect(at, what).toBeGreaterThan(0)
      const text = lines.toSpliced(at, 1, ...change(lines[at] ?? '')).join('')
      const name = `${what.replaceAll(' ', '-')}.jsonl`
      await openFile(page, name, text)
      // what stands twice is found when it comes again, what is left out by the line that follows
      const found = what === 'a line twice' ? at + 2 : at + 1
      const banner = page.locator('.banner', { hasText: name })
      await banner
        .filter({ hasText: new RegExp(`\\bline ${found}\\b`, 'i') })
        .waitFor({ timeout: 10_000 })
    }
  })

  it('what is no recording is said to be none, and the page goes on', async () => {
    const alice = await dhtNode()
    const page = await browsing.open((await alice.services.peers.inspect()).url)
    const foreign: [what: string, text: string][] = [
      ['nothing', ''],
      ['something else', 'hello\nworld\n'],
      ['another JSON', '[1, 2, 3]\n'],
      ['the head of a later version', '{"type":"recording","format":99}\n'],
      ['a middle without a head', '{"type":"forgotten","seq":0,"at":0,"peer":"x"}\n'],
      ['a very long line', `{"type":"${'x'.repeat(3_000_000)}"}\n`]
    ]
    for (const [what, text] of foreign) {
      const name = `${what.replaceAll(' ', '-')}.jsonl`
      await openFile(page, name, text)
      await page.getByText(`${name} cannot be read further`).waitFor()
      await page
        .getByText(/Expected/)
        .first()
        .waitFor()
    }
    await page.getByRole('button', { name: 'Close the recording' }).click()
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor({ state: 'attached' })
  })
})
