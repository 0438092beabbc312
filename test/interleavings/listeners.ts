import type { PeerLifecycle, PeerLifecycleEvents } from '../../src/index.ts'
import type { Libp2pEvents } from '@libp2p/interface'
import type { TypedEventTarget } from 'main-event'

/** Every event that the service tells its own listeners, and those that it mirrors on the node. */
const EVENTS = Object.keys({
  'peer:transition': true,
  'peer:authorized': true,
  'peer:rejected': true,
  'peer:deauthorized': true,
  'peer:fault': true
} satisfies Record<keyof PeerLifecycleEvents, true>) as (keyof PeerLifecycleEvents)[]

const MIRRORED = EVENTS.filter((event) => event !== 'peer:fault')

/** A place in the code where the application may stand when it calls the service. */
export type Within = keyof PeerLifecycleEvents | `node ${(typeof MIRRORED)[number]}`

export const WITHIN: readonly Within[] = [
  ...EVENTS,
  ...MIRRORED.map((event) => `node ${event}` as Within)
]

/** Listeners to every event, in which calls wait that are to be made from within one. */
export class Listeners {
  readonly #calls = new Map<Within, ((peer: string | undefined) => void)[]>()
  #lifetime = new AbortController()

  /** The call is made within the next event of this name. */
  next(within: Within, call: (peer: string | undefined) => void): void {
    this.#calls.set(within, [...(this.#calls.get(within) ?? []), call])
  }

  /** Calls that have not been made. */
  get waiting(): number {
    return [...this.#calls.values()].flat().length
  }

  enter(peers: PeerLifecycle<string>, node: TypedEventTarget<Libp2pEvents>): void {
    this.#lifetime = new AbortController()
    const { signal } = this.#lifetime
    for (const event of EVENTS) {
      peers.addEventListener(event, ({ detail }) => this.#on(event, detail.peer), { signal })
    }
    for (const event of MIRRORED) {
      const on = ({ detail }: { detail: { peer: string } }): void =>
        this.#on(`node ${event}` as Within, detail.peer)
      node.addEventListener(event, on as (event: CustomEvent) => void, { signal })
    }
  }

  leave(): void {
    this.#lifetime.abort()
  }

  #on(within: Within, peer: string | undefined): void {
    this.#calls.get(within)?.shift()?.(peer)
  }
}
