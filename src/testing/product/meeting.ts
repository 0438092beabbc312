import { multiaddr } from '@multiformats/multiaddr'
import { isSmaller } from '../../crossing.ts'
import { Network } from '../simulation/network.ts'
import { idOf } from '../simulation/scripted-peer.ts'
import { APP, SimulatedNode } from '../simulation/simulated-node.ts'
import { settled } from '../settled.ts'
import { LanedWire, other } from './laned-wire.ts'
import type { Name } from './laned-wire.ts'
import type { MeetingInit } from './meeting-options.ts'
import type { SimulatedConnection } from '../simulation/simulated-connection.ts'
import type { PeerId } from '@libp2p/interface'

const NAMES = ['Ann', 'Bob'] as const
const BUDGETS = ['foreign', 'cuts', 'goodbyes', 'updates', 'streams', 'haste'] as const
type Budget = (typeof BUDGETS)[number]

/** The crossing rule's order: Ann is the smaller. */
const [SMALLER, LARGER] = [idOf('one'), idOf('other')].toSorted((a, b) =>
  isSmaller(a.toMultihash().bytes, b.toMultihash().bytes) ? -1 : 1
) as [PeerId, PeerId]
const IDS: Readonly<Record<Name, PeerId>> = { Ann: SMALLER, Bob: LARGER }
const ADDRESSES: Readonly<Record<Name, string>> = {
  Ann: '/ip4/20.0.0.1/tcp/4001',
  Bob: '/ip4/21.0.0.1/tcp/4001'
}

/**
 * One meeting of two nodes, each with the whole production service, on a network on which nothing arrives
 * by itself. It is told step by step what happens next.
 */
export class Meeting {
  readonly network: Network
  readonly nodes = new Map<Name, SimulatedNode>()
  readonly wires: LanedWire[] = []
  /** Sessions in which each side was authorized, by their numbers. */
  readonly sessions: Record<Name, number[]> = { Ann: [], Bob: [] }
  /** Gated streams that were opened, or served, where they must not be. */
  readonly trespasses: string[] = []
  /** Calls of `connect()` that have not settled. */
  waiting = 0
  /** Time steps since something arrived. */
  idle = 0
  /** Have all called `connect()` who may? */
  get hasBegun(): boolean {
    return this.#wants.size === 0
  }

  /** Has anything happened beside wishes and arrivals? */
  isDisturbed = false
  readonly #left: Record<Budget, number>
  readonly #wants: Set<Name>

  private constructor(init: MeetingInit) {
    this.#wants = new Set(init.wants ?? NAMES)
    const { foreign = 0, cuts = 0, goodbyes = 0, updates = 0, streams = 0, haste = 0 } = init
    this.#left = { foreign, cuts, goodbyes, updates, streams, haste }
    this.network = new Network({
      wire: ({ peerId }) => {
        const dialer = peerId.equals(IDS.Ann) ? 'Ann' : 'Bob'
        const before = this.wires.filter(({ name }) => name.startsWith(dialer)).length
        const wire = new LanedWire(
          this.network.clock,
          `${dialer}'s connection ${before + 1}`,
          dialer
        )
        this.wires.push(wire)
        return wire
      }
    })
  }

  static async begin(init: MeetingInit): Promise<Meeting> {
    const meeting = new Meeting(init)
    for (const name of NAMES) {
      const given = (name === 'Ann' ? init.ann : init.bob) ?? {}
      const options = { maxPeers: 4, random: () => 0.5, ...given }
      const started = SimulatedNode.start(meeting.network, IDS[name], ADDRESSES[name], options)
      // each in its turn, so that all meetings begin alike
      meeting.#listen(name, await started)
    }
    await settled()
    for (let count = 0; count < (init.connections ?? 2); count++) {
      const [dialer, listener] = count % 2 === 0 ? NAMES : (['Bob', 'Ann'] as const)
      // one after the other: which one is the newest makes a difference
      await meeting.network.dial(meeting.node(dialer), IDS[listener])
      for (const { arrive } of meeting.wires.flatMap((wire) => wire.arrivals())) arrive()
      await settled()
    }
    return meeting
  }

  node(name: Name): SimulatedNode {
    const node = this.nodes.get(name)
    if (node === undefined) throw new Error(`${name} is not there`)
    return node
  }

  pathOf(name: Name): string {
    return this.node(name).peers.explain(IDS[other(name)]).path
  }

  isAuthorized(name: Name): boolean {
    return this.node(name).peers.isAuthorized(IDS[other(name)])
  }

  /** Is nothing on its way? */
  get isQuiet(): boolean {
    return this.wires.every(({ isEmpty }) => isEmpty)
  }

  /** Is somebody in the middle of something? Streams of the application end when they like. */
  get isBusy(): boolean {
    return NAMES.some((name) => {
      const isWaiting = /dialing|promoting|handshaking/.test(this.pathOf(name))
      const isLeaving = this.node(name).connections.some(
        ({ status, streams }) =>
          status !== 'open' || streams.some(({ protocol }) => protocol !== APP)
      )
      return isWaiting || isLeaving
    })
  }

  /** Everything that may happen next, in plain words. */
  actions(): string[] {
    const arrivals = this.wires.flatMap((wire) => wire.arrivals().map(({ label }) => label))
    const wants = [...this.#wants].map((name) => `${name} calls connect() for ${other(name)}`)
    const isOpen = (name: Name): boolean =>
      this.node(name).connections.some(({ status }) => status === 'open')
    const spent = BUDGETS.flatMap((budget) =>
      this.#left[budget] === 0 ? [] : this.#actionsOf(budget, isOpen)
    )
    const hasTime = this.network.clock.next !== undefined
    const waits = arrivals.length === 0 && this.isBusy && hasTime ? [TIME] : []
    return [...arrivals, ...wants, ...spent, ...waits]
  }

  /**
   * Lets it happen, and everything that follows without time.
   *
   * @throws {Error} If it is nothing that may happen now
   */
  async take(action: string): Promise<void> {
    const [arrival] = this.wires
      .flatMap((wire) => wire.arrivals())
      .filter(({ label }) => label === action)
    if (arrival !== undefined) {
      this.idle = 0
      arrival.arrive()
    } else this.#act(action)
    await settled()
  }

  /** Everything that makes a difference to what can follow, as text. */
  print(): string {
    const nodes = NAMES.map((name) => {
      const node = this.node(name)
      const { path, reason, by, failures } = node.peers.explain(IDS[other(name)])
      const connections = node.connections.map((connection) => this.#printEnd(connection))
      const slots = node.peers.status().slots.map(({ kind, pool }) => `${kind} ${pool}`)
      const rest = [node.served.length, this.sessions[name].length]
      return [path, reason, by, failures, slots, connections, rest].join('|')
    })
    const { clock } = this.network
    const time = [clock.now(), clock.pending, this.waiting, this.isDisturbed]
    const left = [...Object.values(this.#left), ...this.#wants]
    const wires = this.wires.map((wire) => wire.print()).toSorted()
    return [...nodes, ...wires, time, left].join('\n')
  }

  #printEnd({
    wire,
    direction,
    status,
    streams
  }: SimulatedNode['connections'][number] & { wire?: unknown }): string {
    const laned = wire as LanedWire
    const open = streams.map(({ id, status: is, writeStatus, remoteWriteStatus, protocol }) =>
      [laned.streamName(id), is, writeStatus, remoteWriteStatus, protocol].join(' ')
    )
    return [laned.name, direction, status, ...open].join(' ')
  }

  #actionsOf(budget: Budget, isOpen: (name: Name) => boolean): string[] {
    const of = (verb: string): string[] => NAMES.filter(isOpen).map((name) => `${name} ${verb}`)
    switch (budget) {
      case 'foreign':
        return NAMES.map((name) => `${name}${FOREIGN}${other(name)}`)
      case 'cuts':
        return this.wires.flatMap((wire) =>
          this.#endsOf(wire).length > 0 ? `${wire.name}${LOST}` : []
        )
      case 'goodbyes':
        return of(`calls disconnect()`)
      case 'updates':
        return of('sends an update').filter((action) => this.isAuthorized(nameIn(action)))
      case 'streams':
        return of('opens a stream of the application')
      case 'haste':
        return this.isQuiet || this.network.clock.next === undefined ? [] : [HASTE]
    }
  }

  #act(action: string): void {
    if (!this.actions().includes(action)) {
      throw new Error(`Expected something that may happen, got ${action}`)
    }
    const name = nameIn(action)
    if (action.includes('calls connect()')) return this.#connect(name)
    if (action === TIME) return this.#pass()
    this.isDisturbed = true
    const node = this.node(name)
    const far = IDS[other(name)]
    if (action === HASTE) {
      this.#left.haste--
      return this.#pass()
    }
    if (action.endsWith(LOST)) return this.#cut(action)
    if (action.includes(FOREIGN)) {
      this.#left.foreign--
      this.network.dial(node, far).catch(() => {})
    } else if (action.endsWith('calls disconnect()')) {
      this.#left.goodbyes--
      void node.peers.disconnect(far)
    } else if (action.endsWith('sends an update')) {
      this.#left.updates--
      void node.peers.refresh(far)
    } else this.#stream(name, node)
  }

  #connect(name: Name): void {
    this.#wants.delete(name)
    const far = other(name)
    this.waiting++
    const over = (): void => void this.waiting--
    const target = multiaddr(`${ADDRESSES[far]}/p2p/${IDS[far].toString()}`)
    this.node(name).peers.connect(target).then(over, over)
  }

  #pass(): void {
    const { clock } = this.network
    this.idle++
    clock.advance((clock.next ?? clock.now()) - clock.now())
  }

  #cut(action: string): void {
    this.#left.cuts--
    const wire = this.wires.find(({ name }) => action === `${name}${LOST}`)
    wire?.lose(
      this.#endsOf(wire).map(({ at, connection }) => ({ at, end: () => connection.end('reset') }))
    )
  }

  #endsOf(wire: LanedWire): { at: Name; connection: SimulatedConnection }[] {
    return NAMES.flatMap((at) =>
      (this.node(at).connections as SimulatedConnection[])
        .filter((connection) => connection.wire === wire)
        .map((connection) => ({ at, connection }))
    )
  }

  #stream(name: Name, node: SimulatedNode): void {
    this.#left.streams--
    const connection = node.connections.findLast(({ status }) => status === 'open')
    const was = this.isAuthorized(name)
    const onOpen = (): void => {
      if (was || this.isAuthorized(name)) return
      const path = this.pathOf(name)
      this.trespasses.push(`${name} opens a stream of the application to a peer that is ${path}`)
    }
    connection?.newStream(APP).then(onOpen, () => {})
  }

  #listen(name: Name, node: SimulatedNode): void {
    this.nodes.set(name, node)
    node.peers.addEventListener('peer:authorized', () => {
      const [slot] = node.peers.status().slots
      this.sessions[name].push(slot?.session ?? 0)
    })
  }
}

const TIME = 'Nothing is on its way: time passes until the next deadline'
const HASTE = 'Time passes until the next deadline, before anything arrives'
const FOREIGN = "'s DHT connects to "
const LOST = ' is lost'

const nameIn = (action: string): Name => (action.startsWith('Bob') ? 'Bob' : 'Ann')
