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
  const most = Math.max(
    1,
    ...tables.map(({ maxPeers, held }) => Math.max(maxPeers ?? 0, held.length))
  )
  return (
    <section class="node-strip" aria-label="Slots of all nodes">
      <h2>
        {countOf(tables.length, 'node')}{' '}
        <span class="muted">choose one to see its slots and queue</span>
      </h2>
      <ul>
        {tables.map((table) => (
          <Row key={table.node.index} table={table} most={most} choose={choose} />
        ))}
      </ul>
    </section>
  )
}

const HOLDING = ['authorized', 'handshaking', 'connected', 'dialing']

function Row({
  table,
  most,
  choose
}: {
  readonly table: SlotTable
  readonly most: number
  readonly choose: Choose
}): JSX.Element {
  const { node, held, maxPeers, queued } = table
  const waiting = queued.reduce((sum, [, count]) => sum + count, 0)
  const isEnded = node.isEnded
  return (
    <li>
      <button type="button" onClick={() => choose({ node: node.index })}>
        <strong>{node.name}</strong>
        <span class={`of-${node.mode ?? 'stopped'}`}>
          <span class="chip">{isEnded ? 'stopped' : (node.mode ?? 'not told')}</span>
        </span>
        <span class="node-bar" aria-hidden="true">
          {maxPeers !== undefined && (
            <span class="node-room" style={{ width: `${(maxPeers / most) * 100}%` }} />
          )}
          <span class="node-held">
            {HOLDING.map((state) => (
              <span
                key={state}
                class={`of-${state} is-${state}`}
                style={{
                  width: `${(held.filter((slot) => slot.state === state).length / most) * 100}%`
                }}
              />
            ))}
          </span>
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
