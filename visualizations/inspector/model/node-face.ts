import { momentOf } from './peer-now.ts'
import type { NodeNow, Status } from './scene.ts'
import type { StatusLine } from './told.ts'

/** How many of the things that a node told of its slots and limits are kept: four minutes of them. */
const KEPT_STATUSES = 240

/** What is shown of a node. */
export class NodeFace implements NodeNow {
  readonly index: number
  name: string
  peer: string
  mode: string | undefined = undefined
  isEnded = false
  readonly counts = new Map<string, number>()
  /** What it told of its slots and limits, the oldest first. */
  #statuses: Status[] = []
  readonly #moment: () => number

  /** @param moment - The time that is shown; `Infinity` for the present */
  constructor(index: number, name: string, peer: string, moment: () => number) {
    this.index = index
    this.name = name
    this.peer = peer
    this.#moment = moment
  }

  get status(): Status | undefined {
    const moment = this.#moment()
    return this.#statuses.findLast(({ at }) => at <= moment)
  }

  /** The node told of its slots and limits. */
  note(line: StatusLine): void {
    const { type: _, epoch, ...status } = line
    this.#statuses.push({ ...status, at: momentOf(epoch) })
    if (this.#statuses.length > KEPT_STATUSES * 2)
      this.#statuses = this.#statuses.slice(-KEPT_STATUSES)
  }
}

/** One more, or one less, at a path. A path without any is left out. */
export function count(counts: Map<string, number>, path: string, by: 1 | -1): void {
  const number = (counts.get(path) ?? 0) + by
  if (number === 0) counts.delete(path)
  else counts.set(path, number)
}
