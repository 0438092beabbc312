import { count } from './node-face.ts'
import type { Deed } from './deed.ts'
import type { NodeFace } from './node-face.ts'
import type { PeerNow, Scene } from './scene.ts'

/** The scene, with what changes it. */
export class Present implements Scene {
  version = 0
  readonly nodes: NodeFace[] = []
  readonly peers = new Map<string, PeerNow>()
  readonly counts = new Map<string, number>()
  readonly #now: () => number

  /** @param now - The moment that is shown */
  constructor(now: () => number) {
    this.#now = now
  }

  get now(): number {
    return this.#now()
  }

  do(deed: Deed): void {
    if (deed.befores !== undefined) {
      for (const peer of deed.befores) this.replace(peer, undefined)
      for (const peer of deed.afters ?? []) this.replace(undefined, peer)
    } else {
      this.replace(deed.before, deed.after)
    }
    this.#setMode(deed.node, deed.modeAfter)
  }

  undo(deed: Deed): void {
    if (deed.befores !== undefined) {
      for (const peer of deed.afters ?? []) this.replace(peer, undefined)
      for (const peer of deed.befores) this.replace(undefined, peer)
    } else {
      this.replace(deed.after, deed.before)
    }
    this.#setMode(deed.node, deed.modeBefore)
  }

  /** Puts a peer in the place of another, or of none. */
  replace(before: PeerNow | undefined, after: PeerNow | undefined): void {
    if (after !== undefined) this.peers.set(after.key, after)
    else if (before !== undefined) this.peers.delete(before.key)
    if (before?.path === after?.path) return
    if (before !== undefined) this.#count(before, -1)
    if (after !== undefined) this.#count(after, 1)
  }

  #count({ node, path }: PeerNow, by: 1 | -1): void {
    count(this.counts, path, by)
    const face = this.nodes[node]
    if (face !== undefined) count(face.counts, path, by)
  }

  #setMode(node: number, mode: Deed['modeAfter']): void {
    const face = this.nodes[node]
    if (face !== undefined && mode !== undefined) face.mode = mode
  }
}
