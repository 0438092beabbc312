import { TokenBucket } from '../../machines/token-bucket.ts'
import { BUDGET } from './limits.ts'
import { LiveNode } from './live-node.ts'
import { eventOf } from './server-sent.ts'
import { VERSION } from './version.ts'
import type { Clock } from '../clock.ts'
import type { Inspectable } from '../inspectable.ts'
import type { Exhibit } from './exhibit.ts'
import type { Viewer } from './viewer.ts'

/** Nodes of this process. */
export class LiveNodes implements Exhibit {
  readonly #shown: readonly Inspectable[]
  readonly #nodes: readonly LiveNode[]
  readonly #names: readonly { readonly name: string; readonly peer: string }[]
  readonly #clock: Clock

  /** @param shown - The nodes by the names under which they are shown */
  constructor(shown: ReadonlyMap<string, Inspectable>, clock: Clock) {
    this.#shown = [...shown.values()]
    this.#nodes = this.#shown.map((it, node) => new LiveNode(node, it))
    this.#names = [...shown].map(([name, { node: peer }]) => ({ name, peer }))
    this.#clock = clock
  }

  has(node: number): boolean {
    return node < this.#nodes.length
  }

  show(viewer: Viewer, node: number | undefined): () => void {
    const now = this.#clock.now()
    viewer.send(eventOf('nodes', { version: VERSION, nodes: this.#names }))
    const budget = new TokenBucket(BUDGET, now)
    const seen = this.#nodes.filter((_, at) => node === undefined || at === node)
    const ends = seen.map((it) => it.seat(viewer, budget, now))
    return () => ends.forEach((end) => end())
  }

  explain(node: number, peer: string): string | undefined {
    const told = this.#shown[node]?.explain(peer)
    return told === undefined ? undefined : JSON.stringify(told)
  }

  beat(): void {
    const now = this.#clock.now()
    for (const node of this.#nodes) node.beat(now)
  }

  close(): void {
    this.beat()
  }
}
