import type { Choice, Choose } from '../model/choice.ts'
import type { Explained } from '../model/explained.ts'
import type { Feed } from '../model/feed.ts'
import type { Story } from '../model/story.ts'

/** What every view is given. It is drawn anew, at most once a frame, when one of these has changed. */
export interface ViewProps {
  readonly story: Story
  /** The scene's version: the story stays the same object. */
  readonly version: number
  readonly choice: Choice
  readonly choose: Choose
}

/** The view of one peer is also given why the peer is where it is. */
export interface PeerViewProps extends ViewProps {
  readonly explained: Explained | undefined
}

/** What the frame around the views is given. */
export interface ShellProps extends ViewProps {
  readonly feed: Feed
  /** Opens a recording from disk; the stream is off as long as it is shown. */
  readonly openFile: (file: File) => void
  /** Stops reading the file; what was read stays. */
  readonly cancelFile: () => void
  /** Leaves the file and goes back to the nodes. */
  readonly leaveFile: () => void
  /** Tries again at once. */
  readonly retry: () => void
}
