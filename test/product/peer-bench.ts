/** A peer that some things have happened to, whatever is bent about it then, and what the laws say of it. */
import { happeningsOf } from '../../src/testing/product/happenings.ts'
import { PeerHouse } from '../../src/testing/product/peer-house.ts'
import { PeerLaws } from '../../src/testing/product/peer-laws.ts'
import { NOBODY } from '../../src/testing/product/scene.ts'
import type { BrokenLaw } from '../../src/testing/product/broken-law.ts'
import type { Happening } from '../../src/testing/product/happenings.ts'
import type { HouseInit } from '../../src/testing/product/peer-house.ts'
import type { Breach } from '../../src/testing/product/peer-laws.ts'
import type { Scene } from '../../src/testing/product/scene.ts'

const LIMITS = { maxPeers: 2, outboundShare: 0.5, parallelDials: 2, failures: 0, outages: false }

const { happenings, stale } = happeningsOf({
  wishes: ['discovered', 'static', 'connect'],
  channels: true
})

/** What may happen to a peer called Ann, by its sentence. */
export function happening(sentence: string): Happening {
  const found = happenings.find(({ say }) => say('Ann') === sentence)
  if (found === undefined) throw new Error(`Expected something that may happen, got ${sentence}`)
  return found
}

/** A house with peers, of whom the first is Ann. */
export class Bench {
  readonly house: PeerHouse
  readonly #laws: PeerLaws
  scene: Scene = { mode: 'filling', isProbing: false, isProbeArmed: false, peers: [NOBODY] }

  constructor(limits: Partial<HouseInit> = {}) {
    const init = { ...LIMITS, ...limits }
    this.house = new PeerHouse(init)
    this.#laws = new PeerLaws(this.house, init, stale)
  }

  /** All this happens to Ann, one after the other. */
  take(...sentences: readonly string[]): this {
    for (const sentence of sentences) {
      const scene = { ...this.scene, peers: [...this.scene.peers] }
      this.scene = this.house.take(scene, 0, happening(sentence))[0] ?? this.scene
    }
    return this
  }

  /** Every law that does not hold now. */
  breaches(): Breach[] {
    const { peers } = this.scene
    const found = peers.flatMap((local) => [this.#laws.ofPeer(local), this.#laws.ofStale(local)])
    return [...found, this.#laws.ofAll(this.scene)].flatMap((each) => each ?? [])
  }

  /** Every law that does not hold while or after this happens to Ann. */
  breachesOf(sentence: string): Breach[] {
    try {
      return this.take(sentence).breaches()
    } catch (error) {
      const { name, law, message } = error as Error & Pick<BrokenLaw, 'law'>
      if (name !== 'BrokenLaw') throw error
      return [{ law, detail: message }]
    }
  }
}
