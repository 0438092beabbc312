import elkjs from 'elkjs/lib/elk.bundled.js'
import { blockSize } from './text.ts'
import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk.bundled.js'
import type { Box, Edge, PlacedBox, PlacedEdge, Point, Rectangle, Size } from './drawing.ts'

/** What of a drawing ELK is told, and how its answers are read. */

/** The package is CommonJS: its types name a default export, which Node hands over as the module itself. */
const Elk = elkjs as unknown as typeof elkjs.default

const ALWAYS = {
  'elk.algorithm': 'layered',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.randomSeed': '1',
  'elk.separateConnectedComponents': 'false',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.edgeLabels.centerLabelPlacementStrategy': 'SPACE_EFFICIENT_LAYER',
  'elk.spacing.edgeLabel': '2'
}

/** The room around the text of a state with others inside, of any other box, and of a label. */
export const AROUND = { x: 14, y: 14, besideText: 14 }
export const WITHIN = { x: 10, y: 8 }
export const LABEL_ROOM = { x: 5, y: 3 }

/** The sizes of the marks for a beginning and an end. */
export const MARK_SIZE = { start: 14, end: 20 } as const

export async function elkLayout(graph: ElkNode): Promise<ElkNode> {
  const elk = new Elk()
  return elk.layout({ ...graph, layoutOptions: { ...ALWAYS, ...graph.layoutOptions } })
}

/** The size of a box with nothing but text in it. */
export function sizeOf({ kind, lines }: Box): Size {
  if (kind === 'start') return { width: MARK_SIZE.start, height: MARK_SIZE.start }
  const { width, height } = blockSize(lines)
  if (kind === 'end') {
    return { width: Math.max(width, MARK_SIZE.end), height: MARK_SIZE.end + height }
  }
  return { width: width + 2 * WITHIN.x, height: height + 2 * WITHIN.y }
}

export function labelSize({ lines }: Pick<Edge, 'lines'>): Size {
  const { width, height } = blockSize(lines)
  return { width: width + 2 * LABEL_ROOM.x, height: height + 2 * LABEL_ROOM.y }
}

export function elkEdge(edge: Edge, id: string, source: string, target: string): ElkExtendedEdge {
  const label = {
    text: 'a label without a text gets no place',
    ...labelSize(edge),
    layoutOptions: { 'elk.edgeLabels.inline': 'true', 'elk.edgeLabels.placement': 'CENTER' }
  }
  return {
    id,
    sources: [source],
    targets: [target],
    labels: edge.lines.length === 0 ? [] : [label],
    layoutOptions: {
      'elk.layered.priority.straightness':
        edge.kind === 'path' || edge.lines.length === 0 ? '10' : '1'
    }
  }
}

export function placedBox(box: Box, { children = [] }: ElkNode, offset: Point): PlacedBox {
  const node = children.find(({ id }) => id === box.id)
  return { ...box, isAround: false, ...rectangleOf(node, offset) }
}

export function placedEdge(edge: Edge, id: string, graph: ElkNode, offset: Point): PlacedEdge {
  const placed = graph.edges?.find((one) => one.id === id)
  const points = (placed?.sections ?? []).flatMap((section) => [
    section.startPoint,
    ...(section.bendPoints ?? []),
    section.endPoint
  ])
  return {
    ...edge,
    points: points.map((point) => moved(point, offset)),
    label: edge.lines.length === 0 ? undefined : rectangleOf(placed?.labels?.[0], offset)
  }
}

function rectangleOf(placed: Partial<Rectangle> | undefined, offset: Point): Rectangle {
  const { x = 0, y = 0, width = 0, height = 0 } = placed ?? {}
  return moved({ x, y, width: rounded(width), height: rounded(height) }, offset)
}

export function moved<T extends Point>(thing: T, by: Point): T {
  return { ...thing, x: rounded(thing.x + by.x), y: rounded(thing.y + by.y) }
}

/** To half a pixel: what a reader does not see must not differ between machines. */
export function rounded(length: number): number {
  return Math.round(length * 2) / 2
}
