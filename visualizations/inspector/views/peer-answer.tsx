import { STATES } from './states.ts'
import { meaningOf, pathWords, sideWords } from './names.ts'
import { countOf, lengthOf, momentOf } from './times.ts'
import type { JSX } from 'preact'
import type { PeerNow, Step } from '../model/scene.ts'
import type { PeerPartProps } from './peer-head.tsx'

/** The two lines that answer why, and what the node itself says. */
export function PeerAnswer({ name, peer, steps, story, explained }: PeerPartProps): JSX.Element {
  const { now } = story.scene
  const told = explained?.key === name ? explained : undefined
  return (
    <section class={`answer of-${peer?.state ?? 'forgotten'}`} aria-label="Why it is where it is">
      <p class="answer-why">{peer === undefined ? goneWords(steps.at(-1)) : whyWords(peer)}</p>
      {peer !== undefined && <p class="answer-next">{whatNext(peer, now)}</p>}
      {told !== undefined && (
        <p class="answer-told">
          <span class="muted">{told.isFromNode ? 'The node says' : 'In short'}</span> {told.text}
        </p>
      )}
    </section>
  )
}

function goneWords(last: Step | undefined): string {
  if (last?.kind !== 'forgotten')
    return 'It is not known at this moment. Go forth in time, or back to the present.'
  const { reason = 'forgotten' } = last
  return `No longer tracked: ${reason}, that is: ${meaningOf(reason) ?? 'a word of a later version'}.`
}

/** `Rejected by this node: incompatible, that is: another chain, fork or network.` */
function whyWords(peer: PeerNow): string {
  const { path, state, reason, by, detail } = peer
  const meaning = STATES.find((each) => each.path === path)?.description ?? ''
  if (reason === undefined) return `${capital(pathWords(path))}: ${small(meaning)}.`
  const word = state === 'rejected' ? 'Rejected' : `Not authorized, ${pathWords(path)}. Refused`
  const what = meaningOf(reason)
  const exactly = detail === undefined || detail === '' ? '' : ` (${detail})`
  return `${word} by ${sideWords(by)}: ${reason}${what === undefined ? '' : `, that is: ${what}`}${exactly}.`
}

/** What happens next, and when. */
function whatNext(peer: PeerNow, now: number): string {
  const { since, until, failures, path, heldSince } = peer
  const parts = [`In this state for ${lengthOf(now - since)}`]
  if (heldSince !== undefined) parts.push(`with a slot for ${lengthOf(now - heldSince)}`)
  if (until === Infinity) parts.push('never considered again by itself')
  else if (until !== undefined && until > now) {
    parts.push(`considered again in ${lengthOf(until - now)}, at ${momentOf(until, now)}`)
  } else if (path.endsWith('.queued')) parts.push('waits for a slot')
  if (failures > 0) parts.push(`${countOf(failures, 'failure')} in a row`)
  return `${parts.join('; ')}.`
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const small = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
