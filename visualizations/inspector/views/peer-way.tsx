import { useEffect, useMemo, useRef } from 'preact/hooks'
import { EDGES } from 'virtual:chart'
import { countOf } from './times.ts'
import type { JSX } from 'preact'
import type { Step } from '../model/scene.ts'

export interface PeerWayProps {
  readonly steps: readonly Step[]
  /** Where it is; undefined if it is not tracked. */
  readonly path: string | undefined
}

/** The chart in little, with the way that the peer went through it. */
export function PeerWay({ steps, path }: PeerWayProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null)
  const way = useMemo(() => wayOf(steps), [steps, steps.length])
  useEffect(() => {
    const template = document.querySelector<HTMLTemplateElement>('template#chart')
    const picture = template?.content.querySelector('svg')?.cloneNode(true)
    if (!(picture instanceof SVGElement)) return
    for (const name of ['width', 'height', 'role', 'aria-label']) picture.removeAttribute(name)
    picture.setAttribute('aria-hidden', 'true')
    place.current?.replaceChildren(picture)
  }, [])
  useEffect(() => {
    for (const state of place.current?.querySelectorAll<SVGElement>('[data-state]') ?? []) {
      const name = state.dataset['state'] ?? ''
      state.classList.toggle('is-visited', way.states.has(name))
      state.classList.toggle('is-here', name === path)
    }
    for (const edge of place.current?.querySelectorAll<SVGElement>('.edge[data-edge]') ?? []) {
      edge.classList.toggle('is-taken', way.edges.has(edge.dataset['edge'] ?? ''))
    }
    for (const line of place.current?.querySelectorAll<SVGElement>('.line[data-edge]') ?? []) {
      const keys = (line.dataset['edge'] ?? '').split(' | ')
      line.classList.toggle(
        'is-taken',
        keys.some((key) => way.keys.has(key))
      )
    }
  })
  return (
    <section class="way-there" aria-label="Its way through the chart">
      <h3>
        Its way <span class="muted">{countOf(way.moves, 'move')}</span>
      </h3>
      <div ref={place} class="way-chart" />
    </section>
  )
}

interface Way {
  readonly moves: number
  readonly keys: ReadonlySet<string>
  readonly edges: ReadonlySet<string>
  readonly states: ReadonlySet<string>
}

function wayOf(steps: readonly Step[]): Way {
  const moves = steps.filter(({ kind, from, to }) => kind === 'move' && from !== to)
  const keys = new Set(moves.flatMap(({ edge }) => (edge === undefined ? [] : [edge])))
  const edges = new Set([...keys].flatMap((key) => EDGES[key] ?? []))
  const paths = moves.flatMap(({ from, to }) => [from ?? '', to ?? ''])
  const states = new Set(paths.flatMap((path) => [path, path.split('.')[0] ?? path]))
  return { moves: moves.length, keys, edges, states }
}
