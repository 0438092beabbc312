import { KEYS } from './keys.ts'
import type { JSX } from 'preact'

/** What the keys do, for who has some. */
export function KeyList(): JSX.Element {
  return (
    <dl class="keys" aria-label="Keys">
      {KEYS.map(([keys, meaning]) => (
        <div key={keys}>
          <dt>
            <kbd>{keys}</kbd>
          </dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  )
}
