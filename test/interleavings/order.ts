import type { PeerLifecycle } from '../../src/index.ts'

/**
 * Are events told in the order in which things happened, whoever calls what from within a listener? Each
 * move of a peer begins where the last one ended, and authorizations and their ends take turns.
 */
export class EventOrder {
  readonly #at = new Map<string, string>()
  readonly #authorized = new Set<string>()
  readonly #onBroken: (law: string) => void

  constructor(peers: PeerLifecycle<string>, onBroken: (law: string) => void) {
    this.#onBroken = onBroken
    peers.addEventListener('peer:transition', ({ detail: { peer, from, to } }) => {
      const last = this.#at.get(peer) ?? 'discovered'
      // whoever was forgotten meanwhile begins anew
      if (from !== last && from !== 'discovered')
        onBroken(`${peer} moved from ${from}, but was ${last}`)
      this.#at.set(peer, to)
    })
    peers.addEventListener('peer:authorized', ({ detail: { peer } }) => this.#authorize(peer))
    peers.addEventListener('peer:deauthorized', ({ detail: { peer } }) => {
      if (!this.#authorized.delete(peer)) onBroken(`${peer} was deauthorized, and not authorized`)
    })
  }

  #authorize(peer: string): void {
    if (this.#authorized.has(peer)) this.#onBroken(`${peer} was authorized twice`)
    this.#authorized.add(peer)
  }
}
