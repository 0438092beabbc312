import { nextWords } from './peer-columns.tsx'
import { SOURCE_MEANINGS, SOURCE_WORDS } from './names.ts'
import { lengthOf, momentOf } from './times.ts'
import type { JSX } from 'preact'
import type { PeerNow } from '../model/scene.ts'
import type { Story } from '../model/story.ts'

/** What is known of the peer at this moment, word by word. */
export function PeerFacts({
  peer,
  story
}: {
  readonly peer: PeerNow
  readonly story: Story
}): JSX.Element {
  const { now } = story.scene
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Slot', slotWords(peer, story)],
    ['Direction', peer.direction],
    ['Source', `${SOURCE_WORDS[peer.source]}: ${SOURCE_MEANINGS[peer.source]}`],
    ['Wanted', peer.priority ?? 'by nobody'],
    ['Next attempt', nextAttempt(peer, now)],
    ['Failures in a row', String(peer.failures)],
    [
      'Authorized last',
      peer.authorizedAt === undefined ? 'never' : momentOf(peer.authorizedAt, now)
    ]
  ]
  return (
    <section class="facts" aria-label="Facts">
      <h3>At this moment</h3>
      <dl>
        {facts.map(([name, value]) =>
          value === undefined ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          )
        )}
      </dl>
    </section>
  )
}

function slotWords(peer: PeerNow, { scene }: Story): string {
  if (peer.heldSince === undefined) return 'none'
  const slot = scene.nodes[peer.node]?.status?.slots.find(({ session }) => session === peer.session)
  const kind = slot?.peer === peer.peer ? `${slot.kind}, ` : ''
  return `${kind}session ${peer.session}, for ${lengthOf(scene.now - peer.heldSince)}`
}

function nextAttempt({ until }: PeerNow, now: number): string {
  if (until === undefined) return 'not waited for'
  if (until === Infinity) return 'never, by itself'
  return `${nextWords(until, now)} (${momentOf(until, now)})`
}
