import { luckOf } from '../simulation/luck.ts'
import type { Host } from '../simulation/host.ts'
import type { Passage } from '../simulation/network.ts'
import type { SimulatedConnection } from '../simulation/simulated-connection.ts'
import type { Wire } from '../simulation/wire.ts'
import type { Clock } from '../../clock.ts'
import type { Member } from './member.ts'

/** Milliseconds after which libp2p's connection monitor gives up a connection that does not answer. */
const MONITOR = 20_000

/** Milliseconds by which the second side of a connection gives it up later. */
const LATER = 7_000

/** A part of the world is cut off from the rest. */
interface Partition {
  readonly isInside: (member: Member) => boolean
  readonly isSilent: boolean
}

/** The ways between everybody, and what is wrong with them at the moment. */
export class Links {
  readonly #clock: Clock
  readonly #seed: number
  readonly #members = new Map<Host, Member>()
  readonly #partitions = new Set<Partition>()
  /** Wires on which nothing passes, for a reason of their own. */
  readonly #silenced = new Set<Wire>()
  /** Since when a wire has been cut. */
  readonly #cutAt = new WeakMap<Wire, number>()

  constructor(clock: Clock, seed: number) {
    this.#clock = clock
    this.#seed = seed
  }

  /** The member is there from now on. */
  joined(member: Member, host: Member['host'] & {}): void {
    member.host = host
    this.#members.set(host, member)
  }

  /** The member is gone. */
  left(member: Member): void {
    if (member.host !== undefined) this.#members.delete(member.host)
    member.host = undefined
    this.disturb(member)
  }

  between = (dialer: Host, listener: Host): Passage => {
    const from = this.#members.get(dialer)
    const to = this.#members.get(listener)
    if (from === undefined || to === undefined) return { route: 'refused', latency: 1 }
    const latency = from.plan.latency + to.plan.latency + from.slowness + to.slowness
    return { route: this.#route(from, to), latency }
  }

  /** Does everything pass from one to the other as it should? */
  isOpen(from: Member, to: Member): boolean {
    return this.#route(from, to) === 'open' && !this.isDisturbed(from, to)
  }

  /** Are the two apart, or do they see their connections in different ways? */
  isDisturbed(a: Member, b: Member): boolean {
    // what is slow enough never comes to an end in time
    if (a.isStalled || b.isStalled || a.slowness + b.slowness > 0) return true
    const ends = [...a.connectionsWith(b), ...b.connectionsWith(a)]
    return ends.some(({ wire, other }) => wire.isCut || other.status !== 'open')
  }

  /** Both sides hear that the connection is over. */
  lose(connection: SimulatedConnection): void {
    this.#end(connection)
    this.#end(connection.other)
  }

  /** This side hears that the connection is over, the other one so much later. */
  loseHalf(connection: SimulatedConnection, later: number): void {
    this.#end(connection)
    this.#clock.after(later, () => this.#end(connection.other))
  }

  silence(
    { wire, ...ends }: Pick<SimulatedConnection, 'wire' | 'host' | 'other'>,
    time: number
  ): void {
    this.#silenced.add(wire)
    const connection = { wire, ...ends }
    this.#review(connection)
    this.#clock.after(time, () => {
      this.#silenced.delete(wire)
      this.#review(connection)
    })
  }

  partition(
    members: Iterable<Member>,
    {
      salt,
      share,
      isSilent,
      time
    }: { salt: number; share: number; isSilent: boolean; time: number }
  ): void {
    const inside = new Set<Member>()
    const everybody = [...members]
    for (const member of everybody) {
      if (luckOf(this.#seed ^ salt, member.name)() < share) inside.add(member)
    }
    const partition = { isInside: (member: Member) => inside.has(member), isSilent }
    this.#partitions.add(partition)
    for (const member of inside) this.#reviewAll(member)
    this.#clock.after(time, () => {
      this.#partitions.delete(partition)
      for (const member of inside) this.#reviewAll(member)
    })
  }

  slow(member: Member, by: number, time: number): void {
    member.slowness += by
    this.disturb(member)
    this.#clock.after(time, () => {
      member.slowness -= by
      this.disturb(member)
    })
  }

  stall(member: Member): void {
    member.isStalled = true
    this.#reviewAll(member)
  }

  /** The member goes on, and learns in time what the others gave up meanwhile. */
  resume(member: Member): void {
    member.isStalled = false
    this.#reviewAll(member)
    for (const connection of member.host?.connections ?? []) {
      if (connection.other.status === 'open') continue
      this.#clock.after(LATER, () => this.#end(connection))
    }
  }

  /** What the others still hold of a member that was killed ends: at once, or when they notice. */
  orphaned(ends: readonly SimulatedConnection[], isNoticed: boolean): void {
    for (const end of ends) {
      if (isNoticed) this.#end(end)
      else this.#clock.after(MONITOR, () => this.#end(end))
    }
  }

  #route(from: Member, to: Member): Passage['route'] {
    for (const { isInside, isSilent } of this.#partitions) {
      if (isInside(from) !== isInside(to)) return isSilent ? 'hanging' : 'refused'
    }
    if (from.isStalled || to.isStalled) return 'hanging'
    if (to.plan.reach === 'hidden') return 'refused'
    return to.plan.reach === 'relayed' ? 'relayed' : 'open'
  }

  #reviewAll(member: Member): void {
    this.disturb(member)
    for (const connection of member.host?.connections ?? []) this.#review(connection)
  }

  /** Cuts or mends the connection, as things are now. */
  #review({ wire, host, other }: Pick<SimulatedConnection, 'wire' | 'host' | 'other'>): void {
    const [a, b] = [this.#members.get(host), this.#members.get(other.host)]
    // what the dead have held stays as it is
    if (a === undefined || b === undefined) return
    const apart = [...this.#partitions].filter(({ isInside }) => isInside(a) !== isInside(b))
    this.disturb(a)
    this.disturb(b)
    if (apart.some(({ isSilent }) => !isSilent)) return this.lose(other.other)
    const isCut = apart.length > 0 || a.isStalled || b.isStalled || this.#silenced.has(wire)
    if (isCut && !wire.isCut) this.#cut(wire, other)
    if (isCut || !wire.isCut) return
    wire.mend()
    // whoever has not given it up hears from the other that it is over
    for (const end of [other, other.other]) {
      if (end.other.status !== 'open') this.#clock.after(LATER, () => this.#end(end))
    }
  }

  #cut(wire: Wire, end: SimulatedConnection): void {
    wire.cut()
    const now = this.#clock.now()
    this.#cutAt.set(wire, now)
    const giveUp = (connection: SimulatedConnection) => (): void => {
      if (wire.isCut && this.#cutAt.get(wire) === now) this.#end(connection)
    }
    this.#clock.after(MONITOR, giveUp(end))
    this.#clock.after(MONITOR + LATER, giveUp(end.other))
  }

  /** This side hears that the connection is over, if it can hear anything. */
  #end(connection: SimulatedConnection): void {
    const member = this.#members.get(connection.host)
    if (member === undefined || member.isStalled) return
    // one that was still being made is no connection
    if (member.host?.connections.includes(connection) !== true) return
    this.disturb(member)
    connection.end('reset')
  }

  /** Something is, was or will be different for this member. */
  disturb(member: Member): void {
    member.disturbedAt = this.#clock.now()
  }
}
