import { useEffect, useRef } from 'preact/hooks'
import { LiveChart } from './live-chart.ts'
import type { JSX } from 'preact'
import type { Story } from '../model/story.ts'
import type { ViewProps } from './props.ts'

/** Milliseconds of the story that are the last moment, and how often the lines are looked at anew. */
const MOMENT = 1_500
const REST = 80

/** The chart itself, with what goes on in it. */
export function ChartView({ story, choice, choose }: ViewProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<LiveChart | undefined>(undefined)
  const latest = useRef({ choice, choose })
  latest.current = { choice, choose }

  useEffect(() => {
    const template = document.querySelector<HTMLTemplateElement>('template#chart')
    if (template === null) return
    const made = new LiveChart(template, (path) => {
      const { choice: was, choose: change } = latest.current
      change({ state: was.state === path ? undefined : path })
    })
    place.current?.replaceChildren(made.element)
    chart.current = made
    return follow(made, story, () => latest.current.choice.node)
  }, [story])

  useEffect(() => chart.current?.choose(choice.state), [choice.state])
  return <div ref={place} class="chart-place" />
}

/** Live, all is shown a few times a second: more often nobody reads it, and every time is drawn anew. */
function follow(chart: LiveChart, story: Story, node: () => number | undefined): () => void {
  let frame = 0
  let version = -1
  let lookedAt = 0
  let cursor = story.cursor
  let shown: number | undefined
  const draw = (now: number): void => {
    const { scene, isLive } = story
    const chosen = node()
    const isChanged = scene.version !== version || chosen !== shown
    if ((isChanged || isLive) && (now - lookedAt >= REST || !isLive)) {
      lookedAt = now
      const counts = chosen === undefined ? scene.counts : scene.nodes[chosen]?.counts
      chart.showCounts(counts ?? new Map())
      chart.showFlows(
        story.edgesSince(scene.now - MOMENT, chosen),
        isLive || story.cursor > cursor,
        now
      )
      const step = isLive ? undefined : story.lastStep
      chart.showStep(step?.edge, story.cursor > cursor)
      cursor = story.cursor
      version = scene.version
      shown = chosen
    }
    frame = requestAnimationFrame(draw)
  }
  frame = requestAnimationFrame(draw)
  return () => cancelAnimationFrame(frame)
}
