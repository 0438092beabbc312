import { useTick } from './calm.tsx'
import { feedWords } from './feed-words.ts'
import { FileButton } from './file-button.tsx'
import { Mark, Notice } from './notice.tsx'
import type { JSX } from 'preact'
import type { Feed } from '../model/feed.ts'
import type { Story } from '../model/story.ts'
import type { ShellProps } from './props.ts'

/** Is there nothing yet that a view could show? */
export function isBare(story: Story, feed: Feed): boolean {
  const knowsNothing = story.end === 0 && story.scene.peers.size === 0
  return knowsNothing && (feed.state !== 'live' || story.scene.nodes.length === 0)
}

/** In the place of the view, while there is nothing to show. */
export function FeedNotice(props: ShellProps): JSX.Element {
  const { feed, openFile } = props
  useTick(feed.state === 'lost' || feed.state === 'full', 1_000)
  const { title, whatToDo, mood } = feedWords(feed, Date.now())
  return (
    <Notice title={title} mood={mood}>
      <p>{whatToDo}</p>
      {feed.state === 'file' && <Progress feed={feed} />}
      <div class="buttons">
        <Ways {...props} />
        {feed.state !== 'connecting' && feed.state !== 'file' && (
          <FileButton openFile={openFile}>Open a recording</FileButton>
        )}
      </div>
    </Notice>
  )
}

/** Above the view, while it shows something that is not simply live. */
export function FeedBanner(props: ShellProps): JSX.Element | null {
  const { feed } = props
  useTick(feed.state === 'lost' || feed.state === 'full', 1_000)
  if (feed.state === 'live' && feed.problem === undefined) return null
  const { title, whatToDo, mood } = feedWords(feed, Date.now())
  return (
    <div class={`banner ${mood}`}>
      <Mark mood={mood} />
      <p>
        <strong>{title}</strong> <span>{whatToDo}</span>
      </p>
      {feed.state === 'file' && <Progress feed={feed} />}
      <Ways {...props} />
    </div>
  )
}

function Progress({
  feed
}: {
  readonly feed: Extract<Feed, { state: 'file' }>
}): JSX.Element | null {
  if (!feed.isReading) return null
  return <progress max={1} value={feed.progress} aria-label={`Reading ${feed.name}`} />
}

/** What the reader can do about it. */
function Ways({ feed, retry, cancelFile, leaveFile }: ShellProps): JSX.Element | null {
  if (feed.state === 'file') {
    return (
      <>
        {feed.isReading && feed.isServed !== true && (
          <button type="button" onClick={cancelFile}>
            Stop reading
          </button>
        )}
        {feed.isServed !== true && (
          <button type="button" aria-label="Close the recording" onClick={leaveFile}>
            Close
          </button>
        )}
      </>
    )
  }
  if (!feedWords(feed, 0).canRetry) return null
  return (
    <button type="button" onClick={retry}>
      Try now
    </button>
  )
}
