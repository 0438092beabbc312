import { eventWords } from '../../words.ts'
import { pathWords, shortPeer } from './names.ts'
import type { Step } from '../model/scene.ts'

/** A step in one line: `…aB3dE6gH: dial failed, to discovered: cooling down (dial-failed)`. */
export function stepWords(step: Step): string {
  const { peer, reason } = step
  const who = peer === undefined ? '' : `${shortPeer(peer)}: `
  return `${who}${whatWords(step)}${reason === undefined ? '' : ` (${reason})`}`
}

/** What happened, without whom it happened to. */
export function whatWords(step: Step): string {
  const { kind, event, from, to, what, opener, door } = step
  switch (kind) {
    case 'beginning':
      return 'here the recording begins'
    case 'connection':
      return `${opener ?? ''} connection ${what ?? ''}`
    case 'refusal':
      return `refused at the ${door ?? ''}`
    case 'mode':
      return `${eventWords(event ?? '')}: the scheduler is ${to ?? ''}`
    case 'forgotten':
      return 'no longer tracked'
    case 'move':
      return from === to || to === undefined
        ? eventWords(event ?? '')
        : `${eventWords(event ?? '')}, to ${pathWords(to)}`
  }
}
