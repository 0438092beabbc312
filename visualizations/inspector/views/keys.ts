import { VIEWS } from '../model/choice.ts'
import type { ShellProps } from './props.ts'

/** What the keys do wherever the focus is, unless it is where they mean something else. */
export const KEYS: readonly (readonly [keys: string, meaning: string])[] = [
  ['Space', 'pause, or back to the present'],
  ['← →', 'one decision back or forth; ten with Shift'],
  ['1 2 3 4', 'map, peers, peer, slots and queue'],
  ['/', 'search for a peer']
]

export function onKey(event: KeyboardEvent, { story, choice, choose }: ShellProps): void {
  const { key, target, shiftKey } = event
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
  if (!(target instanceof Element) || isTaken(target, key)) return
  if (key === ' ') {
    if (story.isLive) story.pause()
    else story.live()
  } else if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const by = (shiftKey ? 10 : 1) * (key === 'ArrowLeft' ? -1 : 1)
    story.goTo(story.cursor + by)
  } else if (key === '/') {
    choose({ view: 'peers' })
    requestAnimationFrame(() => document.querySelector<HTMLElement>('#search')?.focus())
  } else {
    const view = VIEWS[Number(key) - 1]
    if (view === undefined || (view === 'peer' && choice.peer === undefined)) return
    choose({ view })
  }
  event.preventDefault()
}

/** Does the key mean something else to what has the focus? */
function isTaken(target: Element, key: string): boolean {
  if (target.closest('input, select, textarea') !== null) return true
  if (key === ' ') return target.closest('button, a, summary, [role="button"]') !== null
  return key.startsWith('Arrow') && target.closest('[role="grid"], .chart') !== null
}
