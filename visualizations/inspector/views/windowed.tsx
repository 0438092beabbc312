import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { ComponentChildren, JSX } from 'preact'

export interface WindowedProps {
  /** What the table holds, for who does not see it. */
  readonly label: string
  /** Tells the parts of several tables on one page apart. */
  readonly id: string
  readonly columns: number
  /** The keys of all rows, in their order. */
  readonly rows: readonly string[]
  /** The height of a row, in `rem`. */
  readonly height: number
  readonly head?: ComponentChildren
  /** The cells of a row; drawn only for rows that can be seen. */
  readonly cells: (key: string, index: number) => ComponentChildren
  /** Classes of a row, beside its own. */
  readonly look?: (key: string) => string
  readonly onOpen: (key: string) => void
}

/** Rows above and below what can be seen, so that a quick reader sees no gap. */
const SPARE = 6

/**
 * A table of which only the rows that can be seen exist. The keyboard moves a mark, and Enter opens the row it is on:
 * the table is one stop of the Tab key, however many rows it has.
 */
export function Windowed(props: WindowedProps): JSX.Element {
  const { label, id, columns, rows, height, head, cells, look, onOpen } = props
  const box = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ first: 0, count: 40 })
  const [active, setActive] = useState<string | undefined>(undefined)
  const rowHeight = Math.round(height * useRem())

  const measure = (): void => {
    const element = box.current
    if (element === null) return
    const first = Math.max(0, Math.floor(element.scrollTop / rowHeight) - SPARE)
    const count = Math.ceil(element.clientHeight / rowHeight) + 2 * SPARE
    setView((was) => (was.first === first && was.count === count ? was : { first, count }))
  }
  useLayoutEffect(measure, [rowHeight, rows.length])
  useEffect(() => {
    const observer = new ResizeObserver(measure)
    if (box.current !== null) observer.observe(box.current)
    return () => observer.disconnect()
  }, [rowHeight])

  const at = active === undefined ? -1 : rows.indexOf(active)
  const moveTo = (index: number): void => {
    const next = Math.max(0, Math.min(rows.length - 1, index))
    setActive(rows[next])
    const element = box.current
    if (element === null) return
    const room = element.clientHeight - headHeight(element)
    const top = next * rowHeight
    if (top < element.scrollTop) element.scrollTop = top
    else if (top + rowHeight > element.scrollTop + room) element.scrollTop = top + rowHeight - room
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== box.current) return
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / rowHeight) - 2)
    const next: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: rows.length - 1
    }
    const index = next[event.key]
    if (index !== undefined) moveTo(index)
    else if (event.key === 'Enter' && active !== undefined) onOpen(active)
    else return
    event.preventDefault()
  }

  const seen = rows.slice(view.first, view.first + view.count)
  const isActiveSeen = active !== undefined && seen.includes(active)
  return (
    <div
      ref={box}
      class="grid"
      role="grid"
      aria-label={label}
      aria-rowcount={rows.length + (head === undefined ? 0 : 1)}
      aria-colcount={columns}
      aria-activedescendant={isActiveSeen ? `${id}-${at}` : undefined}
      tabIndex={0}
      onScroll={measure}
      onKeyDown={onKeyDown}
    >
      {head}
      <div class="grid-space" role="rowgroup" style={{ height: `${rows.length * rowHeight}px` }}>
        {seen.map((key, nth) => {
          const index = view.first + nth
          return (
            <div
              key={key}
              id={`${id}-${index}`}
              class={`grid-row${key === active ? ' is-active' : ''} ${look?.(key) ?? ''}`}
              role="row"
              aria-rowindex={index + (head === undefined ? 1 : 2)}
              aria-selected={key === active}
              style={{ height: `${rowHeight}px`, transform: `translateY(${index * rowHeight}px)` }}
              onClick={() => onOpen(key)}
            >
              {cells(key, index)}
            </div>
          )
        })}
      </div>
    </div>
  )
}

function headHeight(box: HTMLElement): number {
  return box.querySelector<HTMLElement>('.grid-head')?.offsetHeight ?? 0
}

/** The size of the page's letters, in pixels: it grows with the window. */
function useRem(): number {
  const [size, setSize] = useState(rem)
  useEffect(() => {
    const onResize = (): void => setSize(rem())
    addEventListener('resize', onResize)
    return () => removeEventListener('resize', onResize)
  }, [])
  return size
}

const rem = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
