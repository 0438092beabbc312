import { useMemo } from 'preact/hooks'
import { calmed, useTick } from './calm.tsx'
import { Notice } from './notice.tsx'
import { PeerAnswer } from './peer-answer.tsx'
import { PeerConnections } from './peer-connections.tsx'
import { PeerFacts } from './peer-facts.tsx'
import { PeerHead } from './peer-head.tsx'
import { PeerTimeline } from './peer-timeline.tsx'
import { PeerWay } from './peer-way.tsx'
import type { JSX } from 'preact'
import type { PeerViewProps } from './props.ts'

/** One peer: why it is where it is, on top; the way it went; what it has; and every decision about it, with its cause. */
export const PeerView = calmed(function PeerView(props: PeerViewProps): JSX.Element {
  const { story, version, choice, choose } = props
  const { peer: key } = choice
  const { scene } = story
  useTick(story.isLive, 1_000)
  const steps = useMemo(
    () => (key === undefined ? [] : story.stepsOf(key)),
    [version, key, story, story.cursor]
  )
  if (key === undefined) {
    return (
      <Notice title="No peer is chosen">
        <p>Choose one on the map or in the table.</p>
        <div class="buttons">
          <button type="button" onClick={() => choose({ view: 'peers' })}>
            To the table
          </button>
        </div>
      </Notice>
    )
  }
  const peer = scene.peers.get(key)
  return (
    <article class="peer">
      <PeerHead {...props} name={key} peer={peer} steps={steps} />
      <PeerAnswer {...props} name={key} peer={peer} steps={steps} />
      <div class="peer-parts">
        <PeerWay steps={steps} path={peer?.path} />
        <div class="peer-column">
          {peer !== undefined && <PeerFacts peer={peer} story={story} />}
          {peer !== undefined && <PeerConnections peer={peer} now={scene.now} />}
        </div>
        <PeerTimeline story={story} name={key} steps={steps} />
      </div>
    </article>
  )
}, 100)
