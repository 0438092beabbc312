import { useMemo } from 'preact/hooks'
import { onListKey, tabIndexOf } from './roving.ts'
import { STATES, TOPS } from './states.ts'
import { KeyList } from './key-list.tsx'
import { leafWords } from './names.ts'
import { countOf, numberOf } from './times.ts'
import type { JSX } from 'preact'
import type { ViewProps } from './props.ts'

/** Every state with the number of peers in it, as bars: the chart in little room. */
export function StateList({ story, version: shown, choice, choose }: ViewProps): JSX.Element {
  const { scene } = story
  const counts = choice.node === undefined ? scene.counts : scene.nodes[choice.node]?.counts
  return useMemo(() => {
    const count = (path: string): number => {
      const leaves = STATES.filter(({ parent }) => parent === path)
      if (leaves.length === 0) return counts?.get(path) ?? 0
      return leaves.reduce((sum, leaf) => sum + (counts?.get(leaf.path) ?? 0), 0)
    }
    const all = TOPS.reduce((sum, { path }) => sum + count(path), 0)
    const row = (path: string, isTop: boolean): JSX.Element => {
      const peers = count(path)
      const isChosen = choice.state === path
      return (
        <button
          type="button"
          class={`state-row of-${path.split('.')[0] ?? ''}${isTop ? ' is-top' : ''}${peers === 0 ? ' is-empty' : ''}`}
          tabIndex={tabIndexOf(STATES.findIndex((state) => state.path === path))}
          aria-pressed={isChosen}
          aria-label={`${isTop ? '' : `${path.split('.')[0] ?? ''}: `}${leafWords(path)}, ${countOf(peers, 'peer')}`}
          onClick={() => choose({ state: isChosen ? undefined : path })}
        >
          <span class="state-name">{leafWords(path)}</span>
          <span class="bar" aria-hidden="true">
            <span style={{ width: `${all === 0 ? 0 : (peers / all) * 100}%` }} />
          </span>
          <span class="state-count">{numberOf(peers)}</span>
        </button>
      )
    }
    return (
      <nav class="state-list" aria-label="States">
        <h2>
          {countOf(all, 'peer')} <span class="muted">by state</span>
        </h2>
        <ul onKeyDown={onListKey}>
          {TOPS.map(({ path: top }) => (
            <li key={top}>
              {row(top, true)}
              <ul>
                {STATES.filter(({ parent }) => parent === top).map(({ path }) => (
                  <li key={path}>{row(path, false)}</li>
                ))}
              </ul>
            </li>
          ))}
        </ul>
        <KeyList />
      </nav>
    )
  }, [shown, counts, choice.state, choose])
}
