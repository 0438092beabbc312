import { useMemo } from 'preact/hooks'
import { calmed } from './calm.tsx'
import { SPEEDS, usePlayer } from './player.ts'
import { stepWords } from './step-words.ts'
import { MARKED_PARTS, TimeMarks } from './time-marks.tsx'
import { clockOf, exactClockOf, lengthOf, numberOf } from './times.ts'
import type { JSX } from 'preact'
import type { Story } from '../model/story.ts'
import type { ViewProps } from './props.ts'

export interface TimeBarProps extends ViewProps {
  /** Is it a recording, which has an end and no present? */
  readonly isFile: boolean
}

/** Below every view: the moment that is shown. All views follow it. */
export const TimeBar = calmed(function TimeBar({
  story,
  version,
  isFile
}: TimeBarProps): JSX.Element {
  const player = usePlayer(story)
  const { start, end, cursor, isLive } = story
  const marks = useMemo(() => story.marks(MARKED_PARTS), [version, story])
  const length = Math.max(1, Math.ceil(marks.to - marks.from))
  return (
    <section class={`time ${isLive ? 'is-live' : 'is-past'}`} aria-label="Time">
      <div class="time-buttons">
        <button
          type="button"
          aria-label="One decision back"
          title="One decision back (left arrow)"
          disabled={cursor <= start}
          onClick={() => story.goTo(cursor - 1)}
        >
          <Icon name="back" />
        </button>
        <MainButton story={story} isFile={isFile} player={player} />
        <button
          type="button"
          aria-label="One decision forth"
          title="One decision forth (right arrow)"
          disabled={cursor >= end}
          onClick={() => story.goTo(cursor + 1)}
        >
          <Icon name="forth" />
        </button>
        <select
          aria-label="Speed of playing"
          value={String(player.speed)}
          onChange={({ currentTarget }) => player.setSpeed(Number(currentTarget.value))}
        >
          {SPEEDS.map((speed) => (
            <option key={speed} value={String(speed)}>
              {speed} ×
            </option>
          ))}
        </select>
      </div>
      <div class="time-track">
        <TimeMarks marks={marks} />
        <input
          type="range"
          aria-label="Moment that is shown"
          aria-valuetext={momentWords(story)}
          min={0}
          max={length}
          step="any"
          value={isLive ? length : story.scene.now - marks.from}
          disabled={start === end}
          onInput={({ currentTarget }) => story.goToTime(marks.from + Number(currentTarget.value))}
          onKeyDown={(event) => onSliderKey(event, story)}
        />
      </div>
      <p class="time-now">
        <Moment story={story} isFile={isFile} />
      </p>
      <button
        type="button"
        class="time-live"
        disabled={isLive}
        title={isFile ? 'Go to the end of the recording (space)' : 'Back to the present (space)'}
        onClick={() => story.live()}
      >
        {isFile ? 'To the end' : isLive ? 'Live' : 'To the present'}
      </button>
    </section>
  )
}, 200)

/** A step of the slider is a decision, not a share of the time. */
function onSliderKey(event: KeyboardEvent, story: Story): void {
  const page = Math.max(10, Math.round((story.end - story.start) / 20))
  const by: Readonly<Record<string, number>> = {
    ArrowLeft: event.shiftKey ? -10 : -1,
    ArrowDown: -1,
    ArrowRight: event.shiftKey ? 10 : 1,
    ArrowUp: 1,
    PageDown: -page,
    PageUp: page
  }
  const steps = by[event.key]
  if (steps !== undefined) story.goTo(story.cursor + steps)
  else if (event.key === 'Home') story.goTo(story.start)
  else if (event.key === 'End') story.live()
  else return
  event.preventDefault()
}

interface MainButtonProps {
  readonly story: Story
  readonly isFile: boolean
  readonly player: ReturnType<typeof usePlayer>
}

/** Pause while it is live or plays; else play on from here. */
function MainButton({ story, isFile, player }: MainButtonProps): JSX.Element {
  if (story.isLive && !isFile) {
    return (
      <button
        type="button"
        class="main"
        aria-label="Pause"
        title="Pause (space)"
        onClick={() => story.pause()}
      >
        <Icon name="pause" />
      </button>
    )
  }
  if (player.isPlaying) {
    return (
      <button type="button" class="main" aria-label="Pause" title="Pause" onClick={player.stop}>
        <Icon name="pause" />
      </button>
    )
  }
  return (
    <button
      type="button"
      class="main"
      aria-label="Play from here"
      title="Play from here"
      onClick={player.play}
    >
      <Icon name="play" />
    </button>
  )
}

function Moment({
  story,
  isFile
}: {
  readonly story: Story
  readonly isFile: boolean
}): JSX.Element {
  const { scene, isLive, start, end, cursor, lastStep, dropped } = story
  if (start === end) return <span>Nothing has been decided yet</span>
  if (isLive && !isFile) {
    return (
      <>
        <strong>{clockOf(scene.now)}</strong>
        <span>
          {numberOf(end - start)} decisions
          {dropped > 0 ? ', older ones dropped' : ''}
        </span>
      </>
    )
  }
  return (
    <>
      <strong>{exactClockOf(scene.now)}</strong>
      <span class="time-ago">{agoWords(story)}</span>
      <span class="time-step">
        {numberOf(cursor - start)} of {numberOf(end - start)}
        <span class="time-what">
          , {lastStep === undefined ? 'before everything' : stepWords(lastStep)}
        </span>
      </span>
    </>
  )
}

/** How long before the end of the buffer. */
function agoWords(story: Story): string {
  const last = story.stepAt(story.end - 1)
  if (last === undefined || story.cursor >= story.end) return ''
  return `${lengthOf(last.at - story.scene.now)} before the end`
}

function momentWords(story: Story): string {
  const { isLive, scene, cursor, start, end } = story
  if (isLive) return `the present, ${clockOf(scene.now)}`
  return `${exactClockOf(scene.now)}, ${numberOf(cursor - start)} of ${numberOf(end - start)} decisions`
}

const ICONS = {
  back: 'M15 5L8 12l7 7',
  forth: 'M9 5l7 7-7 7',
  pause: 'M8 5v14M16 5v14',
  play: 'M7 4.5l12 7.5-12 7.5z'
} as const

function Icon({ name }: { readonly name: keyof typeof ICONS }): JSX.Element {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={ICONS[name]} />
    </svg>
  )
}
