import { topOf } from '../chart.ts'
import { AROUND, LABEL_ROOM, MARK_SIZE, WITHIN } from './elk.ts'
import { arrowHead, wayOf } from './lines.ts'
import { placedNotes } from './notes.ts'
import { styleSheet } from './style.ts'
import { escaped, textLines } from './svg-text.ts'
import type { Theme } from '../palette.ts'
import type { Placed, PlacedBox, PlacedEdge } from './drawing.ts'

/**
 * Writes a picture as SVG: one file, nothing from outside, no script. A state has its path in `data-state`; a
 * line, its label and each line of that have in `data-edge` the transitions they stand for, with ` | ` between
 * several.
 */
export function svgOf(placed: Placed, theme: Theme): string {
  const { drawing, boxes, edges } = placed
  const notes = placedNotes(drawing.notes, placed)
  const [width, height] = [Math.max(placed.width, notes.width), placed.height + notes.height]
  const left = Math.floor((width - placed.width) / 2)
  const around = boxes.filter(({ isAround }) => isAround)
  const others = boxes.filter(({ isAround }) => !isAround)
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label="${escaped(drawing.title)}" ${size}>`,
    `<style>\n${styleSheet(theme)}\n</style>`,
    `<rect class="paper" width="${width}" height="${height}" rx="10"/>`,
    `<g transform="translate(${left} 0)">`,
    ...around.map(boxText),
    ...edges.map(edgeText),
    ...others.map(boxText),
    ...edges.flatMap(labelText),
    '</g>',
    ...notes.text,
    '</svg>',
    ''
  ].join('\n')
}

function boxText(box: PlacedBox): string {
  const { id, kind, state, x, y, width, height, isAround, lines, description } = box
  if (kind === 'start' || kind === 'end') return markText(box)
  const room = isAround ? AROUND : WITHIN
  const radius = kind === 'state' ? (isAround ? 12 : 8) : Math.min(height / 2, 16)
  const data = kind === 'state' ? `data-state="${id}"` : `data-stands-for="${state}"`
  return [
    `<g class="box ${classOf(box)} of-${topOf(state)}" ${data}>`,
    description === '' ? '' : `<title>${escaped(description)}</title>`,
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"/>`,
    ...textLines(lines, x + room.x, y + room.y),
    '</g>'
  ].join('')
}

function classOf({ kind, isAround, parent }: PlacedBox): string {
  if (kind !== 'state') return kind
  return isAround ? 'around' : parent === undefined ? 'alone' : 'inner'
}

function markText({ kind, id, x, y, width, lines }: PlacedBox): string {
  const [cx, radius] = [x + width / 2, kind === 'end' ? MARK_SIZE.end / 2 : MARK_SIZE.start / 2]
  const circle = (by: number, look: string): string =>
    `<circle class="${look}" cx="${cx}" cy="${y + radius}" r="${radius - by}"/>`
  if (kind === 'start') return circle(1, 'start')
  const marks = [circle(1, 'end'), circle(5, 'start')]
  return `<g data-state="${id}">${[...marks, ...textLines(lines, x, y + MARK_SIZE.end)].join('')}</g>`
}

function edgeText(edge: PlacedEdge): string {
  const isPath = edge.kind === 'path'
  return [
    `<g class="edge ${edge.kind}"${dataOf(edge.keys)}>`,
    `<path class="way" d="${wayOf(edge)}"/>`,
    `<path class="head" d="${arrowHead(edge.points, isPath ? 12 : 9)}"/>`,
    '</g>'
  ].join('')
}

function labelText({ label, lines, keys }: PlacedEdge): string[] {
  if (label === undefined) return []
  const text = textLines(lines, label.x + LABEL_ROOM.x, label.y + LABEL_ROOM.y)
  return [`<g class="label"${dataOf(keys)}>${text.join('')}</g>`]
}

function dataOf(keys: readonly string[]): string {
  return keys.length === 0 ? '' : ` data-edge="${keys.join(' | ')}"`
}
