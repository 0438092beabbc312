import type { PlacedEdge, Point, Rectangle } from './drawing.ts'

/** The way of an edge: straight pieces with round corners, broken where its label is, and a head at its end. */

const RADIUS = 8

export function wayOf({ points, label }: PlacedEdge): string {
  const way = shortened(points, 7)
  const pieces = label === undefined ? [way] : aside(way, label)
  return pieces.map(rounded).join('')
}

/** A head at the end, `size` pixels long. */
export function arrowHead(points: readonly Point[], size: number): string {
  const [end, before] = [points.at(-1), points.at(-2)]
  if (end === undefined || before === undefined) return ''
  const { x, y } = direction(before, end)
  const base = { x: end.x - x * size, y: end.y - y * size }
  const half = size * 0.5
  return `M${end.x} ${end.y}L${base.x - y * half} ${base.y + x * half}L${base.x + y * half} ${base.y - x * half}Z`
}

/** The way without its last pixels, so that a thick line does not look out below the head. */
function shortened(points: readonly Point[], by: number): Point[] {
  const [end, before] = [points.at(-1), points.at(-2)]
  if (end === undefined || before === undefined) return [...points]
  const { x, y } = direction(before, end)
  return [...points.slice(0, -1), { x: end.x - x * by, y: end.y - y * by }]
}

/** The pieces of a way outside of a rectangle. */
function aside(points: readonly Point[], label: Rectangle): Point[][] {
  const pieces: Point[][] = [[]]
  for (const [at, point] of points.entries()) {
    const next = points[at + 1]
    pieces.at(-1)?.push(point)
    if (next === undefined) continue
    const crossing = crossingOf(point, next, label)
    if (crossing === undefined) continue
    pieces.at(-1)?.push(crossing[0])
    pieces.push([crossing[1]])
  }
  return pieces.filter((piece) => piece.length > 1)
}

/** Where a straight piece goes into a rectangle and comes out of it. */
function crossingOf(a: Point, b: Point, box: Rectangle): [Point, Point] | undefined {
  const { x, y } = direction(a, b)
  if (x === 0 && isWithin(a.x, box.x, box.width)) {
    const [first, second] = y > 0 ? [box.y, box.y + box.height] : [box.y + box.height, box.y]
    const isBetween = (value: number): boolean => (value - a.y) * y > 0 && (b.y - value) * y > 0
    if (isBetween(first) || isBetween(second))
      return [
        { x: a.x, y: first },
        { x: a.x, y: second }
      ]
  }
  if (y === 0 && isWithin(a.y, box.y, box.height)) {
    const [first, second] = x > 0 ? [box.x, box.x + box.width] : [box.x + box.width, box.x]
    const isBetween = (value: number): boolean => (value - a.x) * x > 0 && (b.x - value) * x > 0
    if (isBetween(first) || isBetween(second))
      return [
        { x: first, y: a.y },
        { x: second, y: a.y }
      ]
  }
  return undefined
}

function isWithin(value: number, from: number, size: number): boolean {
  return value > from && value < from + size
}

function rounded(points: readonly Point[]): string {
  return points
    .map((point, at) => {
      const [before, after] = [points[at - 1], points[at + 1]]
      if (before === undefined) return `M${point.x} ${point.y}`
      if (after === undefined) return `L${point.x} ${point.y}`
      const radius = Math.min(RADIUS, distance(before, point) / 2, distance(point, after) / 2)
      const [into, out] = [direction(point, before), direction(point, after)]
      return `L${point.x + into.x * radius} ${point.y + into.y * radius}Q${point.x} ${point.y} ${point.x + out.x * radius} ${point.y + out.y * radius}`
    })
    .join('')
}

/** The direction of a straight piece, which is level or upright. */
function direction(a: Point, b: Point): Point {
  return { x: Math.sign(b.x - a.x), y: Math.sign(b.y - a.y) }
}

function distance(a: Point, b: Point): number {
  return Math.abs(a.x - b.x) + Math.abs(a.y - b.y)
}
