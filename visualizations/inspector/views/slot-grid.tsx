import { SLOT_KINDS } from '../../../machines/index.ts'
import { pathWords, shortPeer } from './names.ts'
import { onRowKey, tabIndexOf } from './roving.ts'
import { countOf, lengthOf, numberOf } from './times.ts'
import type { JSX } from 'preact'
import type { Choose } from '../model/choice.ts'
import type { HeldSlot, SlotTable } from './slot-table.ts'

/** Slots of a kind that are drawn one by one; more are told as a number. */
const SHOWN = 200

export interface SlotGridProps {
  readonly table: SlotTable
  readonly now: number
  readonly choose: Choose
}

/** Every slot as a box in the colours of its peer's state, by what it is held for, and the free ones. */
export function SlotGrid({ table, now, choose }: SlotGridProps): JSX.Element {
  const { held, maxPeers, limits, node } = table
  const byKind = Map.groupBy(held, ({ kind }) => kind)
  const kinds = [...new Set<string>([...SLOT_KINDS, ...byKind.keys()])].filter(
    (kind) => byKind.has(kind) || (limits.get(kind) ?? 0) > 0
  )
  const ordinary = held.filter(({ kind }) => kind !== 'trusted' && kind !== 'upgrade').length
  const free = maxPeers === undefined ? undefined : Math.max(0, maxPeers - ordinary)
  return (
    <section class="slot-grid" aria-label="Slots">
      <h2>
        {maxPeers === undefined
          ? `${countOf(held.length, 'slot')} held`
          : `${numberOf(held.length)} of ${countOf(maxPeers, 'slot')} held`}{' '}
        <span class="muted">
          {node.name} is {node.mode ?? 'not told yet'}
        </span>
      </h2>
      <dl>
        {kinds.map((kind) => (
          <Kind
            key={kind}
            kind={kind}
            held={byKind.get(kind) ?? []}
            limit={limits.get(kind)}
            now={now}
            choose={choose}
          />
        ))}
        {free !== undefined && (
          <div class="slot-kind">
            <dt>
              free <span>{numberOf(free)}</span>
            </dt>
            <dd class="boxes" aria-label={countOf(free, 'free slot')}>
              {Array.from({ length: Math.min(free, SHOWN) }, (_, at) => (
                <span key={at} class="slot-box is-free" />
              ))}
              <More count={free} />
            </dd>
          </div>
        )}
      </dl>
      {maxPeers === undefined && held.length === 0 && (
        <p class="muted">Nobody holds a slot at this moment.</p>
      )}
      <p class="legend muted">
        {(['dialing', 'connected', 'handshaking', 'authorized'] as const).map((state) => (
          <span key={state} class={`of-${state}`}>
            <span class={`slot-box is-${state}`} /> {state === 'connected' ? 'promoting' : state}
          </span>
        ))}
        <span>
          <span class="slot-box is-free" /> free
        </span>
      </p>
    </section>
  )
}

interface KindProps {
  readonly kind: string
  readonly held: readonly HeldSlot[]
  readonly limit: number | undefined
  readonly now: number
  readonly choose: Choose
}

function Kind({ kind, held, limit, now, choose }: KindProps): JSX.Element {
  return (
    <div class="slot-kind">
      <dt>
        {kind}{' '}
        <span>
          {numberOf(held.length)}
          {limit === undefined ? '' : ` of at most ${numberOf(limit)}`}
        </span>
      </dt>
      <dd class="boxes" onKeyDown={onRowKey}>
        {held.slice(0, SHOWN).map(({ key, peer, path, state, since }, nth) => {
          const words = `${shortPeer(peer)}, ${pathWords(path)}, slot for ${lengthOf(now - since)}`
          return (
            <button
              key={key}
              type="button"
              tabIndex={tabIndexOf(nth)}
              class={`slot-box is-${state} of-${state}`}
              title={words}
              aria-label={words}
              onClick={() => choose({ view: 'peer', peer: key })}
            />
          )
        })}
        <More count={held.length} />
      </dd>
    </div>
  )
}

function More({ count }: { readonly count: number }): JSX.Element | null {
  return count <= SHOWN ? null : <span class="muted">and {numberOf(count - SHOWN)} more</span>
}
