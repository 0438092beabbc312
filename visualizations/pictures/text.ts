/**
 * How wide a text is, without a font: by the widths of Arial's letters, which those of the other fonts in the
 * stack are near to. Every text in a picture says its width (`textLength`), so that it fits in any font.
 */

/** What a run of text looks like. */
export type TextStyle = keyof typeof STYLES

/** Size in pixels and weight of each style. */
export const STYLES = {
  title: { size: 20, weight: 700 },
  name: { size: 14, weight: 600 },
  about: { size: 12.1, weight: 400 },
  event: { size: 12.1, weight: 600 },
  guard: { size: 12.1, weight: 400 },
  effect: { size: 11.5, weight: 400 },
  heading: { size: 13.5, weight: 700 }
} as const

/** Of the size of the font, from the baseline of a line to that of the next. */
const LEADING = 1.3

/** Bold letters are wider. */
const BOLD = 1.07

/** The widths of Arial's letters, in thousandths of the size, from the space on. */
const WIDTHS =
  '278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584'
    .split(' ')
    .map(Number)

const FIRST = ' '.charCodeAt(0)
const OTHER = 600

/** A run of text in one style. */
interface Run {
  readonly text: string
  readonly style: TextStyle
}

/** The room of a mark before a line: a sign, or a piece of a line of each kind. */
const MARK_WIDTHS = {
  none: 15,
  bullet: 12,
  indent: 12,
  clock: 15,
  cross: 15,
  slot: 14,
  path: 40,
  plain: 40,
  deadline: 40,
  refusal: 40,
  arrival: 40
} as const

export type Mark = keyof typeof MARK_WIDTHS

/** One line of text. */
export interface Line {
  readonly runs: readonly Run[]
  readonly mark?: Mark | undefined
  /** Of a line that tells of transitions: which they are. */
  readonly keys?: readonly string[] | undefined
}

export function lineOf(text: string, style: TextStyle, mark?: Mark): Line {
  return { runs: [{ text, style }], mark }
}

/** Where the text of a line begins. */
export function indentOf({ mark }: Line): number {
  return mark === undefined ? 0 : MARK_WIDTHS[mark]
}

function widthOf({ text, style }: Run): number {
  const { size, weight } = STYLES[style]
  let units = 0
  for (let at = 0; at < text.length; at++) units += WIDTHS[text.charCodeAt(at) - FIRST] ?? OTHER
  return ((units * size) / 1_000) * (weight >= 600 ? BOLD : 1)
}

export function lineWidth(text: Line): number {
  return text.runs.reduce((sum, run) => sum + widthOf(run), indentOf(text))
}

export function lineHeight({ runs }: Line): number {
  return Math.max(...runs.map(({ style }) => STYLES[style].size)) * LEADING
}

/** The size of a block of lines. */
export function blockSize(lines: readonly Line[]): { width: number; height: number } {
  return {
    width: Math.ceil(Math.max(0, ...lines.map(lineWidth))),
    height: Math.ceil(lines.reduce((sum, line) => sum + lineHeight(line), 0))
  }
}

/** A text in lines no wider than `width` pixels, broken at spaces. */
export function wrapped(text: string, style: TextStyle, width: number): Line[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    const longer = last === undefined ? word : `${last} ${word}`
    if (last === undefined || widthOf({ text: longer, style }) > width) lines.push(word)
    else lines[lines.length - 1] = longer
  }
  return lines.map((words) => lineOf(words, style))
}
