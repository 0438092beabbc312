import { printable } from '../../../src/printable.ts'
import { useState } from 'preact/hooks'
import { StateChip } from './peer-columns.tsx'
import type { JSX } from 'preact'
import type { PeerNow, Step } from '../model/scene.ts'
import type { PeerViewProps } from './props.ts'

export interface PeerPartProps extends PeerViewProps {
  /** Its key. */
  readonly name: string
  /** Undefined if it is not tracked at the moment that is shown. */
  readonly peer: PeerNow | undefined
  /** Its steps before that moment, the oldest first. */
  readonly steps: readonly Step[]
}

/** Whose view it is, and the ways to its other moments. */
export function PeerHead({ story, name, peer, steps, explained }: PeerPartProps): JSX.Element {
  const [index = ''] = name.split('/')
  const id = name.slice(index.length + 1)
  const node = story.scene.nodes[Number(index)]
  const previous = story.previousOf(name)
  const next = story.nextOf(name)
  const told = explained?.key === name ? explained.explanation : undefined
  return (
    <header class="peer-head">
      <h2>
        {peer !== undefined && <StateChip path={peer.path} />}
        <code>{printable(id)}</code>
      </h2>
      <p class="muted">{node === undefined ? '' : `as seen by ${node.name}`}</p>
      <div class="buttons">
        <button
          type="button"
          disabled={previous === undefined}
          onClick={() => previous !== undefined && story.goToStep(previous)}
        >
          Previous decision
        </button>
        <button
          type="button"
          disabled={next === undefined}
          onClick={() => next !== undefined && story.goToStep(next)}
        >
          Next decision
        </button>
        <CopyButton text={() => id}>Copy id</CopyButton>
        <CopyButton text={() => jsonOf({ ...(peer ?? { peer: id }), explanation: told, steps })}>
          Copy as JSON
        </CopyButton>
      </div>
    </header>
  )
}

/** JSON has no word for what never ends. */
function jsonOf(value: unknown): string {
  return JSON.stringify(value, (_name, each: unknown) => (each === Infinity ? 'Infinity' : each), 2)
}

interface CopyButtonProps {
  readonly text: () => string
  readonly children: string
}

/** Says whether it worked: a browser may refuse it. */
function CopyButton({ text, children }: CopyButtonProps): JSX.Element {
  const [said, setSaid] = useState('')
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text())
      setSaid('Copied')
    } catch {
      setSaid('The browser refused to copy')
    }
    setTimeout(() => setSaid(''), 2_000)
  }
  return (
    <button type="button" onClick={() => void copy()}>
      <span aria-live="polite">{said === '' ? children : said}</span>
    </button>
  )
}
