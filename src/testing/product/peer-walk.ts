import { happeningsOf } from './happenings.ts'
import { NAMES } from './counterexample.ts'
import { PeerHouse } from './peer-house.ts'
import { PeerLaws } from './peer-laws.ts'
import { PeerStory } from './peer-story.ts'
import { NOBODY, SceneBook } from './scene.ts'
import { StateTable } from './state-table.ts'
import { codeOf, GLOBAL } from './step-code.ts'
import type { Counterexample } from './counterexample.ts'
import type { ExplorePeersOptions, PeerExploration } from './peer-options.ts'
import type { Happening } from './happenings.ts'
import type { Breach } from './peer-laws.ts'
import type { Scene } from './scene.ts'

/** Goes through everything that can happen, breadth first. */
export class PeerWalk {
  readonly #options: ExplorePeersOptions
  readonly #count: number
  readonly #happenings: readonly Happening[]
  readonly #house: PeerHouse
  readonly #laws: PeerLaws
  readonly #scenes = new SceneBook()
  readonly #table: StateTable
  readonly #story: PeerStory
  /** Of each number of a peer: was it looked at? */
  readonly #checked = new Set<number>()
  readonly #paths = new Set<string>()
  /** What can happen to a peer, by what it is. */
  readonly #prospects: Prospects[] = []
  #edges = 0
  readonly #staleCount: number

  constructor(options: ExplorePeersOptions) {
    const { peers = 4, slots = 2, outboundShare = 0.5, reservedSlots = 0 } = options
    if (!(peers >= 1 && peers <= NAMES.length))
      throw new RangeError(`Expected 1 to 8 peers, got ${peers}`)
    if (!(slots >= 1)) throw new RangeError(`Expected at least one slot, got ${slots}`)
    const limits = {
      maxPeers: slots,
      outboundShare,
      reservedSlots,
      parallelDials: options.parallelDials ?? slots,
      failures: options.failures ?? 0,
      outages: options.outages ?? false,
      ...(options.dispositions && { dispositions: options.dispositions })
    }
    const { happenings, stale } = happeningsOf(options)
    this.#options = options
    this.#count = peers
    this.#happenings = happenings
    this.#house = new PeerHouse(limits)
    this.#laws = new PeerLaws(this.#house, limits, stale)
    this.#staleCount = stale.length
    this.#table = new StateTable(peers + 1)
    this.#story = new PeerStory({
      count: peers,
      table: this.#table,
      scenes: this.#scenes,
      happenings,
      take: (row, { place, which }) => this.#take(row, place, which),
      pathOf: (local) => this.#house.stateOf(local).path
    })
  }

  walk(): PeerExploration {
    const { maxStates = 5_000_000 } = this.#options
    const start: Scene = {
      mode: 'filling',
      isProbing: false,
      isProbeArmed: false,
      peers: Array.from({ length: this.#count }, () => NOBODY)
    }
    this.#table.add(this.#scenes.rowOf(start), 0, 0)
    let at = 0
    let counterexample: Counterexample | undefined
    for (; at < this.#table.size && counterexample === undefined; at++) {
      if (this.#table.size > maxStates) break
      counterexample = this.#look(at)
    }
    return {
      states: this.#table.size,
      edges: this.#edges,
      depth: this.#table.path(this.#table.size - 1).length,
      isComplete: counterexample === undefined && at === this.#table.size,
      chartStates: this.#house.chart.size,
      peerStates: this.#scenes.size,
      paths: [...this.#paths].toSorted(),
      counterexample
    }
  }

  /** Checks a state, and takes every step out of it. */
  #look(index: number): Counterexample | undefined {
    const row = this.#table.row(index)
    const breach = this.#check(row)
    if (breach !== undefined) return this.#story.tell(index, breach)
    for (let place = 0; place < this.#count; place++) {
      // of peers that are equal one stands for all
      if (place > 0 && row[place + 1] === row[place]) continue
      const prospects = this.#prospectsOf(row[place + 1] ?? 0)
      this.#edges += prospects.idle
      for (const { which, to } of prospects.alone) {
        this.#edges++
        this.#table.add(moved(row, place + 1, to), index, codeOf(place, which))
      }
      for (const which of prospects.together) {
        const found = this.#try(index, row, place, which)
        if (found !== undefined) return found
      }
    }
    for (const which of GLOBAL.keys()) {
      const found = this.#try(index, row, this.#count, which)
      if (found !== undefined) return found
    }
    return undefined
  }

  #check(row: readonly number[]): Breach | undefined {
    const scene = this.#scenes.sceneOf(row)
    for (const [place, local] of scene.peers.entries()) {
      const number = row[place + 1] ?? 0
      if (this.#house.stateOf(local).context.session !== 0) this.#edges += this.#staleCount
      if (this.#checked.has(number)) continue
      this.#checked.add(number)
      this.#paths.add(this.#house.stateOf(local).path)
      const breach = this.#laws.ofPeer(local) ?? this.#laws.ofStale(local)
      if (breach !== undefined) return { ...breach, place }
    }
    return this.#laws.ofAll(scene)
  }

  #try(
    index: number,
    row: readonly number[],
    place: number,
    which: number
  ): Counterexample | undefined {
    try {
      const after = this.#take(row, place, which)
      const code = codeOf(place, which, after.length)
      for (const [branch, scene] of after.entries()) {
        this.#edges++
        this.#table.add(this.#scenes.rowOf(scene), index, code + branch)
      }
      return undefined
    } catch (error) {
      if ((error as Error).name !== 'BrokenLaw') throw error
      const { law, message } = error as Error & { law: string }
      return this.#story.tell(index, { law, detail: message }, { place, which, branch: 0 })
    }
  }

  /** What can happen to a peer of this number, and what touches nobody else. */
  #prospectsOf(number: number): Prospects {
    return (this.#prospects[number] ??= this.#foresee(number))
  }

  #foresee(number: number): Prospects {
    const local = this.#scenes.local(number)
    const prospects = { idle: 0, alone: [] as Move[], together: [] as number[] }
    for (const [which, happening] of this.#happenings.entries()) {
      const after = this.#house.takeAlone(local, happening)
      const to = after && this.#scenes.numberOf(after)
      if (to === undefined) prospects.together.push(which)
      else if (to === number) prospects.idle++
      else prospects.alone.push({ which, to })
    }
    return prospects
  }

  #take(row: readonly number[], place: number, which: number): Scene[] {
    const scene = this.#scenes.sceneOf(row)
    const happening = this.#happenings[which]
    if (place < this.#count) return happening ? this.#house.take(scene, place, happening) : []
    const global = GLOBAL[which]
    const { outages = false, stopping = false } = this.#options
    if (global === 'drain') return stopping ? this.#house.drain(scene) : []
    return outages && global !== undefined ? this.#house[global](scene) : []
  }
}

/** A step that touches one peer only: what happens, and what the peer is afterwards. */
interface Move {
  readonly which: number
  readonly to: number
}

interface Prospects {
  /** What changes nothing. */
  readonly idle: number
  readonly alone: readonly Move[]
  /** What reaches out to slots, the scheduler or other peers. */
  readonly together: readonly number[]
}

/** The row with another number in this place, in its order again. */
function moved(row: readonly number[], place: number, number: number): number[] {
  const next = [...row]
  let at = place
  for (; at > 1 && (next[at - 1] ?? 0) > number; at--) next[at] = next[at - 1] ?? 0
  for (; at + 1 < next.length && (next[at + 1] ?? 0) < number; at++) next[at] = next[at + 1] ?? 0
  next[at] = number
  return next
}
