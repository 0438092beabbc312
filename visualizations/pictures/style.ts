import { CHOSEN, EDGE_COLOURS, FAINT, INK, MUTED, PANEL, PAPER, STATE_COLOURS } from '../palette.ts'
import { STYLES } from './text.ts'
import type { Shades, Theme } from '../palette.ts'

/** What a picture looks like: the colours as variables, in one place, and the fonts of the reader's system. */

const FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"

/** A page that lights up what is live sets the class `lit` on a state, a line or a line of text. */
const RULES = [
  '.chart .paper{fill:var(--paper)}',
  '.chart text{fill:var(--ink)}',
  '.chart .box>rect{fill:var(--ground);stroke:var(--line);stroke-width:1.5}',
  '.chart .around>rect{stroke-width:2}',
  '.chart .inner>rect{fill:var(--paper)}',
  '.chart .ghost>rect,.chart .arrival>rect{stroke-dasharray:4 3}',
  '.chart .arrival>rect{fill:var(--paper)}',
  '.chart .box text{fill:var(--text)}',
  '.chart .effect,.chart .note .about{fill:var(--muted)}',
  '.chart .way{fill:none;stroke:var(--edge);stroke-width:1.5}',
  '.chart .path .way{stroke-width:3.5}',
  '.chart .deadline .way{stroke-dasharray:1 5;stroke-linecap:round;stroke-width:2.5}',
  '.chart .refusal .way{stroke-dasharray:8 4}',
  '.chart .head{fill:var(--edge)}',
  '.chart .label .deadline .event,.chart .label .refusal .event{fill:var(--edge)}',
  '.chart .sign{fill:none;stroke:var(--edge,var(--text));stroke-width:1.6;stroke-linecap:round}',
  '.chart .slot{fill:var(--line,var(--muted))}',
  '.chart .start{fill:var(--ink)}',
  '.chart .end{fill:var(--paper);stroke:var(--ink);stroke-width:1.6}',
  '.chart .note>rect{fill:none;stroke:var(--faint)}'
]

/** The sheet of a picture by day or by night. */
export function styleSheet(theme: Theme): string {
  const root = `.chart{${variablesOf({ paper: PAPER, ink: INK, muted: MUTED, faint: FAINT }, theme)};${FONT}}`
  return [root, ...colourRules(theme, '.chart'), ...lookRules()].join('\n')
}

/**
 * The sheet of a page that has a picture on it, and both themes: as the reader's system has it, unless the page's
 * root has `data-theme`. What else is on the page has the same colours: by the variables `--paper`, `--panel`,
 * `--ink`, `--muted`, `--faint`, `--chosen` and those of the edges, and in what has the class `of-<state>` by
 * `--ground`, `--line` and `--text`.
 */
export function themeSheet(): string {
  return [
    coloursOf('light', ':root'),
    `@media (prefers-color-scheme:dark){\n${coloursOf('dark', ':root:not([data-theme="light"])')}\n}`,
    coloursOf('dark', ':root[data-theme="dark"]'),
    `.chart{${FONT}}`,
    ...lookRules()
  ].join('\n')
}

/** @param root - What all of it is in */
function coloursOf(theme: Theme, root: string): string {
  const colours = {
    paper: PAPER,
    panel: PANEL,
    ink: INK,
    muted: MUTED,
    faint: FAINT,
    chosen: CHOSEN,
    ...EDGE_COLOURS
  }
  return [`${root}{${variablesOf(colours, theme)}}`, ...colourRules(theme, root)].join('\n')
}

const FONT = `font-family:${FONTS}`

function variablesOf(colours: Readonly<Record<string, Shades>>, theme: Theme): string {
  return Object.entries(colours)
    .map(([name, shades]) => `--${name}:${shades[theme]}`)
    .join(';')
}

function colourRules(theme: Theme, root: string): string[] {
  const states = Object.entries(STATE_COLOURS).map(
    ([state, { ground, line, text }]) =>
      `${root} .of-${state}{--ground:${ground[theme]};--line:${line[theme]};--text:${text[theme]}}`
  )
  const edges = Object.entries(EDGE_COLOURS).map(
    ([kind, shades]) => `${root} .${kind}{--edge:${shades[theme]}}`
  )
  return [...states, ...edges]
}

function lookRules(): string[] {
  const fonts = Object.entries(STYLES).map(
    ([style, { size, weight }]) => `.chart .${style}{font-size:${size}px;font-weight:${weight}}`
  )
  return [...fonts, ...RULES]
}
