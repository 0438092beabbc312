import { ScriptedPeer } from '../../src/testing/simulation/scripted-peer.ts'
import type { Network } from '../../src/testing/simulation/network.ts'
import type { Script } from '../../src/testing/simulation/scripted-peer.ts'
import type { Reference } from './reference.ts'
import type { Connection } from '@libp2p/interface'

export const NAMES = ['p0', 'p1', 'p2', 'p3', 's0', 't0'] as const

/** The peers of a scene: ordinary ones, one that is asked for as static, one that is trusted. */
export type Name = (typeof NAMES)[number]

/** A scripted peer whose own view of things goes into the reference. */
export class Counterpart extends ScriptedPeer {
  /** Has it never done anything that could be taken for a breach of the protocol? */
  isHonest = true
  readonly #reference: Reference

  constructor(network: Network, name: string, address: string, reference: Reference) {
    super(network, name, address, 'honest')
    this.#reference = reference
    this.onWord = (word) => reference.spoke(this.peerId.toString(), word)
  }

  /** From now on it behaves so. */
  follow(script: Script): void {
    this.script = script
    if (script !== 'honest') this.isHonest = false
  }

  override closed(connection: Connection): void {
    super.closed(connection)
    if (this.connections.length === 0) this.#reference.parted(this.peerId.toString())
  }
}
