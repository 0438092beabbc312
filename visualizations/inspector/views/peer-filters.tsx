import { STATES } from './states.ts'
import { meaningOf, pathWords, SOURCE_WORDS } from './names.ts'
import { numberOf } from './times.ts'
import type { JSX } from 'preact'
import type { Choice, Choose } from '../model/choice.ts'
import type { Facet, FacetCounts } from './peer-order.ts'

export interface PeerFiltersProps {
  readonly choice: Choice
  readonly choose: Choose
  readonly counts: FacetCounts
  readonly isFiltered: boolean
}

/** Filters, each with the number of peers that it would leave. */
export function PeerFilters({ choice, choose, counts, isFiltered }: PeerFiltersProps): JSX.Element {
  const props = { choice, choose, counts }
  return (
    <search class="filters" aria-label="Filter the peers">
      <label class="filter-text">
        <span>Text</span>
        <input
          id="search"
          type="search"
          placeholder="id, address, detail"
          autocomplete="off"
          spellcheck={false}
          value={choice.text ?? ''}
          onInput={({ currentTarget: { value } }) => {
            choose({ text: value === '' ? undefined : value })
          }}
        />
      </label>
      <Filter {...props} facet="state" label="State" words={STATE_WORDS} say={stateWords} />
      <Filter {...props} facet="reason" label="Reason" say={reasonWords} />
      <Filter {...props} facet="direction" label="Direction" words={['inbound', 'outbound']} />
      <Filter {...props} facet="source" label="Source" words={SOURCES} say={sourceWords} />
      <button
        type="button"
        disabled={!isFiltered}
        onClick={() => {
          choose({
            text: undefined,
            state: undefined,
            reason: undefined,
            direction: undefined,
            source: undefined
          })
        }}
      >
        Clear
      </button>
    </search>
  )
}

const STATE_WORDS = STATES.filter(({ isFinal }) => !isFinal).map(({ path }) => path)
const SOURCES = Object.keys(SOURCE_WORDS)

const stateWords = (path: string): string => (path.includes('.') ? `   ${pathWords(path)}` : path)

function reasonWords(reason: string): string {
  const meaning = meaningOf(reason)
  return meaning === undefined ? reason : `${reason}: ${meaning}`
}

const sourceWords = (source: string): string =>
  Object.entries(SOURCE_WORDS).find(([word]) => word === source)?.[1] ?? source

interface FilterProps extends Omit<PeerFiltersProps, 'isFiltered'> {
  readonly facet: Facet
  readonly label: string
  /** The words there are; default: those that peers have. */
  readonly words?: readonly string[]
  readonly say?: (word: string) => string
}

function Filter({ facet, label, words, say, choice, choose, counts }: FilterProps): JSX.Element {
  const chosen = choice[facet] ?? ''
  const there = counts[facet]
  const all = new Set([
    ...(words ?? [...there.keys()].toSorted()),
    ...(chosen === '' ? [] : [chosen])
  ])
  return (
    <label class={chosen === '' ? '' : 'is-on'}>
      <span>{label}</span>
      <select
        value={chosen}
        onChange={({ currentTarget: { value } }) => {
          choose({ [facet]: value === '' ? undefined : value })
        }}
      >
        <option value="">any</option>
        {[...all].map((word) => (
          <option key={word} value={word}>
            {say?.(word) ?? word} ({numberOf(there.get(word) ?? 0)})
          </option>
        ))}
      </select>
    </label>
  )
}
