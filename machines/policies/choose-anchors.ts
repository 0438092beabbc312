import type { LocatedPeer } from './held-peer.ts'
import type { SlotKind } from '../slots.ts'

const OUTBOUND: ReadonlySet<SlotKind> = new Set(['discovered', 'requested'])

/**
 * The peers to begin with after a restart: those that we dialed and that have stayed the longest, each of
 * another net group, so that whoever waits for our restart to surround us finds them there before it
 * (Bitcoin Core, `GetCurrentBlockRelayOnlyConns` and anchors.dat in src/net.cpp, against the eclipse
 * attacks of Heilman et al., 2015). Peers that the application asks for anyway are none.
 *
 * @param count - The most that are chosen
 * @returns The longest authorized first
 */
export function chooseAnchors<Peer extends LocatedPeer>(
  held: readonly Peer[],
  count: number
): Peer[] {
  const groups = new Set<string | undefined>()
  const anchors: Peer[] = []
  const longest = held
    .filter(({ kind, isKept, authorizedAt }) => {
      return OUTBOUND.has(kind) && !isKept && authorizedAt !== undefined
    })
    .toSorted((a, b) => (a.authorizedAt ?? 0) - (b.authorizedAt ?? 0) || a.session - b.session)
  for (const peer of longest) {
    if (anchors.length >= count) break
    if (peer.group !== undefined && groups.has(peer.group)) continue
    groups.add(peer.group)
    anchors.push(peer)
  }
  return anchors
}
