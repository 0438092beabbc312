import { useEffect, useRef } from 'preact/hooks'
import { Header } from './header.tsx'
import { FeedBanner, FeedNotice, isBare } from './feed-notice.tsx'
import { onKey } from './keys.ts'
import { TimeBar } from './time-bar.tsx'
import type { ComponentChildren, JSX } from 'preact'
import type { ShellProps } from './props.ts'

/** The frame around the views: header with tabs, what is the matter with the feed, the view, the time bar. */
export function Shell(props: ShellProps & { children: ComponentChildren }): JSX.Element {
  const { story, version, choice, choose, feed, children } = props
  const main = useRef<HTMLElement>(null)
  const latest = useRef(props)
  latest.current = props

  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKey(event, latest.current)
    document.addEventListener('keydown', listener)
    return () => document.removeEventListener('keydown', listener)
  }, [])

  const isEmpty = isBare(story, feed)
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the view
      </button>
      <Header {...props} />
      {!isEmpty && <FeedBanner {...props} />}
      <main ref={main} tabIndex={-1} class={`view-${choice.view}`}>
        {isEmpty ? <FeedNotice {...props} /> : children}
      </main>
      {!isEmpty && (
        <TimeBar
          story={story}
          version={version}
          choice={choice}
          choose={choose}
          isFile={feed.state === 'file'}
        />
      )}
    </>
  )
}
