import type { EdgeKind } from '../palette.ts'
import type { Line } from './text.ts'

/** What is on a picture, before anything has a place. */
export interface Drawing {
  /** The name of its files. */
  readonly name: string
  /** What it shows, in words: for who cannot see it. */
  readonly title: string
  /** In the order in which they stand: from the top down, and from left to right. */
  readonly boxes: readonly Box[]
  readonly edges: readonly Edge[]
  /** What is told below the picture, in columns. */
  readonly notes: readonly (readonly Line[])[]
  /** Which way most lines go: down unless it says otherwise. */
  readonly direction?: 'RIGHT'
}

/**
 * A state; or a ghost, which stands for a state that is elsewhere; or an arrival, which stands for all the states
 * that an edge comes from; or the mark of a beginning or an end.
 */
export interface Box {
  /** The state's path; for anything else, a name that no state has. */
  readonly id: string
  readonly kind: 'state' | 'ghost' | 'arrival' | 'start' | 'end'
  /** The path of the state whose colours it has. */
  readonly state: string
  /** The box around it. */
  readonly parent?: string | undefined
  /** The text in it; of a box with others inside, the text beside them; of a mark, below it. */
  readonly lines: readonly Line[]
  /** What a reader is told who points at it. */
  readonly description: string
}

/** One or several transitions between the same two boxes, drawn as one line. */
export interface Edge {
  readonly from: string
  readonly to: string
  readonly kind: EdgeKind
  readonly lines: readonly Line[]
  /** The transitions it stands for: `<from> <event> <to>`. */
  readonly keys: readonly string[]
  /** The box inside `from` below which the line leaves it; beside all of them if undefined. */
  readonly leaves?: string | undefined
  /** Drawn from side to side, between two boxes that both stand below this one. */
  readonly levelBelow?: string | undefined
}

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Rectangle extends Point, Size {}

export interface PlacedBox extends Box, Rectangle {
  /** Has it others inside? */
  readonly isAround: boolean
}

export interface PlacedEdge extends Edge {
  readonly points: readonly Point[]
  readonly label: Rectangle | undefined
}

/** A drawing in which everything has its place, in pixels from the upper left corner. */
export interface Placed extends Size {
  readonly drawing: Drawing
  readonly boxes: readonly PlacedBox[]
  readonly edges: readonly PlacedEdge[]
}
