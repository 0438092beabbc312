import { printable } from '../printable.ts'
import { hand } from './hand.ts'
import { RemoteStream } from './remote-stream.ts'
import { eventOf } from './server-sent.ts'
import type { Clock } from '../clock.ts'
import type { Exhibit } from './exhibit.ts'
import type { Remote, RemoteEvent } from './remote-stream.ts'
import type { Viewer } from './viewer.ts'

/** Milliseconds until it is tried again, at first and at the most. */
const FIRST_PAUSE = 500
const LONGEST_PAUSE = 10_000

/**
 * The nodes of another process: every viewer here is one there, and takes what it can. While the process
 * cannot be reached viewers are told so, and it is tried again.
 */
export class Relay implements Exhibit {
  readonly #remote: Remote
  readonly #clock: Clock

  constructor(remote: Remote, clock: Clock) {
    this.#remote = remote
    this.#clock = clock
  }

  /** Nobody knows here how many there are: the other process answers. */
  has(): boolean {
    return true
  }

  show(viewer: Viewer, node: number | undefined): () => void {
    const left = new AbortController()
    void this.#follow(viewer, node, left.signal)
    return () => left.abort()
  }

  async explain(node: number, peer: string): Promise<string | undefined> {
    return this.#remote.explain(node, peer)
  }

  beat(): void {}

  close(): void {}

  async #follow(viewer: Viewer, node: number | undefined, signal: AbortSignal): Promise<void> {
    const known = new KnownNodes()
    const isThere = (): boolean => !signal.aborted
    for (let pause = FIRST_PAUSE; isThere(); pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      let message = 'The stream has ended'
      try {
        for await (const event of new RemoteStream(this.#remote, node, signal)) {
          pause = FIRST_PAUSE
          if (known.isNews(event)) await hand(viewer, event.bytes)
        }
      } catch (error) {
        message = printable((error as Error).message)
      }
      if (!isThere()) return
      for (const gone of known.numbers) await hand(viewer, eventOf('ended', { node: gone }))
      await hand(viewer, eventOf('away', { message }))
      await this.#sleep(pause, signal)
    }
  }

  async #sleep(delay: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = this.#clock.after(delay, resolve)
    signal.addEventListener('abort', () => resolve(), { once: true })
    await promise
    cancel()
  }
}

/** The nodes of which the viewer was told. */
class KnownNodes {
  #told = ''
  #count = 0

  get numbers(): number[] {
    return Array.from({ length: this.#count }, (_, number) => number)
  }

  /** Is it more than the names that the viewer knows? */
  isNews({ name, data }: RemoteEvent): boolean {
    if (name !== 'nodes') return true
    if (data === this.#told) return false
    const { nodes } = JSON.parse(data) as { nodes?: unknown }
    if (!Array.isArray(nodes)) throw new Error('Expected the names of nodes, got something else')
    this.#told = data
    this.#count = nodes.length
    return true
  }
}
