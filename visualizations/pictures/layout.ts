import { elkEdge, elkLayout, labelSize, moved, placedBox, placedEdge, rounded } from './elk.ts'
import { insideOf, isWithin } from './inside.ts'
import { portsOf } from './ports.ts'
import type { ElkPort } from 'elkjs/lib/elk.bundled.js'
import type { Box, Drawing, Edge, Placed, PlacedBox, PlacedEdge, Point, Size } from './drawing.ts'
import type { Inside } from './inside.ts'

/**
 * Gives everything in a drawing its place, with the layered algorithm of ELK, twice: first what is inside a state,
 * from left to right, then the states themselves, from the top down. A line to a state inside goes straight
 * through the line around it. The same drawing always gets the same places.
 */

const OPTIONS = {
  'elk.direction': 'DOWN',
  'elk.layered.spacing.nodeNodeBetweenLayers': '18',
  'elk.layered.spacing.edgeNodeBetweenLayers': '12',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '10',
  'elk.spacing.nodeNode': '18',
  'elk.spacing.edgeNode': '12',
  'elk.spacing.edgeEdge': '14',
  'elk.padding': '[top=18,left=18,bottom=18,right=18]'
}

/** The length of a level line on both sides of its label. */
const LEVEL_LINE = 34

const CORNER: Point = { x: 0, y: 0 }

export async function layOut(drawing: Drawing): Promise<Placed> {
  const tops = drawing.boxes.filter(({ parent }) => parent === undefined)
  const insides = new Map<string, Inside>()
  for (const box of tops) insides.set(box.id, await insideOf(drawing, box))

  const outer = drawing.edges.filter((edge) => !tops.some(({ id }) => isInside(drawing, edge, id)))
  const levels = outer.filter(({ levelBelow }) => levelBelow !== undefined)
  const edges = outer.filter(({ levelBelow }) => levelBelow === undefined)
  const topOf = (id: string): string => drawing.boxes.find((box) => box.id === id)?.parent ?? id

  const isAround = (id: string): boolean => drawing.boxes.some(({ parent }) => parent === id)

  const graph = await elkLayout({
    id: drawing.name,
    layoutOptions: { ...OPTIONS, 'elk.direction': drawing.direction ?? 'DOWN' },
    children: tops.flatMap(({ id }) => {
      const { width = 0, height = 0, boxes = [] } = insides.get(id) ?? {}
      const isFree = drawing.direction === 'RIGHT'
      const constraints = isFree ? 'FREE' : boxes.length > 0 ? 'FIXED_POS' : 'FIXED_SIDE'
      const ports = [
        ...portsOf(drawing, edges, id, insides),
        ...levels
          .filter(({ levelBelow }) => levelBelow === id && isAround(id))
          .map((edge) => holderPort(edge, { width, height }))
      ]
      const layoutOptions = { 'elk.portConstraints': constraints }
      const gaps = levels.filter(
        ({ from, to }) => id === [from, to].map(topOf).toSorted(inOrder(tops))[0]
      )
      return [{ id, width, height, ports, layoutOptions }, ...gaps.map(gapOf)]
    }),
    edges: [
      ...levels.flatMap((edge) => holdersOf(edge, tops, isAround)),
      ...edges.map((edge, at) => elkEdge(edge, `edge ${at}`, `from ${at}`, `to ${at}`))
    ]
  })
  const boxes = tops.flatMap((box) =>
    placedWithin(placedBox(box, graph, CORNER), insides.get(box.id))
  )
  return {
    drawing,
    width: Math.ceil(graph.width ?? 0),
    height: Math.ceil(graph.height ?? 0),
    boxes,
    edges: [
      ...tops.flatMap((box) => edgesWithin(boxes, insides.get(box.id), box.id)),
      ...levels.map((edge) => levelEdge(edge, boxes)),
      ...edges.map((edge, at) => reaching(placedEdge(edge, `edge ${at}`, graph, CORNER), boxes))
    ]
  }
}

function isInside({ boxes }: Drawing, edge: Edge, top: string): boolean {
  return isWithin(
    edge,
    boxes.filter(({ parent }) => parent === top)
  )
}

function inOrder(tops: readonly Box[]): (a: string, b: string) => number {
  const ids = tops.map(({ id }) => id)
  return (a, b) => ids.indexOf(a) - ids.indexOf(b)
}

/** Keeps the room between two boxes at the same height. */
function gapOf(edge: Edge): { id: string; width: number; height: number } {
  return { id: gapId(edge), width: labelSize(edge).width + 2 * LEVEL_LINE - 52, height: 10 }
}

function gapId({ from, to }: Edge): string {
  return `between ${from} and ${to}`
}

/** Edges that nobody sees, which hold what is at the same height below the same box. */
function holdersOf(
  edge: Edge,
  tops: readonly Box[],
  isAround: (id: string) => boolean
): { id: string; sources: string[]; targets: string[] }[] {
  const below = edge.levelBelow ?? ''
  const ends = [edge.to, gapId(edge), edge.from].filter(
    (end) => end === gapId(edge) || tops.some(({ id }) => id === end)
  )
  return ends.map((end) => ({
    id: `${below} above ${end}`,
    sources: [isAround(below) ? holderId(edge) : below],
    targets: [end]
  }))
}

function holderPort(edge: Edge, { width, height }: Size): ElkPort {
  const layoutOptions = { 'elk.port.side': 'SOUTH' }
  return { id: holderId(edge), x: width / 2, y: height, width: 0, height: 0, layoutOptions }
}

function holderId(edge: Edge): string {
  return `holds ${gapId(edge)}`
}

function placedWithin(around: PlacedBox, inside: Inside | undefined): PlacedBox[] {
  const boxes = inside?.boxes ?? []
  return [{ ...around, isAround: boxes.length > 0 }, ...boxes.map((box) => moved(box, around))]
}

function edgesWithin(
  boxes: readonly PlacedBox[],
  inside: Inside | undefined,
  top: string
): PlacedEdge[] {
  const around = boxes.find(({ id }) => id === top)
  if (around === undefined) return []
  return (inside?.edges ?? []).map((edge) => ({
    ...edge,
    points: edge.points.map((point) => moved(point, around)),
    label: edge.label && moved(edge.label, around)
  }))
}

/** A line from side to side, with its label in the middle between the outer boxes. */
function levelEdge(edge: Edge, boxes: readonly PlacedBox[]): PlacedEdge {
  const box = (id: string | undefined): PlacedBox | undefined => boxes.find((one) => one.id === id)
  const [from, to] = [box(edge.from), box(edge.to)]
  if (from === undefined || to === undefined) throw new Error(`Expected boxes for ${gapId(edge)}`)
  const [fromOuter, toOuter] = [box(from.parent) ?? from, box(to.parent) ?? to]
  const top = Math.max(from.y, to.y)
  const y = rounded((top + Math.min(middleHeight(from), middleHeight(to))) / 2)
  const [start, end] = facing(from, to)
  const [left, right] = facing(fromOuter, toOuter)
  const size = labelSize(edge)
  return {
    ...edge,
    points: [
      { x: start, y },
      { x: end, y }
    ],
    label: { ...size, x: rounded((left + right - size.width) / 2), y: rounded(y - size.height / 2) }
  }
}

/** The sides of two boxes that face each other. */
function facing(a: PlacedBox, b: PlacedBox): [number, number] {
  return a.x < b.x ? [a.x + a.width, b.x] : [a.x, b.x + b.width]
}

/** The lower end of the part of a box that a level line may meet: of a mark, the mark itself. */
function middleHeight({ kind, y, height }: PlacedBox): number {
  return kind === 'end' ? y + 20 : y + height
}

/** A way that ends at the line around a state goes on to the state inside that it is about. */
function reaching(edge: PlacedEdge, boxes: readonly PlacedBox[]): PlacedEdge {
  const onward = (point: Point | undefined, id: string): Point[] => {
    const box = boxes.find((one) => one.id === id)
    if (point === undefined || box?.parent === undefined) return []
    return [{ x: point.x, y: point.y < box.y ? box.y : box.y + box.height }]
  }
  const { points, from, to } = edge
  const all = [...onward(points[0], from), ...points, ...onward(points.at(-1), to)]
  return { ...edge, points: withoutMiddles(all) }
}

/** Without the points in the middle of a straight piece. */
function withoutMiddles(points: readonly Point[]): Point[] {
  return points.filter(({ x, y }, at) => {
    const [before, after] = [points[at - 1], points[at + 1]]
    if (before === undefined || after === undefined) return true
    return !(before.x === x && x === after.x) && !(before.y === y && y === after.y)
  })
}
