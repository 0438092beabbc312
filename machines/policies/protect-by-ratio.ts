/** What the protection by ratio looks at. */
export interface Resident {
  /** Since when it is here, in the clock's milliseconds. */
  readonly since: number
  /** How it is connected, as a word. */
  readonly road: string
}

/**
 * Takes half of the candidates out: those that have been here for the longest. Up to half of that half is
 * kept for peers on disadvantaged roads, which would lose out against quicker ones; roads with few
 * candidates first, and what one road does not use is there for the others (Bitcoin Core,
 * `ProtectEvictionCandidatesByRatio` in src/node/eviction.cpp).
 *
 * @param disadvantaged - The roads; of two with as many candidates, the one that is named first has the
 * first choice
 * @returns Who is not protected, the youngest first
 */
export function protectByRatio<Peer extends Resident>(
  candidates: readonly Peer[],
  disadvantaged: readonly string[]
): Peer[] {
  const toProtect = Math.floor(candidates.length / 2)
  const left = protectRoads(candidates, disadvantaged, Math.floor(toProtect / 2))
  const longest = toProtect - (candidates.length - left.length)
  return left.toSorted(byArrival).slice(0, left.length - longest)
}

/** Takes up to `limit` candidates on disadvantaged roads out, the longest connected ones of each. */
function protectRoads<Peer extends Resident>(
  candidates: readonly Peer[],
  disadvantaged: readonly string[],
  limit: number
): Peer[] {
  let left = [...candidates]
  const on = (road: string): Peer[] => left.filter((peer) => peer.road === road)
  // few candidates first; sorting is stable
  const roads = disadvantaged.toSorted((a, b) => on(a).length - on(b).length)
  const protectedCount = (): number => candidates.length - left.length
  while (protectedCount() < limit) {
    const inUse = roads.filter((road) => on(road).length > 0)
    if (inUse.length === 0) break
    const share = Math.max(1, Math.floor((limit - protectedCount()) / inUse.length))
    for (const road of inUse) {
      if (protectedCount() >= limit) break
      const kept = new Set(on(road).toSorted(byArrival).slice(-share))
      left = left.filter((peer) => !kept.has(peer))
    }
  }
  return left
}

const byArrival = (a: Resident, b: Resident): number => b.since - a.since
