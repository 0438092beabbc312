import type { PeerLifecycle } from './interface.ts'
import type { InspectInit, Inspector } from './inspector/inspector.ts'

/** The pages that a node itself has been asked to serve: they end with it. */
export class Inspectors {
  /** Those that are open or about to be (open -> close). */
  readonly #opening = new Set<Promise<Inspector>>()

  /** Nothing of a server is loaded before it is asked for, and in a browser nothing ever. */
  async open<Hello>(
    peers: PeerLifecycle<Hello>,
    init: InspectInit | undefined
  ): Promise<Inspector> {
    const opening = import('./inspector/inspect-nodes.ts').then(async ({ inspectNodes }) =>
      inspectNodes({ node: peers }, init)
    )
    this.#opening.add(opening)
    try {
      return await opening
    } catch (error) {
      this.#opening.delete(opening)
      throw error
    }
  }

  /** Closes all of them, also those that open at this moment. */
  async close(): Promise<void> {
    const opening = [...this.#opening]
    this.#opening.clear()
    const opened = await Promise.allSettled(opening)
    await Promise.all(
      opened.map(async (it) => (it.status === 'fulfilled' ? it.value.close() : undefined))
    )
  }
}
