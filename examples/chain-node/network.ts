import { MEMBERS } from './members.ts'
import { NodeProcess } from './node-process.ts'
import type { Member } from './members.ts'
import type { NodeEvent } from './orders.ts'

/** The seven processes. */
export class Network {
  readonly nodes: ReadonlyMap<Member, NodeProcess>
  readonly #signal: AbortSignal
  /** Looks at what is waited for (wait -> done | aborted). */
  readonly #looks = new Set<() => void>()

  /**
   * @param signal - Ends every wait
   * @param onEvent - Something has happened to a node
   */
  constructor(signal: AbortSignal, onEvent: (name: Member, event: NodeEvent) => void) {
    this.#signal = signal
    this.nodes = new Map(
      MEMBERS.map((name) => {
        const onNews = (event: NodeEvent | undefined): void => {
          if (event !== undefined) onEvent(name, event)
          for (const look of this.#looks) look()
        }
        return [name, new NodeProcess(name, onNews)]
      })
    )
  }

  of(name: Member): NodeProcess {
    const node = this.nodes.get(name)
    if (node === undefined) throw new Error(`Expected a member, got ${name}`)
    return node
  }

  /** Does the same to several nodes at once. */
  async each<T>(names: readonly Member[], act: (node: NodeProcess) => Promise<T>): Promise<T[]> {
    return this.within(Promise.all(names.map(async (name) => act(this.of(name)))), 'an answer')
  }

  /** Waits until it is so. Looked at whenever there is news. */
  async until(isSo: () => boolean, what: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const look = (): void => {
      if (isSo()) resolve()
    }
    this.#looks.add(look)
    look()
    try {
      await this.within(promise, what)
    } finally {
      this.#looks.delete(look)
    }
  }

  /** The promise, or an error that says what was waited for when the signal came. */
  async within<T>(promise: Promise<T>, what: string): Promise<T> {
    const { promise: aborted, reject } = Promise.withResolvers<never>()
    const abort = (): void => {
      const why = this.#signal.reason instanceof Error ? this.#signal.reason.message : 'aborted'
      reject(new Error(`${why}, waiting for ${what}`))
    }
    this.#signal.addEventListener('abort', abort)
    if (this.#signal.aborted) abort()
    try {
      return await Promise.race([promise, aborted])
    } finally {
      this.#signal.removeEventListener('abort', abort)
    }
  }

  /** Ends every process. */
  async end(): Promise<void> {
    await Promise.all([...this.nodes.values()].map(async (node) => node.end()))
  }
}
