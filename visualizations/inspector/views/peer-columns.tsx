import {
  leafWords,
  meaningOf,
  pathWords,
  shortPeer,
  SOURCE_MEANINGS,
  SOURCE_WORDS
} from './names.ts'
import { COLUMNS, sortOf } from './peer-order.ts'
import { PeerName } from './peer-name.tsx'
import { lengthOf } from './times.ts'
import type { JSX } from 'preact'
import type { Choice, Choose } from '../model/choice.ts'
import type { NodeNow, PeerNow } from '../model/scene.ts'
import type { Column } from './peer-order.ts'

const TITLES: Readonly<Record<Column, string>> = {
  peer: 'Peer',
  node: 'Node',
  state: 'State',
  since: 'For',
  reason: 'Reason',
  direction: 'Direction',
  source: 'Source',
  priority: 'Wanted',
  connections: 'Connections',
  failures: 'Failures',
  next: 'Next attempt'
}

export interface PeerTableHeadProps {
  readonly choice: Choice
  readonly choose: Choose
  readonly hasNodes: boolean
}

/** The titles: each sorts by its column, and the other way round when it is pressed again. */
export function PeerTableHead({ choice, choose, hasNodes }: PeerTableHeadProps): JSX.Element {
  const { column: sorted, isDown } = sortOf(choice.sort)
  return (
    <div class="grid-head" role="row" aria-rowindex={1}>
      {COLUMNS.filter((column) => column !== 'node' || hasNodes).map((column) => {
        const isSorted = column === sorted
        return (
          <span
            key={column}
            role="columnheader"
            class={`col-${column}`}
            aria-sort={isSorted ? (isDown ? 'descending' : 'ascending') : 'none'}
          >
            <button
              type="button"
              onClick={() => choose({ sort: isSorted && !isDown ? `-${column}` : column })}
            >
              {TITLES[column]}
              <span class="sort-mark" aria-hidden="true">
                {isSorted ? (isDown ? '▾' : '▴') : ''}
              </span>
            </button>
          </span>
        )
      })}
    </div>
  )
}

export interface PeerCellsProps {
  readonly name: string
  /** Undefined if it has been forgotten since the row was put there. */
  readonly peer: PeerNow | undefined
  readonly now: number
  /** The nodes, if the row has to say whose peer it is. */
  readonly node: readonly NodeNow[] | undefined
}

export function PeerCells({ name, peer, now, node }: PeerCellsProps): JSX.Element {
  if (peer === undefined) {
    return (
      <>
        <span role="gridcell" class="col-peer">
          <code class="peer-name">{shortPeer(name.replace(/^\d+\//, ''))}</code>
        </span>
        <span role="gridcell" class="col-state muted">
          forgotten
        </span>
      </>
    )
  }
  const { direction, source, priority, connections, failures, until } = peer
  return (
    <>
      <span role="gridcell" class="col-peer">
        <PeerName peer={peer.peer} />
      </span>
      {node !== undefined && (
        <span role="gridcell" class="col-node">
          {node[peer.node]?.name}
        </span>
      )}
      <span role="gridcell" class={`col-state of-${peer.state}`}>
        <StateChip path={peer.path} />
      </span>
      <span role="gridcell" class="col-since number">
        {lengthOf(now - peer.since)}
      </span>
      <span role="gridcell" class="col-reason">
        <ReasonWords peer={peer} />
      </span>
      <span role="gridcell" class="col-direction">
        {direction}
      </span>
      <span role="gridcell" class="col-source" title={SOURCE_MEANINGS[source]}>
        {source === 'none' ? '' : SOURCE_WORDS[source]}
      </span>
      <span role="gridcell" class="col-priority">
        {priority}
      </span>
      <span role="gridcell" class="col-connections number">
        {connections.length === 0 ? '' : connections.length}
      </span>
      <span role="gridcell" class="col-failures number">
        {failures === 0 ? '' : failures}
      </span>
      <span role="gridcell" class="col-next number">
        {nextWords(until, now)}
      </span>
    </>
  )
}

/** A state in its colours. The class `of-<state>` is that of what is around it. */
export function StateChip({ path }: { readonly path: string }): JSX.Element {
  const [top = path] = path.split('.')
  return (
    <span class={`chip of-${top}`} title={pathWords(path)}>
      {top}
      {top === path ? '' : <small> {leafWords(path)}</small>}
    </span>
  )
}

function ReasonWords({ peer: { reason, by } }: { readonly peer: PeerNow }): JSX.Element | null {
  if (reason === undefined) return null
  return (
    <span title={meaningOf(reason)}>
      {reason}
      {by === 'remote' && <small> by the peer</small>}
    </span>
  )
}

/** `in 4.2 s`, `now`, `never`; nothing without a cool-down. */
export function nextWords(until: number | undefined, now: number): string {
  if (until === undefined) return ''
  if (until === Infinity) return 'never'
  return until <= now ? 'now' : `in ${lengthOf(until - now)}`
}
