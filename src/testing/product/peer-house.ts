import { DISPOSITIONS, dispositionOf } from '../../../machines/index.ts'
import { FRESH, PeerChart } from './peer-chart.ts'
import { BrokenLaw } from './broken-law.ts'
import { INNER } from './inner-events.ts'
import { CHANGES } from './effect-changes.ts'
import { change, localAt, NOBODY, tellScheduler, tokensOf } from './scene.ts'
import { SlotTable } from './slot-table.ts'
import type { Happening } from './happenings.ts'
import type { ChartEvent, ChartState } from './peer-chart.ts'
import type { Local, Scene } from './scene.ts'
import type { DeskStep } from './slot-table.ts'
import type { DispositionTable, PeerEffect, Priority, SlotLimits } from '../../../machines/index.ts'

export interface HouseInit extends SlotLimits {
  readonly parallelDials: number
  readonly failures: number
  /** May the network seem gone? */
  readonly outages: boolean
  readonly dispositions?: DispositionTable
}

type Inner = (typeof INNER)[keyof typeof INNER]

/**
 * What the house does with an event, by its rules: the chart of the peer first, then the effects that it
 * named, then what follows in other charts, then the plan; until all is quiet. Charts, slots and plan are
 * the production ones.
 */
export class PeerHouse {
  readonly chart: PeerChart
  readonly slots: SlotTable
  readonly #table: DispositionTable
  readonly #canBeLost: boolean
  /** How often a step touched more than its own peer: a slot, the scheduler, the dials in flight. */
  #reaches = 0
  #mailbox: { readonly place: number; readonly event: Inner | Happening }[] = []

  constructor(init: HouseInit) {
    this.#table = init.dispositions ?? DISPOSITIONS
    this.#canBeLost = init.outages
    this.chart = new PeerChart(this.#table, init.failures)
    this.slots = new SlotTable(init, init.parallelDials)
  }

  stateOf({ chart }: Local): ChartState {
    return this.chart.state(chart)
  }

  /** Everything that may come of a happening; more than one scene if luck decides whom to dial. */
  take(scene: Scene, place: number, happening: Happening): Scene[] {
    // of a step that broke a law
    this.#mailbox = []
    const local = localAt(scene, place)
    switch (happening.kind) {
      case 'opens':
        return local.isLinked ? [] : this.#open(scene, place)
      case 'closes':
        return local.isLinked ? this.#close(scene, place, happening) : []
      case 'dialed':
        return this.#dialed(scene, place, happening)
      case 'hello':
        return local.isLinked ? this.#hello(scene, place, happening) : []
      case 'channel':
        return this.#admit(scene, place, INNER.secured)
      case 'answer':
        return this.stateOf(local).context.session === 0 ? [] : this.#tell(scene, place, happening)
      case 'chart':
        return this.#tell(scene, place, happening)
      case 'dial expires':
      case 'handshake expires':
      case 'coolDown expires':
        return this.#expire(scene, place, happening)
    }
  }

  /**
   * What a peer is after a happening that touches nobody else; undefined if it may, since that depends on
   * the others.
   */
  takeAlone(local: Local, happening: Happening): Local | undefined {
    // whoever leaves the queue, or changes in it, changes the plan
    const { isQueued } = this.stateOf(local)
    const mode = isQueued ? 'draining' : 'filling'
    const reaches = this.#reaches
    try {
      const scene = { mode, isProbing: false, isProbeArmed: false, peers: [local] } as const
      const [after] = this.take({ ...scene, peers: [local] }, 0, happening)
      const alone = after?.peers[0] ?? local
      if (this.#reaches > reaches) return undefined
      return isQueued && JSON.stringify(alone) !== JSON.stringify(local) ? undefined : alone
    } catch (error) {
      if ((error as Error).name !== 'BrokenLaw') throw error
      return undefined
    }
  }

  /** The network seems gone, and nobody is connected. */
  lose(scene: Scene): Scene[] {
    if (scene.peers.some(({ isLinked }) => isLinked)) return []
    if (scene.mode !== 'filling' && scene.mode !== 'full') return []
    tellScheduler(scene, { type: 'network.lost' })
    return this.#quiet(scene)
  }

  /** The deadline of the next probe is due. */
  probe(scene: Scene): Scene[] {
    if (!scene.isProbeArmed) return []
    tellScheduler(scene, { type: 'probe.due' })
    return this.#quiet(scene)
  }

  /** The node is about to stop: it says goodbye to everybody who has a slot. */
  drain(scene: Scene): Scene[] {
    if (scene.mode === 'draining' || scene.mode === 'stopped') return []
    tellScheduler(scene, { type: 'scheduler.drain' })
    for (const [place, local] of scene.peers.entries()) {
      if (this.stateOf(local).holdsSlot) this.#send(place, INNER.drained)
    }
    return this.#quiet(scene)
  }

  #tell(scene: Scene, place: number, event: Inner | Happening): Scene[] {
    this.#send(place, event)
    return this.#quiet(scene)
  }

  /** A deadline is over; one that is not armed any more may be over all the same, and must change nothing. */
  #expire(scene: Scene, place: number, happening: Happening): Scene[] {
    const { deadline } = localAt(scene, place)
    if (happening.kind === `${deadline} expires`) change(scene, place, { deadline: '' })
    return this.#tell(scene, place, happening)
  }

  #open(scene: Scene, place: number): Scene[] {
    change(scene, place, { isLinked: true })
    this.#reconcile(scene, place)
    this.#drain(scene)
    this.#reached(scene)
    const isMet = this.stateOf(localAt(scene, place)).path === 'dialing'
    if (isMet) this.#send(place, INNER.dialed)
    return this.#quiet(scene)
  }

  #close(scene: Scene, place: number, happening: Happening): Scene[] {
    change(scene, place, { isLinked: false })
    if (this.stateOf(localAt(scene, place)).isLinked) this.#send(place, happening)
    return this.#quiet(scene)
  }

  /** A dial that is in flight brings its connection with it; a late answer brings nothing. */
  #dialed(scene: Scene, place: number, happening: Happening): Scene[] {
    const { isDialing } = localAt(scene, place)
    if (this.stateOf(localAt(scene, place)).context.session === 0) return []
    if (isDialing) {
      change(scene, place, { isLinked: true })
      this.#reached(scene)
    }
    return this.#tell(scene, place, happening)
  }

  #hello(scene: Scene, place: number, happening: Happening): Scene[] {
    const state = this.stateOf(localAt(scene, place))
    // its handshake is a request to an authorized peer, which the chart does not hear of
    if (state.path === 'authorized') return []
    if (state.holdsSlot) return this.#tell(scene, place, happening)
    return this.#admit(scene, place, INNER.admitted)
  }

  #admit(scene: Scene, place: number, grant: Inner): Scene[] {
    const { context, holdsSlot } = this.stateOf(localAt(scene, place))
    const { reason, by } = context
    this.#reaches++
    const isRefused =
      reason !== undefined &&
      by !== undefined &&
      dispositionOf(reason, by, this.#table).refusesInbound
    const isOpen = scene.mode !== 'stopped' && scene.mode !== 'draining'
    if (holdsSlot || isRefused || !isOpen) return []
    const wish = context.lasting === 'static' ? 'static' : 'inbound'
    const step = this.slots.admit(tokensOf(scene), place, wish)
    this.#desk(scene, step)
    if (step.isDone) this.#send(place, grant)
    return this.#quiet(scene)
  }

  /** There was a sign of life from the network. */
  #reached(scene: Scene): void {
    if (this.#canBeLost) this.#reaches++
    if (scene.mode !== 'offline') return
    tellScheduler(scene, { type: 'network.found' })
    if (this.slots.isFull(tokensOf(scene))) tellScheduler(scene, { type: 'slots.filled' })
    for (const [place, local] of scene.peers.entries()) {
      const isCooling = this.stateOf(local).path.endsWith('.coolingDown')
      if (isCooling) this.#send(place, INNER.returned)
    }
  }

  #send(place: number, event: Inner | Happening): void {
    this.#mailbox.push({ place, event })
  }

  #drain(scene: Scene): void {
    for (let next = this.#mailbox.shift(); next !== undefined; next = this.#mailbox.shift()) {
      this.#transition(scene, next.place, next.event)
    }
  }

  /** Everything that waits is delivered, and the scheduler plans, until there is nothing left to do. */
  #quiet(scene: Scene): Scene[] {
    this.#drain(scene)
    const queue = scene.peers.map((local) => this.#queuedAs(local))
    if (queue.every((each) => each === undefined)) return [scene]
    const tokens = tokensOf(scene)
    for (const isAwaited of [true, false]) {
      const waiting = queue.map((each) =>
        each?.isAwaited === isAwaited ? each.priority : undefined
      )
      const places = this.slots.grantable(tokens, waiting, {
        mode: scene.mode,
        probing: scene.isProbing,
        dialing: scene.peers.filter(({ isDialing }) => isDialing).length,
        isAwaited
      })
      if (places.length === 0) continue
      this.#reaches++
      return places.flatMap((place) => {
        const branch = { ...scene, peers: [...scene.peers] }
        return this.#grant(branch, place, waiting[place] ?? 'discovered', isAwaited)
      })
    }
    return [scene]
  }

  #grant(scene: Scene, place: number, wish: Priority, isAwaited: boolean): Scene[] {
    const local = localAt(scene, place)
    const step = this.slots.grant(tokensOf(scene), place, wish)
    if (!step.isDone) return [scene]
    if (local.token !== 0) throw new BrokenLaw('slot', 'a peer gets a second slot')
    this.#desk(scene, step)
    if (!isAwaited) scene.isProbing = false
    return this.#tell(scene, place, local.isLinked ? INNER.adopted : INNER.granted)
  }

  /** As what a peer waits for a slot, and whether a `connect()` waits for it. */
  #queuedAs(local: Local): { priority: Priority; isAwaited: boolean } | undefined {
    const { isQueued, context } = this.stateOf(local)
    const { priority, lasting } = context
    if (!isQueued || priority === undefined) return undefined
    return { priority, isAwaited: priority === 'requested' && lasting !== 'requested' }
  }

  #transition(scene: Scene, place: number, { key, event }: Inner | Happening): void {
    const before = localAt(scene, place)
    const { to, effects } = this.chart.step(before.chart, key, event as ChartEvent)
    const isGrant = event(this.stateOf(before).context).type === 'slot.granted'
    if (to === before.chart && effects.length === 0 && !isGrant) return
    change(scene, place, { chart: to })
    for (const effect of effects) this.#carryOut(effect, scene, place)
    // a grant that the chart did not take, or did not survive
    if (isGrant && !this.stateOf(localAt(scene, place)).holdsSlot) {
      this.#desk(scene, this.slots.release(tokensOf(scene), place))
    }
    if (this.stateOf(localAt(scene, place)).isForgotten) return this.#forget(scene, place)
    this.#reconcile(scene, place)
  }

  /** Nothing may be left of a peer that is forgotten; from then on it is one that nobody knows. */
  #forget(scene: Scene, place: number): void {
    const { token, deadline, isDialing, isGateOpen } = localAt(scene, place)
    if (token !== 0) throw new BrokenLaw('slot', 'a forgotten peer holds a slot')
    if (deadline !== '') throw new BrokenLaw('settle', 'a forgotten peer has a deadline')
    if (isDialing) throw new BrokenLaw('settle', 'a forgotten peer is being dialed')
    if (isGateOpen) throw new BrokenLaw('gate', 'the gate is open for a forgotten peer')
    change(scene, place, { ...NOBODY, chart: FRESH, isLinked: localAt(scene, place).isLinked })
  }

  #reconcile(scene: Scene, place: number): void {
    const local = localAt(scene, place)
    const { isLinked, isLinking } = this.stateOf(local)
    if (isLinked && !local.isLinked) this.#send(place, INNER.closed)
    if (!isLinked && local.isLinked && !isLinking) this.#send(place, INNER.opened)
  }

  #carryOut(effect: PeerEffect, scene: Scene, place: number): void {
    if (effect === 'releaseSlot') this.#desk(scene, this.slots.release(tokensOf(scene), place))
    if (effect === 'dial' || effect === 'cancelDial') this.#reaches++
    const changed = CHANGES[effect]
    if (changed !== undefined) change(scene, place, changed)
  }

  #desk(scene: Scene, { tokens, told }: DeskStep): void {
    this.#reaches++
    for (const [place, token] of tokens.entries()) {
      if (localAt(scene, place).token !== token) change(scene, place, { token })
    }
    for (const event of told) tellScheduler(scene, event)
  }
}
