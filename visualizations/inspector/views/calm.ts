import { useEffect, useRef, useState } from 'preact/hooks'

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
    if (Object.is(value, shown) || timer.current !== undefined) return
    const wait = Math.max(0, changedAt.current + milliseconds - performance.now())
    timer.current = setTimeout(() => {
      timer.current = undefined
      changedAt.current = performance.now()
      setShown(latest.current)
    }, wait)
  })
  useEffect(() => () => clearTimeout(timer.current), [])
  return shown
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
