import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { JSX } from 'preact'
import type { ViewProps } from './props.ts'

/**
 * A value that follows another one, but changes no more than once in so many milliseconds: a reader cannot follow
 * more, and sorting ten thousand rows is not free. The last value always comes.
 */
export function useCalm<T>(value: T, milliseconds: number): T {
  const [shown, setShown] = useState(value)
  const changedAt = useRef(0)
  const latest = useRef(value)
  latest.current = value
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => {
    if (milliseconds === 0 || Object.is(value, shown) || timer.current !== undefined) return
    const wait = Math.max(0, changedAt.current + milliseconds - performance.now())
    timer.current = setTimeout(() => {
      timer.current = undefined
      changedAt.current = performance.now()
      setShown(latest.current)
    }, wait)
  })
  useEffect(() => () => clearTimeout(timer.current), [])
  return milliseconds === 0 ? value : shown
}

/**
 * A view that is drawn anew no more than once in so many milliseconds while it is live: a story moves with every
 * frame, and nobody reads that fast. What the reader does shows at once.
 */
export function calmed<Props extends ViewProps>(
  View: (props: Props) => JSX.Element | null,
  milliseconds: number
): (props: Props) => JSX.Element | null {
  return function Calmed(props) {
    const shown = useCalm(props.version, props.story.isLive ? milliseconds : 0)
    const kept = useRef(props)
    if (!isSame(kept.current, props)) kept.current = props
    const { current } = kept
    return useMemo(
      () => <View {...current} version={shown} />,
      [shown, current, props.story.isLive]
    )
  }
}

function isSame(before: object, after: object): boolean {
  const was = new Map(Object.entries(before))
  return Object.entries(after).every(
    ([name, value]) => name === 'version' || Object.is(was.get(name), value)
  )
}

/** Draws again every so many milliseconds while something is shown that time alone changes, such as a countdown. */
export function useTick(isOn: boolean, milliseconds: number): void {
  const [, setTick] = useState(0)
  useEffect(() => {
    if (!isOn) return
    const timer = setInterval(() => setTick((tick) => tick + 1), milliseconds)
    return () => clearInterval(timer)
  }, [isOn, milliseconds])
}

/** Does the reader ask for less motion? */
export function isMotionReduced(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches
}
