import { blockSize } from './text.ts'
import { textLines } from './svg-text.ts'
import type { Size } from './drawing.ts'
import type { Line } from './text.ts'

/** What is told below a picture, in columns, in a frame. */

const GAP = 34
const MARGIN = 18
const PADDING = { x: 20, y: 14 }

export interface PlacedNotes extends Size {
  readonly text: readonly string[]
}

export function placedNotes(columns: readonly (readonly Line[])[], above: Size): PlacedNotes {
  if (columns.length === 0) return { width: 0, height: 0, text: [] }
  const sizes = columns.map(blockSize)
  const inner = sizes.reduce((sum, { width }) => sum + width + GAP, -GAP)
  const width = Math.max(inner + 2 * (PADDING.x + MARGIN), above.width)
  const height = Math.max(...sizes.map((size) => size.height)) + 2 * PADDING.y
  let x = Math.floor((width - inner) / 2)
  const texts = columns.flatMap((lines, at) => {
    const text = textLines(lines, x, above.height + PADDING.y)
    x += (sizes[at]?.width ?? 0) + GAP
    return text
  })
  const frame = `<rect x="${MARGIN}" y="${above.height}" width="${width - 2 * MARGIN}" height="${height}" rx="10"/>`
  return { width, height: height + MARGIN, text: ['<g class="note">', frame, ...texts, '</g>'] }
}
