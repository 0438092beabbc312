import { onListKey, tabIndexOf } from './roving.ts'
import { countOf, numberOf } from './times.ts'
import type { JSX } from 'preact'
import type { Choose } from '../model/choice.ts'
import type { SlotTable } from './slot-table.ts'

/** Slots and queues of several nodes, one below the other. */
export function NodeStrip({
  tables,
  choose
}: {
  readonly tables: readonly SlotTable[]
  readonly choose: Choose
}): JSX.Element {
  return (
    <section class="node-strip" aria-label="Slots of all nodes">
      <h2>
        {countOf(tables.length, 'node')}{' '}
        <span class="muted">choose one to see its slots and queue</span>
      </h2>
      <ul onKeyDown={onListKey}>
        {tables.map((table, nth) => (
          <Row key={table.node.index} table={table} choose={choose} tabIndex={tabIndexOf(nth)} />
        ))}
      </ul>
    </section>
  )
}

/** Boxes in a row. */
const SHOWN = 50

interface RowProps {
  readonly table: SlotTable
  readonly choose: Choose
  readonly tabIndex: number
}

function Row({ table, choose, tabIndex }: RowProps): JSX.Element {
  const { node, held, maxPeers, queued } = table
  const waiting = queued.reduce((sum, [, count]) => sum + count, 0)
  const { isEnded } = node
  const free = Math.max(0, (maxPeers ?? 0) - held.length)
  return (
    <li>
      <button type="button" tabIndex={tabIndex} onClick={() => choose({ node: node.index })}>
        <strong>{node.name}</strong>
        <span class={`of-${node.mode ?? 'stopped'}`}>
          <span class="chip">{isEnded ? 'stopped' : (node.mode ?? 'not told')}</span>
        </span>
        <span class="boxes" aria-hidden="true">
          {held.slice(0, SHOWN).map(({ key, state }) => (
            <span key={key} class={`slot-box is-${state} of-${state}`} />
          ))}
          {Array.from({ length: Math.min(free, SHOWN - Math.min(SHOWN, held.length)) }, (_, at) => (
            <span key={at} class="slot-box is-free" />
          ))}
        </span>
        <span class="number">
          {numberOf(held.length)}
          {maxPeers === undefined ? '' : ` of ${numberOf(maxPeers)}`}
          <span class="muted"> slots</span>
        </span>
        <span class="number">
          {numberOf(waiting)} <span class="muted">waiting</span>
        </span>
      </button>
    </li>
  )
}
