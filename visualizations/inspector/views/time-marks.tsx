import { useMemo } from 'preact/hooks'
import type { JSX } from 'preact'
import type { Marks } from '../model/story.ts'

/** Parts of the time that are marked each for itself. */
export const MARKED_PARTS = 160
const HEIGHT = 20

/** Behind the slider: how much happened when (upwards), and when somebody said no (a mark below). */
export function TimeMarks({ marks }: { readonly marks: Marks }): JSX.Element {
  return useMemo(
    () => (
      <svg
        class="marks"
        viewBox={`0 0 ${MARKED_PARTS} ${HEIGHT + 4}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <path class="marks-steps" d={areaOf(marks.steps)} />
        <path class="marks-refusals" d={ticksOf(marks.refusals)} />
      </svg>
    ),
    [marks]
  )
}

/** A hundred times as much is twice as high as ten times as much. */
function areaOf(values: readonly number[]): string {
  const most = Math.log1p(Math.max(1, ...values))
  const top = values.map((value, at) => {
    const y = HEIGHT - (Math.log1p(value) / most) * HEIGHT
    return `L${at} ${y.toFixed(1)}H${at + 1}`
  })
  return `M0 ${HEIGHT}${top.join('')}V${HEIGHT}Z`
}

function ticksOf(values: readonly number[]): string {
  return values.flatMap((value, at) => (value === 0 ? [] : [`M${at} ${HEIGHT + 1.5}h1`])).join('')
}
