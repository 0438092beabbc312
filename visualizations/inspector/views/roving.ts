/**
 * A list of buttons is one stop of the Tab key, and arrows lead from one to the next: nobody presses Tab two hundred
 * times. The first one that is drawn has `tabIndex` 0, the others -1; from then on who had the focus last has.
 */

const KEYS: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowDown: (at, last) => Math.min(last, at + 1),
  ArrowUp: (at) => Math.max(0, at - 1),
  Home: () => 0,
  End: (_at, last) => last
}

/** For what stands in a row. */
const ROW_KEYS: typeof KEYS = {
  ...KEYS,
  ArrowRight: (at, last) => Math.min(last, at + 1),
  ArrowLeft: (at) => Math.max(0, at - 1)
}

/** The `onKeyDown` of a list of buttons one below the other. */
export const onListKey = (event: KeyboardEvent): void => move(event, KEYS)

/** The `onKeyDown` of buttons in a row. */
export const onRowKey = (event: KeyboardEvent): void => move(event, ROW_KEYS)

/** The `tabIndex` of the n-th button of a list. */
export const tabIndexOf = (nth: number): number => (nth === 0 ? 0 : -1)

function move(event: KeyboardEvent, keys: typeof KEYS): void {
  const { currentTarget: list, target, key } = event
  const next = keys[key]
  if (!(list instanceof HTMLElement) || next === undefined) return
  const buttons = [...list.querySelectorAll<HTMLButtonElement>('button')]
  const at = buttons.findIndex((button) => button === target)
  if (at < 0) return
  event.preventDefault()
  const to = buttons[next(at, buttons.length - 1)]
  for (const button of buttons) button.tabIndex = button === to ? 0 : -1
  to?.focus()
}
