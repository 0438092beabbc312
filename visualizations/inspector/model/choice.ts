/** The views of the page. */
export const VIEWS = ['map', 'peers', 'peer', 'slots'] as const

export type View = (typeof VIEWS)[number]

export const THEME_CHOICES = ['system', 'dark', 'light'] as const

export type ThemeChoice = (typeof THEME_CHOICES)[number]

/** What the reader has chosen to see: it is in the page's address, so that a reload shows the same. */
export interface Choice {
  readonly view: View
  readonly theme: ThemeChoice
  /** One node by its index; absent for all of them. */
  readonly node?: number
  /** A peer by its key. */
  readonly peer?: string
  /** A state by its path, or the first word of it. */
  readonly state?: string
  readonly reason?: string
  readonly direction?: string
  readonly source?: string
  readonly text?: string
  /** The column by which the table is sorted, with `-` before it for the other way round. */
  readonly sort?: string
}

/** Changes a part of the choice; undefined takes one back. */
export type Choose = (change: {
  readonly [Name in keyof Choice]?: Choice[Name] | undefined
}) => void
