/** Where the story comes from, and how that goes. */
export type Feed =
  /** The page was opened without a token: open the URL that the node printed. */
  | { readonly state: 'no-token' }
  | { readonly state: 'connecting' }
  /** All goes well; `problem` is what the server could not read or show, in its words. */
  | { readonly state: 'live'; readonly problem?: string | undefined }
  /** The page was too slow for all; `omitted` decisions of a node were left out. It goes on by itself. */
  | { readonly state: 'behind'; readonly omitted: number }
  /** The server is there, and the node that it looks at is away. It goes on by itself. */
  | { readonly state: 'away'; readonly problem: string }
  /** The server is away. The next attempt is `retryAt`, by `Date.now()`. */
  | { readonly state: 'lost'; readonly retryAt: number; readonly problem: string }
  /** The token is not, or no longer, valid: take the new URL that the node printed. No attempt follows. */
  | { readonly state: 'refused' }
  /** As many look already as may. The next attempt is `retryAt`. */
  | { readonly state: 'full'; readonly retryAt: number }
  /** All nodes have stopped. */
  | { readonly state: 'ended' }
  | FileFeed

/** A recording from disk. */
export interface FileFeed {
  readonly state: 'file'
  readonly name: string
  /** Share of the file that is read and replayed: 0 to 1. */
  readonly progress: number
  readonly isReading: boolean
  /** Steps that were read. */
  readonly steps: number
  /** What its replay came to; absent as long as it goes on. */
  readonly verdict?: Verdict | undefined
  /** Why no more of it was read, with the line; absent if it was read to its end. */
  readonly problem?: string | undefined
  /** Does the last line break off? */
  readonly isTorn: boolean
  /** Is it what the command was given to show? Then there are no nodes to go back to. */
  readonly isServed?: boolean | undefined
}

export interface Verdict {
  readonly isSame: boolean
  /** Such as `4,211 decisions replay to the same states`. */
  readonly text: string
  /** The line, counted from 1, that differs. */
  readonly line?: number
}
