import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { peerMachine, schedulerMachine } from '../machines/index.ts'
import { BUILT_IN_OPEN_PROTOCOLS } from '../src/gate/open-protocols.ts'
import { chartOf } from './chart.ts'
import { DEADLINES } from './deadlines.ts'
import { dispositionTable } from './dispositions.ts'
import { hostileTable } from './hostile.ts'
import { arrowsFromAllInside, commonArrows, drawFlat, drawInside, drawOverview } from './mermaid.ts'
import { metricTable } from './metrics.ts'
import { optionTable } from './options.ts'
import { localReasonTable, wireReasonTable } from './reasons.ts'
import { peerStateTable, schedulerModeTable } from './states.ts'
import { code, listed } from './tables.ts'
import { LIFE, MODES, nearTitle } from './pictures/titles.ts'
import { worldTable } from './worlds.ts'
import type { Chart, ChartState } from './chart.ts'
import type { CommonArrow } from './mermaid.ts'
import type { Theme } from './palette.ts'

const ROOT = join(import.meta.dirname, '..')

/** How the examples import the package, and how a user does. */
const IMPORTS = [
  ["'../../src/index.ts'", "'libp2p-peer-lifecycle'"],
  ["'../../src/grpc/index.ts'", "'libp2p-peer-lifecycle/grpc'"],
  ["'../../src/inspector/index.ts'", "'libp2p-peer-lifecycle/inspector'"],
  ["'../../src/testing/index.ts'", "'libp2p-peer-lifecycle/testing'"]
] as const

const peer = chartOf(peerMachine)
const scheduler = chartOf(schedulerMachine)

/** What can be generated into a page, by the name in its markers. */
const BLOCKS: Readonly<Record<string, () => string | Promise<string>>> = {
  chart: () =>
    [
      pictureOf('peer', LIFE),
      folded('The same as text', fenced('mermaid', drawOverview(peer, DEADLINES)), notDrawn(peer))
    ].join('\n\n'),
  'chart-inside': () => topsOf(peer).map(insideOf).join('\n\n'),
  states: () => peerStateTable(peer, DEADLINES),
  scheduler: () =>
    [
      pictureOf('scheduler', MODES),
      folded('The same as text', fenced('mermaid', drawFlat(scheduler, DEADLINES))),
      schedulerModeTable(scheduler)
    ].join('\n\n'),
  dispositions: dispositionTable,
  options: optionTable,
  'open-protocols': () =>
    BUILT_IN_OPEN_PROTOCOLS.map((protocol) => `- ${code(protocol)}`).join('\n'),
  hostile: hostileTable,
  metrics: metricTable,
  'reasons-wire': wireReasonTable,
  'reasons-local': localReasonTable,
  worlds: worldTable
}

/**
 * The text of one block: a name of the list above, or `file <path>` for the text of a file as users would
 * write it, with the package's name in its import.
 *
 * @throws Error if there is no such block
 */
export async function blockOf(name: string): Promise<string> {
  const [, path] = /^file (.+)$/.exec(name) ?? []
  if (path !== undefined) return fileBlock(path)
  const make = BLOCKS[name]
  if (make === undefined) throw new Error(`Expected a block that can be generated, got "${name}"`)
  return make()
}

async function fileBlock(path: string): Promise<string> {
  const text = await readFile(join(ROOT, path), 'utf8')
  const language = path.slice(path.lastIndexOf('.') + 1)
  return fenced(language, asUsers(text).trimEnd())
}

/** The text of one of our examples as a user would write it, with the names of the package's entries. */
export function asUsers(text: string): string {
  return IMPORTS.reduce((written, [own, users]) => written.replaceAll(own, users), text)
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``
}

/** The picture that fits the reader's colours; its title is for who cannot see it. */
function pictureOf(name: string, title: string): string {
  const file = (theme: Theme): string => `visualizations/diagrams/${name}.${theme}.svg`
  return [
    '<picture>',
    `  <source media="(prefers-color-scheme: dark)" srcset="${file('dark')}">`,
    `  <img alt="${title}" src="${file('light')}">`,
    '</picture>'
  ].join('\n')
}

function folded(summary: string, ...blocks: readonly string[]): string {
  return [`<details>\n<summary>${summary}</summary>`, ...blocks, '</details>'].join('\n\n')
}

function topsOf({ states }: Chart): ChartState[] {
  return states.filter(({ parent, isFinal }) => parent === undefined && !isFinal)
}

function insideOf({ path: top, initial }: ChartState): string {
  const picture = [`**${top}**`, pictureOf(`peer-${top}`, nearTitle(top))]
  if (initial === undefined) return picture.join('\n\n')
  const text = fenced('mermaid', drawInside(peer, top, DEADLINES))
  const common = arrowsFromAllInside(peer, top)
  const told = sentences(common, ({ to }) => `from each of them to ${code(to)}`)
  return [...picture, folded('The same as text', text, listOf(told))].join('\n\n')
}

/** The arrows that the overview leaves out, in words. */
function notDrawn(chart: Chart): string {
  const told = sentences(
    commonArrows(chart),
    ({ from, to }) => `from ${listed(from.map(code))} to ${code(to)}`
  )
  return listOf(told)
}

function listOf(told: readonly string[]): string {
  return ['Not drawn:', ...told.map((line) => `- ${line}`)].join('\n')
}

/** One sentence for all events that do the same. */
function sentences(arrows: readonly CommonArrow[], tell: (arrow: CommonArrow) => string): string[] {
  return [...Map.groupBy(arrows, tell)].map(
    ([told, together]) => `${listed(together.map(({ event }) => code(event)))} ${told}`
  )
}
