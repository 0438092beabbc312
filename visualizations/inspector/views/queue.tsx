import { meaningOf } from './names.ts'
import { PeerName } from './peer-name.tsx'
import { onListKey, tabIndexOf } from './roving.ts'
import { countOf, numberOf } from './times.ts'
import type { JSX } from 'preact'
import type { SlotGridProps } from './slot-grid.tsx'

/** Who is next, and why not now. */
export function Queue({ table, choose }: Omit<SlotGridProps, 'now'>): JSX.Element {
  const { queued, next, isTold } = table
  const all = queued.reduce((sum, [, count]) => sum + count, 0)
  return (
    <section class="queue" aria-label="Queue">
      <h3>
        Queue <span class="muted">{countOf(all, 'peer waits', 'peers wait')} for a slot</span>
      </h3>
      <ul class="classes">
        {queued.map(([name, count]) => (
          <li key={name}>
            <strong>{numberOf(count)}</strong> {name}
          </li>
        ))}
      </ul>
      {next.length === 0 ? (
        <p class="muted">Nobody waits at this moment.</p>
      ) : (
        <ol onKeyDown={onListKey}>
          {next.map(({ key, peer, class: name, why }, nth) => (
            <li key={key}>
              <button
                type="button"
                tabIndex={tabIndexOf(nth)}
                onClick={() => choose({ view: 'peer', peer: key })}
              >
                <PeerName peer={peer} />
                <span>{name}</span>
                <span class="why">
                  {why === undefined ? isTold ? 'dialed next' : '' : <Why reason={why} />}
                </span>
              </button>
            </li>
          ))}
        </ol>
      )}
      <p class="muted hint">
        Within a class the next one is drawn by lot.
        {isTold ? '' : ' A recording does not tell why one is not dialed now.'}
      </p>
    </section>
  )
}

function Why({ reason }: { readonly reason: string }): JSX.Element {
  const meaning = meaningOf(reason)
  return (
    <>
      <strong>{reason}</strong>
      {meaning === undefined ? '' : `: ${meaning.replace(/^not dialed: /, '')}`}
    </>
  )
}
