import { openerMeaning, openerWords } from './names.ts'
import { clockOf, lengthOf } from './times.ts'
import type { JSX } from 'preact'
import type { PeerNow } from '../model/scene.ts'

/** Who opened which connection, where it leads, since when. */
export function PeerConnections({
  peer,
  now
}: {
  readonly peer: PeerNow
  readonly now: number
}): JSX.Element {
  const { connections, heldSince, direction } = peer
  const holdsOutbound = heldSince !== undefined && direction !== 'inbound'
  return (
    <section class="connections" aria-label="Connections">
      <h3>Connections</h3>
      {connections.length === 0 ? (
        <p class="muted">None is open.</p>
      ) : (
        <ul>
          {connections.map(({ id, opener, isLimited, address, openedAt }) => {
            const isAdopted = opener === 'foreign' && holdsOutbound
            return (
              <li key={id}>
                <strong title={openerMeaning(opener, isAdopted)}>
                  {openerWords(opener, isAdopted)}
                </strong>
                {isLimited && <span class="tag">limited</span>}
                <code>{address ?? 'address not told'}</code>
                <span class="muted">
                  {openerMeaning(opener, isAdopted)}; for {lengthOf(now - openedAt)}, since{' '}
                  {clockOf(openedAt)}
                </span>
              </li>
            )
          })}
        </ul>
      )}
    </section>
  )
}
