import { useEffect, useMemo, useRef } from 'preact/hooks'
import { STATES } from './states.ts'
import { DEADLINE_WORDS } from './deadline-words.ts'
import { useCalm } from './calm.tsx'
import { leafWords, pathWords } from './names.ts'
import { PeerName } from './peer-name.tsx'
import { countOf, lengthOf } from './times.ts'
import { Windowed } from './windowed.tsx'
import type { JSX } from 'preact'
import type { PeerNow } from '../model/scene.ts'
import type { ViewProps } from './props.ts'

/** Beside the chart: what a state means, and its peers, who has been there longest first. */
export function StatePanel({
  story,
  version,
  choice,
  choose,
  state
}: ViewProps & { readonly state: string }): JSX.Element {
  const { scene } = story
  const shown = useCalm(version, story.isLive ? 400 : 0)
  const about = STATES.find(({ path }) => path === state)
  const peers = useMemo(
    () =>
      [...scene.peers.values()]
        .filter((peer) => isIn(peer, state) && (choice.node ?? peer.node) === peer.node)
        .toSorted((a, b) => a.since - b.since)
        .map(({ key }) => key),
    [shown, state, choice.node, scene]
  )
  const section = useRef<HTMLElement>(null)
  // on a narrow page it is below the list of states, and would not be seen
  useEffect(() => section.current?.scrollIntoView({ block: 'nearest' }), [state])
  const deadline = about?.deadline === undefined ? undefined : DEADLINE_WORDS[about.deadline]
  return (
    <section
      ref={section}
      class={`side state-panel of-${state.split('.')[0] ?? ''}`}
      aria-label={`Peers that are ${pathWords(state)}`}
    >
      <header>
        <h2>
          <span class="state-mark" aria-hidden="true" />
          {pathWords(state)} <span class="muted">{countOf(peers.length, 'peer')}</span>
        </h2>
        <button
          type="button"
          class="close"
          aria-label="Close the list"
          onClick={() => choose({ state: undefined })}
        >
          ×
        </button>
      </header>
      <p class="about">
        {about?.description}.{deadline === undefined ? '' : ` How long: ${deadline}.`}
      </p>
      {peers.length === 0 ? (
        <p class="muted hint">No peer is here at this moment.</p>
      ) : (
        <>
          <Windowed
            id="in-state"
            label={`Peers that are ${pathWords(state)}`}
            columns={3}
            rows={peers}
            height={2.25}
            cells={(key) => <Cells peer={scene.peers.get(key)} state={state} now={scene.now} />}
            onOpen={(key) => choose({ view: 'peer', peer: key })}
          />
          <button type="button" onClick={() => choose({ view: 'peers' })}>
            Show in the table
          </button>
        </>
      )}
    </section>
  )
}

function Cells({
  peer,
  state,
  now
}: {
  readonly peer: PeerNow | undefined
  readonly state: string
  readonly now: number
}): JSX.Element | null {
  if (peer === undefined) return null
  return (
    <>
      <span role="gridcell">
        <PeerName peer={peer.peer} />
      </span>
      <span role="gridcell" class="what">
        {peer.reason ?? (peer.path === state ? '' : leafWords(peer.path))}
      </span>
      <span role="gridcell" class="number">
        {lengthOf(now - peer.since)}
      </span>
    </>
  )
}

/** Is the peer in the state, or in one inside it? */
function isIn({ path }: PeerNow, state: string): boolean {
  return path === state || path.startsWith(`${state}.`)
}
