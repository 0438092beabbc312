import { APP, PROTOCOL } from '../simulation/simulated-node.ts'
import { ScriptedPeer } from '../simulation/scripted-peer.ts'
import { Member } from './member.ts'
import type { Network } from '../simulation/network.ts'
import type { Links } from './links.ts'
import type { Assault, PlannedPeer } from './plan.ts'

/** Streams that a flood opens at once, of the application's and of handshakes in turn. */
const FLOOD = 24

/** A hostile peer, that never gives up. */
export class Villain extends Member {
  readonly #peer: ScriptedPeer

  constructor(plan: PlannedPeer, network: Network, links: Links) {
    super(plan)
    const script = plan.script ?? 'silent'
    this.#peer = new ScriptedPeer(network, this.name, this.address.toString(), script)
    links.joined(this, this.#peer)
  }

  /** Does it by its script never accept anybody, so that nobody may ever take it for authorized? */
  get neverAccepts(): boolean {
    return this.plan.script !== 'wrong chain'
  }

  /** Does something bad to a node. Whatever the network makes of it is all the same. */
  async assail(victim: Member, act: Assault): Promise<void> {
    const { host } = victim
    if (host === undefined) return
    this.#peer.heard.length = 0
    if (act === 'leave') return this.#peer.leave()
    const [open] = this.connectionsWith(victim)
    const connection = open ?? (await this.#peer.connect(host))
    if (act === 'greet') return this.#peer.shakeHands(connection)
    if (act === 'goodbye') return this.#peer.sayGoodbye('shutting-down')
    // a handshake that is under way, and what it may not have before it is over
    await connection.newStream(PROTOCOL)
    const opened = Array.from({ length: act === 'flood' ? FLOOD : 1 }, async (_, i) => {
      const stream = await connection.newStream(i % 2 === 0 ? APP : PROTOCOL)
      stream.send(new TextEncoder().encode('let me in'))
    })
    await Promise.allSettled(opened)
  }
}
