/**
 * Numbers in [0, 1) that are the same in every run (mulberry32).
 *
 * @param name - A stream of its own: what is drawn from it changes nothing in the others
 */
export function luckOf(seed: number, name = ''): () => number {
  let state = name === '' ? seed : mixed(seed, name)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mix = Math.imul(state ^ (state >>> 15), 1 | state)
    mix = (mix + Math.imul(mix ^ (mix >>> 7), 61 | mix)) ^ mix
    return ((mix ^ (mix >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Another seed for every name (FNV-1a). */
function mixed(seed: number, name: string): number {
  let hash = seed ^ 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return hash
}
