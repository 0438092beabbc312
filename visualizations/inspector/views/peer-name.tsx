import { shortPeer } from './names.ts'
import type { JSX } from 'preact'

/** A peer's name in little room; whole for who points at it. */
export function PeerName({ peer }: { readonly peer: string }): JSX.Element {
  return (
    <code class="peer-name" title={peer}>
      {shortPeer(peer)}
    </code>
  )
}
