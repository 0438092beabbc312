import { useMemo } from 'preact/hooks'
import { meaningOf } from './names.ts'
import { clockOf, countOf, lengthOf, numberOf } from './times.ts'
import type { JSX } from 'preact'
import type { Story } from '../model/story.ts'

const PARTS = 60
const HEIGHT = 24

/**
 * Every word that was said, with a small chart of when. One chart below the other, all to the same scale: a reader
 * compares them without a legend, and without telling colours apart.
 */
export function RefusalsOverTime({
  story,
  version,
  node
}: {
  readonly story: Story
  readonly version: number
  /** That of one node, or of all. */
  readonly node: number | undefined
}): JSX.Element {
  const { from, to, width, reasons } = useMemo(
    () => story.refusalsOverTime(PARTS, node),
    [version, story, node]
  )
  const rows = [...reasons].map(([reason, parts]) => ({
    reason,
    parts,
    sum: parts.reduce((sum, part) => sum + part, 0)
  }))
  const most = Math.max(1, ...rows.flatMap(({ parts }) => parts))
  const all = rows.reduce((total, { sum }) => total + sum, 0)
  return (
    <section class="refusals" aria-label="Refusals by reason over time">
      <h2>
        {countOf(all, 'refusal')}{' '}
        <span class="muted">
          {all === 0 ? '' : `in ${lengthOf(to - from)}, by reason; a bar is ${lengthOf(width)}`}
        </span>
      </h2>
      {rows.length === 0 ? (
        <p class="muted">Nobody was refused, as far as this goes back.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Reason</th>
              <th scope="col">
                <span class="unseen">When, from </span>
                <span class="span-of-time">
                  <span>{clockOf(from)}</span>
                  <span class="unseen"> to </span>
                  <span>{clockOf(to)}</span>
                </span>
              </th>
              <th scope="col" class="number">
                Times
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ reason, parts, sum }) => (
              <tr key={reason}>
                <th scope="row">
                  {reason}
                  <small>{meaningOf(reason)}</small>
                </th>
                <td>
                  <svg
                    viewBox={`0 0 ${PARTS} ${HEIGHT}`}
                    preserveAspectRatio="none"
                    role="img"
                    aria-label={peakWords(parts, from, width)}
                  >
                    <path d={barsOf(parts, most)} />
                  </svg>
                </td>
                <td class="number">{numberOf(sum)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

/** A bar that is there is seen, however low. */
function barsOf(parts: readonly number[], most: number): string {
  return parts
    .flatMap((part, at) => {
      if (part === 0) return []
      const height = Math.max(2, (part / most) * HEIGHT)
      return [`M${at + 0.08} ${HEIGHT}v${(-height).toFixed(1)}h.84V${HEIGHT}z`]
    })
    .join('')
}

function peakWords(parts: readonly number[], from: number, width: number): string {
  const most = Math.max(...parts)
  return `most at ${clockOf(from + parts.indexOf(most) * width)}: ${countOf(most, 'time')} in ${lengthOf(width)}`
}
