import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { isLocal } from './ip.ts'
import { groupOf } from './scheduler/net-groups.ts'
import type { Peers } from './peers/peers.ts'
import type { TrackedPeer } from './peers/tracked-peer.ts'
import type { EvictionCandidate, LocatedPeer, Road, Slot } from '../machines/index.ts'
import type { Connection } from '@libp2p/interface'

/** The rest of the house, as far as the roster looks into it. */
export interface RosterPorts {
  readonly peers: Pick<Peers, 'get'>
  slots(): readonly Slot[]
  /** The net group that a peer is being dialed in. */
  dialedIn(peer: string): string | undefined
}

const SECRET_LENGTH = 32

/** Who holds a slot, with what the policies decide by: plain data, made anew for each decision. */
export class Roster {
  readonly #ports: RosterPorts
  /** Ranks net groups in an order that is ours alone. */
  readonly #secret: Uint8Array

  constructor(
    ports: RosterPorts,
    secret: Uint8Array = crypto.getRandomValues(new Uint8Array(SECRET_LENGTH))
  ) {
    this.#ports = ports
    this.#secret = secret
  }

  held(): LocatedPeer[] {
    return this.#each((slot, peer) => this.#locate(slot, peer))
  }

  candidates(): EvictionCandidate[] {
    return this.#each((slot, peer) => {
      const located = this.#locate(slot, peer)
      return {
        ...located,
        since: located.authorizedAt ?? peer.since,
        rank: this.#rankOf(located.group),
        ping: Math.min(...peer.connections.map(({ rtt }) => rtt ?? Infinity)),
        usefulAt: peer.usefulAt,
        road: roadOf(peer)
      }
    })
  }

  #each<T>(recordOf: (slot: Slot, peer: TrackedPeer) => T): T[] {
    return this.#ports.slots().flatMap((slot) => {
      const peer = this.#ports.peers.get(slot.peer)
      // a token whose event is still on its way
      return peer?.context.session === slot.session ? [recordOf(slot, peer)] : []
    })
  }

  #locate({ session, kind }: Slot, { key, path, context, ip }: TrackedPeer): LocatedPeer {
    const { authorizedAt, lasting, priority } = context
    // an inbound peer for which somebody waits is wanted, too
    const wish = kind === 'inbound' ? priority : lasting
    return {
      peer: key,
      session,
      kind,
      authorizedAt: path === 'authorized' ? authorizedAt : undefined,
      isKept: wish === 'static' || wish === 'requested',
      group: path === 'dialing' ? this.#ports.dialedIn(key) : groupOf(ip)
    }
  }

  #rankOf(group = ''): number {
    const [a = 0, b = 0, c = 0, d = 0] = hmac(sha256, this.#secret, new TextEncoder().encode(group))
    return ((a * 256 + b) * 256 + c) * 256 + d
  }
}

function roadOf({ ip, carrier, connections }: TrackedPeer): Road {
  const connection: Connection | undefined = carrier ?? connections.at(-1)
  if (connection?.limits !== undefined) return 'relayed'
  if (ip === undefined) return 'other'
  return isLocal(ip) ? 'local' : 'plain'
}
