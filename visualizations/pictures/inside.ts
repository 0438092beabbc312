import { AROUND, elkEdge, elkLayout, labelSize, placedBox, placedEdge, sizeOf } from './elk.ts'
import { blockSize } from './text.ts'
import type { ElkExtendedEdge } from 'elkjs/lib/elk.bundled.js'
import type { Box, Drawing, Edge, PlacedBox, PlacedEdge, Size } from './drawing.ts'

/** A state with what is inside it, placed from its own corner. */
export interface Inside extends Size {
  readonly boxes: readonly PlacedBox[]
  readonly edges: readonly PlacedEdge[]
  /** Where the boxes begin; left of it is the text. */
  readonly left: number
}

const OPTIONS = {
  'elk.direction': 'RIGHT',
  'elk.layered.spacing.nodeNodeBetweenLayers': '10',
  'elk.layered.spacing.edgeNodeBetweenLayers': '10',
  'elk.spacing.nodeNode': '14',
  'elk.padding': '[top=0,left=0,bottom=0,right=0]'
}

/** States inside stand in one row if it is no longer than this. */
const ROW = 660

/** Places what is inside a state: from left to right, its text on the left. */
export async function insideOf(drawing: Drawing, box: Box): Promise<Inside> {
  const boxes = drawing.boxes.filter(({ parent }) => parent === box.id)
  if (boxes.length === 0) return { ...sizeOf(box), boxes: [], edges: [], left: 0 }
  const edges = drawing.edges.filter((edge) => isWithin(edge, boxes))
  const graph = await elkLayout({
    id: box.id,
    layoutOptions: OPTIONS,
    children: boxes.map((inner) => ({ id: inner.id, ...sizeOf(inner) })),
    edges: [
      ...edges.map((edge, at) => elkEdge(edge, `edge ${at}`, edge.from, edge.to)),
      ...rowOf(boxes, edges)
    ]
  })
  const { width = 0, height = 0 } = graph
  const text = blockSize(box.lines)
  const left = AROUND.x + text.width + AROUND.besideText
  const around = {
    width: Math.ceil(left + width + AROUND.x),
    height: Math.ceil(Math.max(text.height, height)) + 2 * AROUND.y
  }
  const offset = { x: left, y: (around.height - height) / 2 }
  return {
    ...around,
    boxes: boxes.map((inner) => placedBox(inner, graph, offset)),
    edges: edges.map((edge, at) => placedEdge(edge, `edge ${at}`, graph, offset)),
    left
  }
}

export function isWithin({ from, to }: Edge, boxes: readonly Box[]): boolean {
  return [from, to].every((end) => boxes.some(({ id }) => id === end))
}

/** Edges that nobody sees, which hold a row together where none is drawn. */
function rowOf(boxes: readonly Box[], edges: readonly Edge[]): ElkExtendedEdge[] {
  const widths = [...boxes.map(sizeOf), ...edges.map(labelSize)].map(({ width }) => width + 14)
  if (widths.reduce((sum, width) => sum + width, 0) > ROW) return []
  return boxes.slice(1).flatMap(({ id }, at) => {
    const before = boxes[at]?.id ?? ''
    const isHeld = edges.some(({ from, to }) => from === before && to === id)
    return isHeld ? [] : [{ id: `row ${at}`, sources: [before], targets: [id] }]
  })
}
