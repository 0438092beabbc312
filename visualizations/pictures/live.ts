import { lineOf } from './text.ts'
import type { Box, Drawing } from './drawing.ts'

/**
 * The same picture for a page that shows it live: small enough to be seen whole on a screen. A box has the name of its
 * state and, below, room for the number of peers in it; what a state means is told beside the picture, so there is
 * nothing below it.
 */
export function liveOf(drawing: Drawing): Drawing {
  return { ...drawing, boxes: drawing.boxes.map(withRoomForCount), notes: [] }
}

/** Room for six digits as large as a title. */
const ROOM = lineOf(' '.repeat(13), 'title')

function withRoomForCount(box: Box): Box {
  const [name] = box.lines
  if (box.kind !== 'state' || name === undefined) return box
  return { ...box, lines: [name, ROOM] }
}
