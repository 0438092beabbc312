import { peerIdFromString } from '@libp2p/peer-id'
import { Network } from '../simulation/network.ts'
import { settled } from '../settled.ts'
import { Agreement } from './agreement.ts'
import { census, fullCensus } from './census.ts'
import { carryOut } from './deeds.ts'
import { EventLog } from './event-log.ts'
import { Links } from './links.ts'
import { Resident } from './resident.ts'
import { tellDeed, tellMove } from './story.ts'
import { Villain } from './villain.ts'
import type { Entry } from './event-log.ts'
import type { FaultClass } from './fault-classes.ts'
import type { Law, Violation } from './laws.ts'
import type { Member } from './member.ts'
import type { Plan, Step } from './plan.ts'
import type { ResidentInit } from './resident.ts'
import type { PeerTransition } from '../../index.ts'
import type { PeerId, PeerInfo, PeerRouting } from '@libp2p/interface'

/** Milliseconds between two counts of everything. */
const FULL_COUNT = 3_600_000

/** Nodes that are enough for everybody to find somebody, whatever the faults have left of them. */
const ENOUGH = 10

/** The share of the slots for discovered peers that is filled when all has been well for long enough. */
const FILLED = 0.95

/** The number of a peer that is nobody. */
const STRANGER = -1

/** Milliseconds in which every node has stopped. */
const STOPPING = 60_000

/** Peers that the DHT answers with. */
const ANSWERS = 3

export interface WorldInit extends Omit<ResidentInit, 'seed'> {
  /** Keeps every event in memory, for a story. */
  readonly isTold: boolean
}

/** How a course of events ended. */
export interface Course {
  readonly simulatedMs: number
  readonly events: number
  readonly faults: Readonly<Partial<Record<FaultClass, number>>>
  readonly hash: string
  readonly violations: readonly Violation[]
  readonly entries: readonly Entry[]
}

/**
 * A world in one process: nodes that each run the whole service, hostile peers among them, and everything
 * that a plan does to them. After every moment the laws are held against what the world itself knows.
 */
export class SimulatedWorld {
  readonly #plan: Plan
  readonly #network: Network
  readonly #links: Links
  readonly #log: EventLog
  readonly #agreement: Agreement
  readonly #members = new Map<number, Member>()
  readonly #byKey = new Map<string, Member>()
  /** Peers that are nowhere, as they were asked for. */
  readonly #ghosts = new Map<string, PeerId>()
  readonly #residents: Resident[] = []
  /** Whoever something happened to in this moment. */
  readonly #touched = new Set<Resident>()
  readonly #violations: Violation[] = []
  readonly #faults: Partial<Record<FaultClass, number>> = {}
  readonly #pools: ResidentInit['options']
  #next = 0

  constructor(plan: Plan, init: WorldInit) {
    this.#plan = plan
    this.#pools = init.options
    this.#log = new EventLog(init.isTold)
    this.#network = new Network({
      seed: plan.seed,
      latency: 50,
      between: (dialer, listener) => this.#links.between(dialer, listener)
    })
    const { clock } = this.#network
    this.#links = new Links(clock, plan.seed)
    this.#agreement = new Agreement(clock, this.#links, (a, b) => {
      const who = a.authorizes(b) ? a : b
      this.#complain(who, 'agreement', 'only one of them is authorized', (who === a ? b : a).key)
    })
    for (const peer of plan.peers) this.#add(peer, { ...init, seed: plan.seed })
  }

  /** Lives through the whole plan, or until a law does not hold. */
  async run(): Promise<Course> {
    const { clock } = this.#network
    const { duration, recovery } = this.#plan
    await Promise.all(this.#residents.map(async (resident) => resident.start()))
    this.#arm()
    clock.after(FULL_COUNT, () => this.#countAll())
    await this.#live(duration + recovery)
    if (this.#isWell) this.#checkLiveness()
    if (this.#isWell) this.#countAll()
    if (this.#isWell) await this.#stop()
    return {
      simulatedMs: clock.now(),
      events: this.#log.count,
      faults: this.#faults,
      hash: this.#log.end(),
      violations: this.#violations,
      entries: this.#log.entries
    }
  }

  async #stop(): Promise<void> {
    const { clock } = this.#network
    this.#log.write(clock.now(), [], 'every node stops')
    const stopped = Promise.all(this.#residents.map(async (resident) => resident.stop()))
    await this.#live(clock.now() + STOPPING)
    if (this.#isWell) await stopped
  }

  get #isWell(): boolean {
    return this.#violations.length === 0
  }

  /** Lets time pass, deadline by deadline, with a count after each of whoever it touched. */
  async #live(end: number): Promise<void> {
    const { clock } = this.#network
    await settled()
    for (let next = clock.next; next !== undefined && next <= end; next = clock.next) {
      clock.advance(next - clock.now())
      await settled()
      this.#count()
      if (!this.#isWell) return
    }
    clock.advance(end - clock.now())
  }

  #count(): void {
    for (const resident of this.#touched) {
      const { life } = resident
      if (life === undefined) continue
      census(
        life,
        this.#network.clock.now(),
        (law, what, peer) => this.#complain(resident, law, what, peer),
        (key) => this.#idOf(key)
      )
    }
    this.#touched.clear()
  }

  /** A key is read once: decoding it is the most expensive part of a question. */
  #idOf(key: string): PeerId {
    const known = this.#byKey.get(key)?.peerId ?? this.#ghosts.get(key)
    if (known !== undefined) return known
    const id = peerIdFromString(key)
    this.#ghosts.set(key, id)
    return id
  }

  #countAll(): void {
    this.#network.clock.after(FULL_COUNT, () => this.#countAll())
    for (const resident of this.#residents) {
      const { life } = resident
      if (life === undefined) continue
      this.#touched.add(resident)
      fullCensus(life, this.#pools, (law, what, peer) => this.#complain(resident, law, what, peer))
    }
  }

  /** All has been well for long enough: whoever is there has somebody, and slots are filled. */
  #checkLiveness(): void {
    let [wanted, filled] = [0, 0]
    const enough = this.#residents.length >= ENOUGH
    for (const resident of this.#residents) {
      const status = resident.life?.node.peers.status()
      if (status === undefined) this.#complain(resident, 'liveness', 'it did not come up again')
      else if (enough && status.peers.authorized === 0) {
        this.#complain(resident, 'liveness', 'it has no peer')
      }
      wanted += status?.limits.slots.discovered ?? 0
      filled += status?.slotsByKind.discovered ?? 0
    }
    const [first] = this.#residents
    if (!enough || first === undefined || filled >= wanted * FILLED) return
    this.#complain(
      first,
      'liveness',
      `${filled} of ${wanted} slots for discovered peers are filled`
    )
  }

  #add(peer: Plan['peers'][number], init: ResidentInit): void {
    const member =
      peer.script === undefined
        ? this.#settle(new Resident(peer, init, this.#ports()))
        : new Villain(peer, this.#network, this.#links)
    this.#members.set(peer.index, member)
    this.#byKey.set(member.key, member)
  }

  #settle(resident: Resident): Resident {
    this.#residents.push(resident)
    return resident
  }

  #ports(): ConstructorParameters<typeof Resident>[2] {
    return {
      network: this.#network,
      links: this.#links,
      routing: (resident) => this.#routing(resident),
      onTransition: (resident, transition) => this.#onTransition(resident, transition),
      onAuthorization: (resident, peer) => this.#onAuthorization(resident, peer),
      complain: (resident, law, what, peer) => this.#complain(resident, law, what, peer)
    }
  }

  #onTransition(resident: Resident, transition: PeerTransition): void {
    this.#touched.add(resident)
    const other = this.#byKey.get(transition.peer)
    const peers = [resident.index, other?.index ?? STRANGER]
    this.#log.write(this.#network.clock.now(), peers, tellMove(resident, other, transition))
  }

  #onAuthorization(resident: Resident, peer: string): void {
    this.#touched.add(resident)
    const other = this.#byKey.get(peer)
    if (other instanceof Resident) return this.#agreement.changed(resident, other)
    const isFalse = other instanceof Villain && other.neverAccepts && resident.authorizes(other)
    if (isFalse) this.#complain(resident, 'gate', 'it is authorized, and never accepted', peer)
  }

  #complain(resident: Resident, law: Law, what: string, peer?: string): void {
    const other = peer === undefined ? undefined : this.#byKey.get(peer)
    const peers = other === undefined ? [resident.index] : [resident.index, other.index]
    this.#violations.push({ law, at: this.#network.clock.now(), peers, what })
  }

  /** Arms the next step of the plan. */
  #arm(): void {
    const { clock } = this.#network
    const step = this.#plan.steps[this.#next]
    if (step === undefined) return
    clock.after(step.at - clock.now(), () => {
      this.#next++
      this.#take(step)
      this.#arm()
    })
  }

  #take({ deed, fault }: Step): void {
    if (fault !== undefined) this.#faults[fault] = (this.#faults[fault] ?? 0) + 1
    const subject = 'node' in deed ? this.#members.get(deed.node) : undefined
    // what comes to nothing, which it may not, is seen too
    if (subject instanceof Resident) this.#touched.add(subject)
    const { peers, text } = tellDeed(deed, this.#members)
    this.#log.write(this.#network.clock.now(), peers, text)
    carryOut(deed, {
      clock: this.#network.clock,
      links: this.#links,
      members: this.#members,
      resident: (index) => this.#members.get(index) as Resident,
      villain: (index) => this.#members.get(index) as Villain,
      complain: (resident, law, what, peer) => this.#complain(resident, law, what, peer)
    })
  }

  /** The DHT: it answers every question with a few peers, wherever they are. */
  #routing(resident: Resident): Pick<PeerRouting, 'findPeer' | 'getClosestPeers'> {
    const everybody = this.#plan.peers
    const found = (): Member | undefined =>
      this.#members.get(everybody[Math.floor(resident.random() * everybody.length)]?.index ?? -1)
    return {
      findPeer: async (id) => {
        const member = this.#byKey.get(id.toString())
        if (member === undefined)
          throw Object.assign(new Error('nobody'), { name: 'NotFoundError' })
        return infoOf(member)
      },
      getClosestPeers: async function* () {
        for (let i = 0; i < ANSWERS; i++) {
          const member = found()
          const store = resident.life?.node.peerStore.component
          if (member === undefined || member === resident || store === undefined) continue
          await store.merge(member.peerId, { multiaddrs: [member.address] })
          yield infoOf(member)
        }
      }
    }
  }
}

const infoOf = ({ peerId, address }: Member): PeerInfo => ({ id: peerId, multiaddrs: [address] })
