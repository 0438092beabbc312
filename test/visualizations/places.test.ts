/** Everything on a picture has a place of its own. */
import { describe, expect, test } from 'vitest'
import { peerMachine, schedulerMachine } from '../../machines/index.ts'
import { drawingsOf } from '../../visualizations/pictures/all.ts'
import { layOut } from '../../visualizations/pictures/layout.ts'
import { STYLES } from '../../visualizations/pictures/text.ts'
import type { PlacedEdge, Point, Rectangle } from '../../visualizations/pictures/drawing.ts'

/** The width of a README on GitHub, in pixels. */
const README = 900

const placed = await Promise.all(drawingsOf(peerMachine, schedulerMachine).map(layOut))

describe.each(placed.map((one) => [one.drawing.name, one] as const))('%s', (_name, picture) => {
  const { boxes, edges } = picture
  const inner = boxes.filter(({ isAround }) => !isAround)
  const labels = edges.flatMap(({ label }) => (label === undefined ? [] : [label]))

  test('no box is on another one', () => {
    expect(overlaps(inner)).toEqual([])
    expect(overlaps(boxes.filter(({ parent }) => parent === undefined))).toEqual([])
  })

  test('no label is on another one, or on a box', () => {
    expect(overlaps(labels)).toEqual([])
    expect(labels.flatMap((label) => inner.filter((box) => touches(label, box)))).toEqual([])
  })

  test('no line goes through a box or a label that is not its own', () => {
    for (const edge of edges) {
      const ends = [edge.from, edge.to]
      const others = [
        ...inner.filter(({ id }) => !ends.includes(id)),
        ...edges.flatMap(({ label }) =>
          label === undefined || label === edge.label ? [] : [label]
        )
      ]
      const met = others.filter((other) => piecesOf(edge).some((piece) => touches(piece, other)))
      expect(met, `${edge.from} to ${edge.to}`).toEqual([])
    }
  })

  test('a line is level or upright all the way', () => {
    for (const { points } of edges) {
      const slanted = points.filter(({ x, y }, at) => {
        const next = points[at + 1]
        return next !== undefined && next.x !== x && next.y !== y
      })
      expect(slanted).toEqual([])
    }
  })
})

test('the life of a peer can be read at the width of a README', () => {
  const [life] = placed
  const used = life!.drawing.boxes
    .flatMap(({ lines }) => lines)
    .concat(life!.drawing.edges.flatMap(({ lines }) => lines))
  const sizes = used.flatMap(({ runs }) => runs.map(({ style }) => STYLES[style].size))
  const scale = Math.min(1, README / life!.width)
  expect(Math.min(...sizes) * scale).toBeGreaterThanOrEqual(11)
})

function overlaps(all: readonly Rectangle[]): Rectangle[] {
  return all.filter((one, at) => all.slice(at + 1).some((other) => touches(one, other)))
}

function touches(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

/** The straight pieces of a line, as thin rectangles. */
function piecesOf({ points }: PlacedEdge): Rectangle[] {
  return points.slice(1).map((point, at) => between(points[at] ?? point, point))
}

function between(a: Point, b: Point): Rectangle {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)]
  return { x: x + 0.01, y: y + 0.01, width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) }
}
