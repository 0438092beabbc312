import type { ElkPort } from 'elkjs/lib/elk.bundled.js'
import type { Drawing, Edge } from './drawing.ts'
import type { Inside } from './inside.ts'

/** Where lines meet the line around a state: above or below the state inside that they are about. */

/** Between two lines at the same box. */
const GAP = 26

interface End {
  readonly id: string
  /** The box that the line is above or below. */
  readonly at: string
  readonly side: 'NORTH' | 'SOUTH'
  /** How many boxes lie between both ends: who comes from afar keeps to the left. */
  readonly distance: number
}

export function portsOf(
  drawing: Drawing,
  edges: readonly Edge[],
  top: string,
  insides: ReadonlyMap<string, Inside>
): ElkPort[] {
  const ends = endsAt(drawing, edges, top)
  const { width = 0, height = 0, left = 0, boxes = [] } = insides.get(top) ?? {}
  return [...Map.groupBy(ends, ({ at, side }) => `${at} ${side}`).values()].flatMap((together) => {
    const box = boxes.find(({ id }) => id === together[0]?.at)
    const room = box ?? { x: 0, width: boxes.length === 0 ? width : left }
    const gap = Math.min(GAP, room.width / (together.length + 1))
    const middle = room.x + room.width / 2
    return together
      .toSorted((a, b) => b.distance - a.distance)
      .map(({ id, side }, nth) => ({
        id,
        x: Math.round(middle + (nth - (together.length - 1) / 2) * gap),
        y: side === 'SOUTH' ? height : 0,
        width: 0,
        height: 0,
        layoutOptions: { 'elk.port.side': side }
      }))
  })
}

function endsAt({ boxes }: Drawing, edges: readonly Edge[], top: string): End[] {
  const tops = boxes.filter(({ parent }) => parent === undefined).map(({ id }) => id)
  const topOf = (id: string): string => boxes.find((box) => box.id === id)?.parent ?? id
  const rank = (id: string): number => tops.indexOf(topOf(id))
  return edges.flatMap(({ from, to, leaves }, at) => {
    const steps = rank(to) - rank(from)
    const [out, into] = steps > 0 ? (['SOUTH', 'NORTH'] as const) : (['NORTH', 'SOUTH'] as const)
    const distance = Math.abs(steps)
    const ends = [
      { id: `from ${at}`, at: leaves ?? from, side: out, distance, box: from },
      { id: `to ${at}`, at: to, side: into, distance, box: to }
    ]
    return ends.filter(({ box }) => topOf(box) === top)
  })
}
