import { Interpreter } from '../../src/peers/interpreter.ts'
import { edgeTaken } from '../../src/testing/model/chart-edges.ts'
import type { PeerSnapshot } from '../../src/testing/model/peer-cases.ts'
import type { TrackedPeer } from '../../src/peers/tracked-peer.ts'
import type { PeerEvent } from '../../machines/index.ts'
import type { PeerId } from '@libp2p/interface'

/** The edges that the chart of a peer has taken. */
export class ChartJournal {
  readonly edges: string[] = []
  peer: TrackedPeer | undefined

  #hear(snapshot: PeerSnapshot, event: PeerEvent): void {
    const edge = edgeTaken(snapshot.machine, snapshot, event)
    if (edge !== undefined) this.edges.push(edge)
  }

  /** Watches every chart of this peer that is made from now on, by xstate's own inspection. */
  static of(key: string): ChartJournal {
    const journal = new ChartJournal()
    journals.set(key, journal)
    return journal
  }

  clear(): void {
    this.edges.length = 0
  }

  watch(peer: TrackedPeer): void {
    this.peer = peer
    const { actor } = peer
    actor.system.inspect((inspection) => {
      if (inspection.type !== '@xstate.event' || inspection.actorRef !== actor) return
      this.#hear(actor.getSnapshot(), inspection.event as PeerEvent)
    })
  }
}

const journals = new Map<string, ChartJournal>()

const watched = Object.getOwnPropertyDescriptor(Interpreter.prototype, 'create')
const create = watched?.value as Interpreter['create']
Object.defineProperty(Interpreter.prototype, 'create', {
  ...watched,
  value(this: Interpreter, peerId: PeerId, key: string) {
    const peer = create.call(this, peerId, key)
    journals.get(key)?.watch(peer)
    return peer
  }
})
