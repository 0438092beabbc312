import { StateChip } from './peer-columns.tsx'
import { PeerName } from './peer-name.tsx'
import { lengthOf } from './times.ts'
import { Windowed } from './windowed.tsx'
import type { JSX } from 'preact'
import type { SlotGridProps } from './slot-grid.tsx'

/** Who holds a slot, of which kind, since when. */
export function SlotHolders({ table, now, choose }: SlotGridProps): JSX.Element {
  const slots = new Map(table.held.map((slot) => [slot.key, slot]))
  return (
    <section class="holders" aria-label="Who holds a slot">
      <h3>Who holds a slot</h3>
      {slots.size === 0 ? (
        <p class="muted">Nobody at this moment.</p>
      ) : (
        <Windowed
          id="holders"
          label="Peers with a slot"
          columns={4}
          rows={[...slots.keys()]}
          height={2.25}
          onOpen={(key) => choose({ view: 'peer', peer: key })}
          cells={(key) => {
            const slot = slots.get(key)
            return slot === undefined ? null : (
              <>
                <span role="gridcell">
                  <PeerName peer={slot.peer} />
                </span>
                <span role="gridcell" class={`of-${slot.state}`}>
                  <StateChip path={slot.path} />
                </span>
                <span role="gridcell">{slot.kind}</span>
                <span role="gridcell" class="number">
                  {lengthOf(now - slot.since)}
                </span>
              </>
            )
          }}
        />
      )}
    </section>
  )
}
