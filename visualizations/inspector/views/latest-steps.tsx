import { useMemo, useState } from 'preact/hooks'
import { useCalm } from './calm.tsx'
import { PeerName } from './peer-name.tsx'
import { onListKey } from './roving.ts'
import { whatWords } from './step-words.ts'
import { clockOf } from './times.ts'
import type { JSX } from 'preact'
import type { Step } from '../model/scene.ts'
import type { ViewProps } from './props.ts'

const ROWS = 40

/** What happened last, the newest first. It stands still while somebody points at it. */
export function LatestSteps({ story, version, choice, choose }: ViewProps): JSX.Element {
  const [isHeld, setHeld] = useState(false)
  const calm = useCalm(version, story.isLive ? 400 : 0)
  const [held, setHeldAt] = useState(calm)
  const shown = isHeld && story.isLive ? held : calm
  const steps = useMemo(() => {
    const { node } = choice
    const nodes = node === undefined ? 1 : Math.max(1, story.scene.nodes.length)
    // what a connection changed is told by the move that it led to
    return story
      .recentSteps(3 * ROWS * nodes)
      .filter((step) => (node ?? step.node) === step.node && step.kind !== 'connection')
      .slice(0, ROWS)
  }, [shown, choice.node, story])
  const first = steps.find(({ key }) => key !== undefined)
  const hold = (): void => {
    setHeldAt(calm)
    setHeld(true)
  }
  return (
    <section
      class="side latest"
      aria-label="What happened last"
      onPointerEnter={hold}
      onPointerLeave={() => setHeld(false)}
    >
      <h2>
        What happened last <span class="muted">{isHeld && story.isLive ? 'held' : ''}</span>
      </h2>
      <p class="muted hint">Choose a state to list its peers.</p>
      <ol onKeyDown={onListKey}>
        {steps.map((step) => (
          <Row key={step.index} step={step} choose={choose} tabIndex={step === first ? 0 : -1} />
        ))}
      </ol>
    </section>
  )
}

interface RowProps {
  readonly step: Step
  readonly choose: ViewProps['choose']
  readonly tabIndex: number
}

function Row({ step, choose, tabIndex }: RowProps): JSX.Element {
  const { at, peer, key, to, reason, kind } = step
  const state = kind === 'move' ? (to?.split('.')[0] ?? '') : kind
  const body = (
    <>
      <time>{clockOf(at)}</time>
      {peer !== undefined && <PeerName peer={peer} />}
      <span class="what">
        {whatWords(step)}
        {reason !== undefined && <em>: {reason}</em>}
      </span>
    </>
  )
  return (
    <li class={`of-${state}`}>
      {key === undefined ? (
        <div class="step-row">{body}</div>
      ) : (
        <button
          type="button"
          class="step-row"
          tabIndex={tabIndex}
          onClick={() => choose({ view: 'peer', peer: key })}
        >
          {body}
        </button>
      )}
    </li>
  )
}
