import { standingOf } from '../../doors.ts'
import { SlotTable } from './slot-table.ts'
import type { PeerPath } from '../../peers/tracked-peer.ts'
import type { PeerLaw } from './broken-law.ts'
import type { Happening } from './happenings.ts'
import type { HouseInit, PeerHouse } from './peer-house.ts'
import type { Local, Scene } from './scene.ts'

/** A law that does not hold. */
export interface Breach<Law extends string = string> {
  readonly law: Law
  /** What exactly is wrong; with WHO for the peer. */
  readonly detail: string
  /** Whose place it is. */
  readonly place?: number
  /** What must happen for it to show. */
  readonly happening?: Happening
}

/** The laws, counted anew from the states of the peers: what the house itself believes is not asked. */
export class PeerLaws {
  readonly #house: PeerHouse
  readonly #limits: HouseInit
  readonly #stale: readonly Happening[]

  constructor(house: PeerHouse, limits: HouseInit, stale: readonly Happening[]) {
    this.#house = house
    this.#limits = limits
    this.#stale = stale
  }

  /** What is wrong with one peer, whatever the others do; undefined if nothing is. */
  ofPeer(local: Local): Breach<PeerLaw> | undefined {
    const state = this.#house.stateOf(local)
    const { path } = state
    const isAuthorized = path === 'authorized'
    const holds = local.token !== 0
    if (state.holdsSlot && !holds) return { law: 'slot', detail: `WHO is ${path} without a slot` }
    if (holds && !state.holdsSlot) return { law: 'slot', detail: `WHO is ${path}, with a slot` }
    if (state.isWaiting && local.deadline === '') {
      return { law: 'settle', detail: `WHO is ${path}, and no deadline is armed` }
    }
    if ((state.deadline ?? '') !== local.deadline) {
      return { law: 'settle', detail: `WHO is ${path} with a deadline for ${local.deadline}` }
    }
    if (local.isDialing !== (path === 'dialing')) {
      const dials = local.isDialing ? 'a dial' : 'no dial'
      return { law: 'slot', detail: `WHO is ${path}, and ${dials} is in flight` }
    }
    const passes = local.isGateOpen || standingOf(path as PeerPath) === 'authorized'
    if (passes && !isAuthorized) {
      return { law: 'gate', detail: `WHO is ${path}, and its streams pass` }
    }
    if (isAuthorized && !local.isGateOpen) {
      return { law: 'gate', detail: 'WHO is authorized, and its streams do not pass' }
    }
    const isHeard = state.isLinked === local.isLinked || state.isLinking
    if (!isHeard) return { law: 'settle', detail: `WHO is ${path}, against what is connected` }
    return undefined
  }

  /** What is wrong with all of them together. */
  ofAll(scene: Scene): Breach<PeerLaw> | undefined {
    return this.#capacity(scene) ?? this.#wakeUp(scene)
  }

  /** Does an answer of an earlier session change anything? The answer that does, and how. */
  ofStale(local: Local): Breach<PeerLaw> | undefined {
    const { context } = this.#house.stateOf(local)
    if (context.session === 0) return undefined
    for (const happening of this.#stale) {
      const { to, effects } = this.#house.chart.step(local.chart, happening.key, happening.event)
      if (to === local.chart && effects.length === 0) continue
      const { path } = this.#house.chart.state(to)
      const detail = `a stale answer leads WHO to ${path}${effects.map((each) => `, ${each}`).join('')}`
      return { law: 'generation', detail, happening }
    }
    return undefined
  }

  #capacity({ peers }: Scene): Breach<PeerLaw> | undefined {
    const { maxPeers, reservedSlots = 0 } = this.#limits
    const held = countsOf(peers)
    const breaches = [
      [held.ordinary, maxPeers, 'ordinary slots'],
      [held.reserved, reservedSlots, 'reserved slots'],
      [held.discovered, this.#discoveredLimit, 'slots of discovered peers'],
      [held.inbound, maxPeers - this.#discoveredLimit, 'inbound slots']
    ] as const
    const breach = breaches.find(([count, limit]) => count > limit)
    if (breach === undefined) return undefined
    return { law: 'capacity', detail: `${breach[0]} ${breach[2]} of ${breach[1]} are held` }
  }

  /** Nobody waits for a slot that is free. */
  #wakeUp(scene: Scene): Breach<PeerLaw> | undefined {
    const { maxPeers, reservedSlots = 0, parallelDials } = this.#limits
    const { peers, mode } = scene
    const held = countsOf(peers)
    const free = maxPeers - held.ordinary
    const isFull = free <= 0
    if (mode === 'full' && !isFull) return { law: 'wake-up', detail: 'full, with a slot free' }
    if (mode === 'filling' && isFull)
      return { law: 'wake-up', detail: 'filling, with no slot free' }
    if (mode !== 'filling' && mode !== 'full') return undefined
    const dials = peers.filter(({ isDialing }) => isDialing).length
    if (dials >= parallelDials) return undefined
    for (const local of peers) {
      const { isQueued, context } = this.#house.stateOf(local)
      if (!isQueued) continue
      const isShareFull =
        context.priority === 'discovered' && held.discovered >= this.#discoveredLimit
      const isReservedFree = context.priority === 'static' && held.reserved < reservedSlots
      if ((!isFull && !isShareFull) || isReservedFree) {
        return { law: 'wake-up', detail: `${String(context.priority)} waits, and a slot is free` }
      }
    }
    return undefined
  }

  get #discoveredLimit(): number {
    const { maxPeers, outboundShare } = this.#limits
    if (outboundShare === 0) return 0
    return Math.min(maxPeers, Math.max(1, Math.floor(maxPeers * outboundShare + 1e-9)))
  }
}

function countsOf(peers: readonly Local[]) {
  const tokens = peers.flatMap(({ token }) => SlotTable.tokenOf(token) ?? [])
  const ordinary = tokens.filter(({ pool }) => pool === 'ordinary')
  return {
    ordinary: ordinary.length,
    reserved: tokens.length - ordinary.length,
    discovered: ordinary.filter(({ kind }) => kind === 'discovered').length,
    inbound: ordinary.filter(({ kind }) => kind === 'inbound').length
  }
}
