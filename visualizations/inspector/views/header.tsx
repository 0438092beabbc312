import { useMemo } from 'preact/hooks'
import { THEME_CHOICES } from '../model/choice.ts'
import { useTick } from './calm.tsx'
import { feedWords } from './feed-words.ts'
import { FileButton } from './file-button.tsx'
import { shortPeer } from './names.ts'
import { Mark } from './notice.tsx'
import { numberOf } from './times.ts'
import type { JSX, TargetedEvent } from 'preact'
import type { Choice, Choose, ThemeChoice, View } from '../model/choice.ts'
import type { Feed } from '../model/feed.ts'
import type { NodeNow } from '../model/scene.ts'
import type { ShellProps } from './props.ts'

const TABS: Readonly<Record<View, string>> = {
  map: 'Map',
  peers: 'Peers',
  peer: 'Peer',
  slots: 'Slots and queue'
}

/** Which node, which view, how the connection is, and the looks. */
export function Header({ story, choice, choose, feed, openFile }: ShellProps): JSX.Element {
  const { nodes } = story.scene
  const isPast = !story.isLive
  const names = nodes.map(({ name, isEnded }) => `${name}${isEnded ? ' (stopped)' : ''}`).join('\n')
  // a scene changes with every frame, and the header seldom
  return useMemo(
    () => (
      <header class="top">
        <h1 class="brand">
          <Brand />
          <span>Peer lifecycle</span>
        </h1>
        <NodeSwitch nodes={nodes} choice={choice} choose={choose} />
        <Tabs choice={choice} choose={choose} />
        <FeedState feed={feed} isPast={isPast} />
        <div class="tools">
          <FileButton openFile={openFile}>
            <OpenIcon />
            <span>Open a recording</span>
          </FileButton>
          <Theme choice={choice} choose={choose} />
        </div>
      </header>
    ),
    [names, choice, choose, feed, openFile, isPast]
  )
}

interface ChoiceProps {
  readonly choice: Choice
  readonly choose: Choose
}

function NodeSwitch({
  nodes,
  choice,
  choose
}: ChoiceProps & { readonly nodes: readonly NodeNow[] }): JSX.Element | null {
  const [only] = nodes
  if (only === undefined) return null
  if (nodes.length === 1) {
    return (
      <p class="node" title={only.peer}>
        <span class="muted">Node</span> {only.name}
      </p>
    )
  }
  const onChange = ({ currentTarget: { value } }: TargetedEvent<HTMLSelectElement>): void => {
    const isPeerThere = value === '' || choice.peer?.startsWith(`${value}/`) === true
    choose({
      node: value === '' ? undefined : Number(value),
      ...(!isPeerThere && { peer: undefined })
    })
  }
  return (
    <label class="node">
      <span class="muted">Node</span>
      <select value={choice.node === undefined ? '' : String(choice.node)} onChange={onChange}>
        <option value="">All {numberOf(nodes.length)} nodes</option>
        {nodes.map(({ index, name, isEnded }) => (
          <option key={index} value={String(index)}>
            {name}
            {isEnded ? ' (stopped)' : ''}
          </option>
        ))}
      </select>
    </label>
  )
}

function Tabs({ choice, choose }: ChoiceProps): JSX.Element {
  const { view, peer } = choice
  const tabs = (Object.keys(TABS) as View[]).filter((tab) => tab !== 'peer' || peer !== undefined)
  return (
    <nav class="tabs" aria-label="Views">
      <ul>
        {tabs.map((tab) => (
          <li key={tab}>
            <button
              type="button"
              aria-current={tab === view ? 'page' : undefined}
              onClick={() => choose({ view: tab })}
            >
              {TABS[tab]}
              {tab === 'peer' && (
                <code>{shortPeer(peer?.split('/').slice(1).join('/') ?? '')}</code>
              )}
            </button>
          </li>
        ))}
      </ul>
    </nav>
  )
}

interface FeedStateProps {
  readonly feed: Feed
  /** Is another moment shown than the present? */
  readonly isPast: boolean
}

function FeedState({ feed, isPast }: FeedStateProps): JSX.Element {
  useTick(feed.state === 'lost' || feed.state === 'full', 1_000)
  const words = feedWords(feed, Date.now())
  const isPaused = isPast && feed.state === 'live'
  const short = isPaused ? 'Paused' : words.short
  const mood = isPaused ? 'waiting' : words.mood
  // what is read aloud must not count the seconds
  const said = short.replace(/, next attempt.*/, '')
  return (
    <p class={`feed ${mood}`}>
      <Mark mood={mood} />
      <span aria-hidden="true">{short}</span>
      <span class="unseen" role="status" aria-live="polite">
        {said}
      </span>
    </p>
  )
}

const THEMES: Readonly<Record<ThemeChoice, string>> = {
  system: 'As the system',
  dark: 'Dark',
  light: 'Light'
}

function Theme({ choice, choose }: ChoiceProps): JSX.Element {
  return (
    <label class="theme">
      <span class="unseen">Theme</span>
      <select
        value={choice.theme}
        onChange={({ currentTarget: { value } }) => {
          const theme = THEME_CHOICES.find((each) => each === value)
          if (theme !== undefined) choose({ theme })
        }}
      >
        {THEME_CHOICES.map((theme) => (
          <option key={theme} value={theme}>
            {THEMES[theme]}
          </option>
        ))}
      </select>
    </label>
  )
}

function OpenIcon(): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M3 19V5h6l2 3h9v3M3 19l3-8h16l-3 8z" />
    </svg>
  )
}

/** A peer on its way to a slot. */
function Brand(): JSX.Element {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path class="brand-way" d="M3 12h8" />
      <path class="brand-slot" d="M16 5.5L22.5 12 16 18.5 9.5 12z" />
    </svg>
  )
}
