import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { Story } from '../model/story.ts'

/** How many seconds of the story pass in one of the reader's. */
export const SPEEDS: readonly number[] = [0.1, 1, 4, 16, 64]

/** Plays the story on from the cursor, by its own times, until its end or until somebody moves the cursor. */
export interface Player {
  readonly isPlaying: boolean
  readonly speed: number
  readonly setSpeed: (speed: number) => void
  readonly play: () => void
  readonly stop: () => void
}

export function usePlayer(story: Story): Player {
  const [speed, setSpeed] = useState(1)
  const [isPlaying, setPlaying] = useState(false)
  const pace = useRef(speed)
  pace.current = speed

  useEffect(() => {
    if (!isPlaying) return
    let frame = 0
    let before = performance.now()
    let at = story.scene.now
    let expected = story.cursor
    const advance = (now: number): void => {
      at += (now - before) * pace.current
      before = now
      // somebody else has moved the cursor
      if (story.isLive || story.cursor !== expected || story.cursor >= story.end) {
        setPlaying(false)
        return
      }
      const next = story.stepAt(story.cursor)
      if (next !== undefined && next.at <= at) story.goToTime(at)
      expected = story.cursor
      frame = requestAnimationFrame(advance)
    }
    frame = requestAnimationFrame(advance)
    return () => cancelAnimationFrame(frame)
  }, [isPlaying, story])

  const play = useCallback(() => {
    // from the end there is nowhere to go: begin anew
    if (story.cursor >= story.end) story.goTo(story.start)
    setPlaying(true)
  }, [story])
  const stop = useCallback(() => setPlaying(false), [])
  return { isPlaying, speed, setSpeed, play, stop }
}
