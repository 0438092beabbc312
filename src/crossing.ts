/**
 * The crossing rule's order: of two that are initiators for each other at the same time the one with the
 * smaller id stays it. Bytewise, by the multihash of the peer id; what the other begins with is smaller.
 */
export function isSmaller(ours: Uint8Array, theirs: Uint8Array): boolean {
  const at = ours.findIndex((byte, i) => byte !== theirs[i])
  return at === -1 ? ours.length < theirs.length : (ours[at] ?? 0) < (theirs[at] ?? 0)
}
