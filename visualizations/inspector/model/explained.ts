/** Why a peer is where it is, in words. */
export interface Explained {
  /** The key of the peer. */
  readonly key: string
  /** One sentence, as `explain()` says it. */
  readonly text: string
  /** Did the node say it? Else it was made from what is shown: of a recording, or of the past. */
  readonly isFromNode: boolean
  /** What the node said, as JSON; absent if it did not. */
  readonly explanation?: Readonly<Record<string, unknown>>
}
