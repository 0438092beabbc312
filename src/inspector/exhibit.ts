import type { Viewer } from './viewer.ts'

/** What viewers look at: nodes that live here, a recording, or the nodes of another process. */
export interface Exhibit {
  /** Is there a node of this number? */
  has(node: number): boolean

  /**
   * Shows it to the viewer, all of it or one node, until it leaves.
   *
   * @returns Tells that the viewer has left
   */
  show(viewer: Viewer, node: number | undefined): () => void

  /** Why a peer is where it is, as JSON; undefined if there is no such peer. */
  explain(node: number, peer: string): string | undefined | Promise<string | undefined>

  /** Something may have happened: it is asked at every beat, while somebody looks. */
  beat(): void

  /** Says the last words. */
  close(): void
}
