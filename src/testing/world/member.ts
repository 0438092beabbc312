import { multiaddr } from '@multiformats/multiaddr'
import { idOf } from '../simulation/scripted-peer.ts'
import type { Host } from '../simulation/host.ts'
import type { SimulatedConnection } from '../simulation/simulated-connection.ts'
import type { PlannedPeer } from './plan.ts'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Somebody in the world, as far as the ways between everybody are concerned. */
export class Member {
  readonly plan: PlannedPeer
  readonly peerId: PeerId
  readonly key: string
  readonly address: Multiaddr
  /** Who is there now; nobody while it is down. */
  host: (Host & { readonly connections: readonly SimulatedConnection[] }) | undefined
  /** Milliseconds that everything takes longer. */
  slowness = 0
  isStalled = false
  /** When its ways to others, or it itself, were last disturbed. */
  disturbedAt = 0

  constructor(plan: PlannedPeer) {
    this.plan = plan
    this.peerId = idOf(this.name)
    this.key = this.peerId.toString()
    this.address = multiaddr(ipOf(plan.index))
  }

  get index(): number {
    return this.plan.index
  }

  get name(): string {
    return `${this.plan.script === undefined ? 'node' : 'hostile peer'} ${this.plan.index}`
  }

  /** Where it can be dialed, its id included. */
  get dialable(): Multiaddr {
    return multiaddr(`${this.address.toString()}/p2p/${this.key}`)
  }

  /** Open connections from here to the other. */
  connectionsWith(other: Member): SimulatedConnection[] {
    const connections = this.host?.connections ?? []
    return connections.filter(({ remotePeer }) => remotePeer.equals(other.peerId))
  }
}

/** A public address in an IPv4 /16 that no other peer is in, as long as there are fewer than 20,000. */
const ipOf = (index: number): string =>
  `/ip4/${20 + (index % 80)}.${Math.floor(index / 80) % 250}.0.1/tcp/4001`
