import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { STATES } from './states.ts'
import { calmed, useCalm } from './calm.tsx'
import { useHeldOrder } from './held-order.ts'
import { PeerCells, PeerTableHead } from './peer-columns.tsx'
import { PeerFilters } from './peer-filters.tsx'
import { found } from './peer-order.ts'
import { Notice } from './notice.tsx'
import { countOf, numberOf } from './times.ts'
import { Windowed } from './windowed.tsx'
import type { JSX } from 'preact'
import type { ViewProps } from './props.ts'

const ORDER = new Map(STATES.map(({ path }, at) => [path, at]))

/** The share of the time that sorting may take while peers come and go: what takes long is done seldom. */
const SHARE = 0.1

/** All peers, or those that the filters leave. */
export const PeersView = calmed(function PeersView({
  story,
  version,
  choice,
  choose
}: ViewProps): JSX.Element {
  const { scene } = story
  const cost = useRef(0)
  const rest = story.isLive ? cost.current / SHARE : 0
  const shown = useCalm(version, rest)
  const { node, text, state, reason, direction, source, sort } = choice
  const asked = JSON.stringify([node, text, state, reason, direction, source, sort])
  const { keys, total, counts } = useMemo(() => {
    const before = performance.now()
    const all = found(scene.peers.values(), choice, ORDER)
    cost.current = performance.now() - before
    return all
  }, [shown, asked, scene])

  const [isHeld, setHeld] = useState(false)
  const [isAsked, setAsked] = useState(0)
  const order = useHeldOrder(keys, isHeld && story.isLive, `${asked} ${isAsked}`)
  const hasNodes = scene.nodes.length > 1 && node === undefined
  const isFiltered = [text, state, reason, direction, source].some(
    (word) => word !== undefined && word !== ''
  )
  const table = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!isHeld) return
    const leave = (event: PointerEvent): void => {
      const { target } = event
      if (target instanceof Node && table.current?.contains(target) !== true) setHeld(false)
    }
    document.addEventListener('pointerdown', leave)
    return () => document.removeEventListener('pointerdown', leave)
  }, [isHeld])

  return (
    <div class="peers">
      <PeerFilters choice={choice} choose={choose} counts={counts} isFiltered={isFiltered} />
      <div class="peers-count">
        <p>
          <strong>{numberOf(keys.length)}</strong>
          {isFiltered ? ` of ${countOf(total, 'peer')}` : keys.length === 1 ? ' peer' : ' peers'}
        </p>
        {order.waiting > 0 && (
          <button type="button" class="quiet" onClick={() => setAsked(isAsked + 1)}>
            Rows stand still. {countOf(order.waiting, 'place has', 'places have')} changed: show the
            new order
          </button>
        )}
      </div>
      <div
        ref={table}
        class={`peer-table${hasNodes ? ' has-nodes' : ''}`}
        onPointerEnter={() => setHeld(true)}
        onPointerLeave={() => setHeld(false)}
        onFocusIn={() => setHeld(true)}
        onFocusOut={() => setHeld(false)}
      >
        {keys.length === 0 && order.keys.length === 0 ? (
          <Notice title={isFiltered ? 'No peer is like that' : 'No peers'}>
            {isFiltered ? (
              <p>
                None of {countOf(total, 'peer')} passes all filters at this moment. Take one of them
                back.
              </p>
            ) : (
              <p>
                {story.isLive && story.end === story.start
                  ? 'As soon as the node finds or meets a peer, it is here.'
                  : 'There is none at this moment: go to another one with the bar below.'}
              </p>
            )}
          </Notice>
        ) : (
          <Windowed
            id="peers"
            label="Peers"
            columns={hasNodes ? 11 : 10}
            rows={order.keys}
            height={2.25}
            head={<PeerTableHead choice={choice} choose={choose} hasNodes={hasNodes} />}
            look={(key) => (scene.peers.has(key) ? '' : 'is-gone')}
            cells={(key) => (
              <PeerCells
                name={key}
                peer={scene.peers.get(key)}
                now={scene.now}
                node={hasNodes ? scene.nodes : undefined}
              />
            )}
            onOpen={(key) => choose({ view: 'peer', peer: key })}
          />
        )}
      </div>
    </div>
  )
}, 100)
