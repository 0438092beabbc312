import { arrowHead } from './lines.ts'
import { indentOf, lineHeight, lineWidth } from './text.ts'
import type { Line, Mark } from './text.ts'

/** Lines of text below one another, from this corner on. */
export function textLines(lines: readonly Line[], x: number, top: number): string[] {
  let y = top
  return lines.map((line) => {
    const height = lineHeight(line)
    const text = textLine(line, x, y, height)
    y += height
    return text
  })
}

function textLine(line: Line, x: number, top: number, height: number): string {
  const { runs, mark, keys = [] } = line
  const indent = indentOf(line)
  const [start, baseline] = [shortened(x + indent), shortened(top + height * 0.76)]
  const width = shortened(lineWidth(line) - indent)
  const spans = runs.map(({ text, style }) => `<tspan class="${style}">${escaped(text)}</tspan>`)
  const text = `<text x="${start}" y="${baseline}" textLength="${width}" lengthAdjust="spacingAndGlyphs" xml:space="preserve">${spans.join('')}</text>`
  if (mark === undefined && keys.length === 0) return text
  const classes = ['line', ...(mark === undefined ? [] : [kindOf(mark)])].join(' ')
  const data = keys.length === 0 ? '' : ` data-edge="${keys.join(' | ')}"`
  const sign = mark === undefined ? '' : signOf(mark, x, top + height / 2)
  return `<g class="${classes}"${data}>${sign}${text}</g>`
}

/** The kind of edge in whose colour a sign is. */
function kindOf(mark: Mark): string {
  if (mark === 'clock') return 'deadline'
  return mark === 'cross' ? 'refusal' : mark
}

const SHAPES = {
  clock: 'M5 0A5 5 0 1 1-5 0A5 5 0 1 1 5 0M0-2.8V0L2 1.4',
  cross: 'M-3.5-3.5L3.5 3.5M3.5-3.5L-3.5 3.5',
  slot: 'M0-5L5 0L0 5L-5 0Z'
} as const

const SAMPLE = 30

/** A sign before a line: a shape, or a piece of a line as an explanation of its look. */
function signOf(mark: Mark, x: number, middle: number): string {
  const y = shortened(middle)
  if (mark === 'none' || mark === 'indent') return ''
  if (mark === 'bullet') return `<circle class="slot" cx="${shortened(x + 3)}" cy="${y}" r="2"/>`
  if (mark === 'clock' || mark === 'cross' || mark === 'slot') {
    const look = mark === 'slot' ? 'slot' : 'sign'
    const at = `transform="translate(${shortened(x + 5)} ${y})"`
    return `<path class="${look}" ${at} d="${SHAPES[mark]}"/>`
  }
  if (mark === 'arrival') {
    return `<g class="box arrival of-handshaking"><rect x="${x}" y="${y - 6}" width="${SAMPLE}" height="12" rx="6"/></g>`
  }
  const ends = [
    { x, y },
    { x: x + SAMPLE, y }
  ]
  return `<path class="way" d="M${x} ${y}H${x + SAMPLE - 6}"/><path class="head" d="${arrowHead(ends, 9)}"/>`
}

function shortened(length: number): number {
  return Math.round(length * 10) / 10
}

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
