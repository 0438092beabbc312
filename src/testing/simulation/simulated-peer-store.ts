import { named } from './simulated-connection.ts'
import type {
  Address,
  Libp2pEvents,
  Peer,
  PeerData,
  PeerId,
  PeerInfo,
  PeerStore,
  Tag,
  TagOptions
} from '@libp2p/interface'
import type { TypedEventTarget } from 'main-event'

/**
 * What a node knows of its peers, in memory: writes take effect a microtask later, and are told as
 * libp2p's peer store tells them, the first one of a peer as a discovery.
 */
export class SimulatedPeerStore {
  readonly #self: PeerId
  readonly #peers = new Map<string, Peer>()
  #events: TypedEventTarget<Libp2pEvents>

  constructor(self: PeerId, events: TypedEventTarget<Libp2pEvents>) {
    this.#self = self
    this.#events = events
  }

  /** Peers that are known. */
  get size(): number {
    return this.#peers.size
  }

  /** The node was started anew over the same store. */
  moveTo(events: TypedEventTarget<Libp2pEvents>): void {
    this.#events = events
  }

  /** Takes over what another store knows, as a node does that finds its files again. Nobody is told. */
  takeOver(other: SimulatedPeerStore): void {
    for (const [key, peer] of other.#peers) this.#peers.set(key, peer)
  }

  /** As a component of a node. */
  get component(): PeerStore {
    const store: Pick<
      PeerStore,
      'all' | 'forEach' | 'has' | 'get' | 'getInfo' | 'save' | 'patch' | 'merge' | 'delete'
    > = {
      all: async () => [...this.#peers.values()],
      forEach: async (each) => this.#peers.forEach(each),
      has: async (id) => this.#peers.has(id.toString()),
      get: async (id) => this.#get(id),
      getInfo: async (id) => {
        const { addresses } = this.#get(id)
        return { id, multiaddrs: addresses.map((address) => address.multiaddr) }
      },
      save: async (id, data) => this.#write(id, data, false),
      patch: async (id, data) => this.#write(id, data, false),
      merge: async (id, data) => this.#write(id, data, true),
      delete: async (id) => void this.#peers.delete(id.toString())
    }
    return store as PeerStore
  }

  /** The peer is found: by a source of discovery the first time, by the DHT's routing table from then on. */
  async discover({ id, multiaddrs }: PeerInfo): Promise<void> {
    const store = this.component
    const isKnown = await store.has(id)
    if (!isKnown) return void (await store.merge(id, { multiaddrs }))
    await store.merge(id, { multiaddrs, tags: { 'kad-peer': undefined } })
    await store.merge(id, { tags: { 'kad-peer': { value: 1 } } })
  }

  #get(id: PeerId): Peer {
    const peer = this.#peers.get(id.toString())
    if (peer === undefined) throw named('NotFoundError', 'Not found')
    return peer
  }

  async #write(id: PeerId, data: PeerData, isMerge: boolean): Promise<Peer> {
    await Promise.resolve()
    const key = id.toString()
    const previous = this.#peers.get(key)
    const old = isMerge || previous === undefined ? previous : undefined
    const kept = old ?? { ...NOTHING, ...previous }
    const peer: Peer = {
      id,
      addresses: addressesOf(data, isMerge ? kept.addresses : []) ?? kept.addresses,
      protocols:
        data.protocols === undefined ? kept.protocols : joined(kept.protocols, data.protocols),
      metadata: withEntries(kept.metadata, data.metadata, (value: Uint8Array) => value),
      tags: withEntries(kept.tags, data.tags, ({ value = 0 }: TagOptions): Tag => ({ value }))
    }
    this.#peers.set(key, peer)
    const isSelf = id.equals(this.#self)
    const detail = previous === undefined ? { peer } : { peer, previous }
    if (isSelf) return peer
    this.#events.safeDispatchEvent('peer:update', { detail })
    if (previous === undefined) {
      const multiaddrs = peer.addresses.map(({ multiaddr }) => multiaddr)
      this.#events.safeDispatchEvent('peer:discovery', { detail: { id, multiaddrs } })
    }
    return peer
  }
}

const NOTHING: Pick<Peer, 'addresses' | 'protocols' | 'metadata' | 'tags'> = {
  addresses: [],
  protocols: [],
  metadata: new Map(),
  tags: new Map()
}

const joined = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])]

function addressesOf(
  { addresses, multiaddrs }: PeerData,
  kept: readonly Address[]
): Address[] | undefined {
  if (addresses === undefined && multiaddrs === undefined) return undefined
  const plain = (multiaddrs ?? []).map((multiaddr) => ({ multiaddr, isCertified: false }))
  const known = new Map<string, Address>()
  for (const address of [...kept, ...plain, ...(addresses ?? [])]) {
    known.set(address.multiaddr.toString(), address)
  }
  return [...known.values()]
}

type Entries<T> = Map<string, T | undefined> | Record<string, T | undefined> | undefined

function withEntries<Given, Kept>(
  kept: ReadonlyMap<string, Kept>,
  given: Entries<Given>,
  read: (value: Given) => Kept
): Map<string, Kept> {
  const entries = new Map(kept)
  const pairs = given instanceof Map ? [...given] : Object.entries(given ?? {})
  for (const [name, value] of pairs) {
    if (value === undefined) entries.delete(name)
    else entries.set(name, read(value))
  }
  return entries
}
