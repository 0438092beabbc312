import { useMemo } from 'preact/hooks'
import { eventWords } from '../../words.ts'
import { meaningOf, openerWords, pathWords, sideWords } from './names.ts'
import { StateChip } from './peer-columns.tsx'
import { onListKey, tabIndexOf } from './roving.ts'
import { countOf, exactClockOf, lengthOf } from './times.ts'
import type { JSX } from 'preact'
import type { Step } from '../model/scene.ts'
import type { Story } from '../model/story.ts'

/** Rows that are drawn: of a peer that was busier, the latest. */
const ROWS = 200

export interface PeerTimelineProps {
  readonly story: Story
  readonly name: string
  readonly steps: readonly Step[]
}

/** Every decision about the peer, the newest on top: when, what happened, what it led to, why, how long that lasted. */
export function PeerTimeline({ story, name, steps }: PeerTimelineProps): JSX.Element {
  const rows = useMemo(() => withLengths(steps).slice(-ROWS).toReversed(), [steps, steps.length])
  const { now } = story.scene
  return (
    <section class="timeline" aria-label="Timeline">
      <h3>
        Timeline{' '}
        <span class="muted">
          {countOf(steps.length, 'step')}
          {steps.length > ROWS ? `, the last ${ROWS} of them` : ''}, the newest first
        </span>
      </h3>
      {rows.length === 0 ? (
        <p class="muted">Nothing was decided about it before this moment.</p>
      ) : (
        <ol key={name} onKeyDown={onListKey}>
          {rows.map(({ step, length }, nth) => (
            <Row
              key={step.index}
              tabIndex={tabIndexOf(nth)}
              step={step}
              story={story}
              length={length ?? now - step.at}
              isLast={length === undefined}
            />
          ))}
        </ol>
      )}
    </section>
  )
}

interface Lasting {
  readonly step: Step
  /** How long what it led to lasted; undefined if it lasts still. */
  readonly length: number | undefined
}

/** A state lasts until the next step that leads to another one. */
function withLengths(steps: readonly Step[]): Lasting[] {
  let next: number | undefined
  const rows: Lasting[] = []
  for (const step of steps.toReversed()) {
    rows.push({ step, length: next === undefined ? undefined : next - step.at })
    if (isChange(step)) next = step.at
  }
  return rows.toReversed()
}

const isChange = ({ kind, from, to }: Step): boolean =>
  kind === 'forgotten' || kind === 'beginning' || (kind === 'move' && from !== to)

interface RowProps {
  readonly step: Step
  readonly story: Story
  readonly length: number
  readonly isLast: boolean
  readonly tabIndex: number
}

function Row({ step, story, length, isLast, tabIndex }: RowProps): JSX.Element {
  const { at, to, kind, reason, by, detail, omitted } = step
  const meaning = reason === undefined ? undefined : meaningOf(reason)
  const isShown = story.lastStep === step && !story.isLive
  return (
    <li class={`of-${topOf(to ?? kind)} kind-${kind}${isChange(step) ? ' is-change' : ''}`}>
      <button
        type="button"
        class="time-of"
        tabIndex={tabIndex}
        aria-current={isShown ? 'step' : undefined}
        title="Go to this moment"
        onClick={() => story.goToStep(step)}
      >
        {exactClockOf(at)}
      </button>
      <div class="what">
        <p>
          <What step={step} />
        </p>
        {reason !== undefined && (
          <p class="why">
            <strong>{reason}</strong>
            {meaning === undefined ? '' : `: ${meaning}`}
            {by === undefined ? '' : `, said by ${sideWords(by)}`}
            {detail === undefined || detail === '' ? '' : ` (${detail})`}
          </p>
        )}
        {omitted !== undefined && (
          <p class="muted">{countOf(omitted, 'refusal')} before it left out</p>
        )}
      </div>
      <span class="lasted">
        {isChange(step) &&
          kind !== 'forgotten' &&
          (isLast ? `${lengthOf(length)} so far` : lengthOf(length))}
      </span>
    </li>
  )
}

const topOf = (path: string): string => path.split('.')[0] ?? path

function What({ step }: { readonly step: Step }): JSX.Element {
  const { kind, event = '', from, to, what, opener, door, direction } = step
  if (kind === 'beginning') return <>Here the recording begins</>
  if (kind === 'forgotten') return <>no longer tracked</>
  if (kind === 'connection') {
    return (
      <>
        {opener === undefined ? '' : `${openerWords(opener, false)} `}connection {what}
      </>
    )
  }
  if (kind === 'refusal') {
    return (
      <>
        refused at the {door}
        {direction === undefined ? '' : `, ${direction}`}
      </>
    )
  }
  if (from === to || to === undefined) return <>{eventWords(event)}</>
  return (
    <>
      <StateChip path={to} /> {eventWords(event)}{' '}
      <span class="muted">from {pathWords(from ?? '')}</span>
    </>
  )
}
