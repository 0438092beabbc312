import fc from 'fast-check'
import { settled } from '../../src/testing/settled.ts'
import { isHolding } from '../../src/testing/simulation/recount.ts'
import { checkMoves } from './laws.ts'
import { SCRIPTS } from '../../src/testing/simulation/scripted-peer.ts'
import { APP } from '../../src/testing/simulation/simulated-node.ts'
import { hours, minutes, seconds } from './world.ts'
import type { World } from './world.ts'

/** What the application does, which it may also do in the middle of an event, from within a listener. */
const CALLS = ['want', 'fix', 'connect', 'abort', 'disconnect', 'ban', 'unban'] as const

/** What happens to a node from outside. */
const EVENTS = [
  'discover',
  'foreign',
  'arrive',
  'greet',
  'stream',
  'goodbye',
  'leave',
  'break'
] as const

const NAMES = ['p0', 'p1', 'p2', 'p3', 's0', 't0'] as const
const PAUSES = [0, 1, 1_000, seconds(5), minutes(1), minutes(6), hours(1)] as const

const name = fc.constantFrom(...NAMES)

export const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ call: fc.constantFrom(...CALLS), name }) },
  { weight: 2, arbitrary: fc.record({ reentrant: fc.constantFrom(...CALLS), name }) },
  { weight: 6, arbitrary: fc.record({ event: fc.constantFrom(...EVENTS), name }) },
  { weight: 2, arbitrary: fc.record({ script: fc.constantFrom('honest', ...SCRIPTS), name }) },
  {
    weight: 1,
    arbitrary: fc.record({ route: fc.constantFrom('open', 'refused', 'hanging'), name })
  },
  { weight: 3, arbitrary: fc.record({ pause: fc.constantFrom(...PAUSES) }) },
  { weight: 1, arbitrary: fc.record({ away: fc.constantFrom(...PAUSES) }) },
  { weight: 1, arbitrary: fc.record({ restart: fc.constant(true) }) }
)

export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** How long a ban lasts here: longer than some pauses, shorter than others. */
const BAN = minutes(30)

/** Random steps in one world, and what has to be true whatever came before. */
export class Soup {
  readonly #world: World
  /** Ends of bans, by name: the last decision counts. */
  readonly #bans = new Map<string, number>()
  /** Calls of `connect()` that have not settled. */
  #waiting = 0
  #callers: AbortController[] = []
  /** What is done in the middle of the next event. */
  readonly #reentrant: (() => void)[] = []

  readonly #moves: Set<string>

  /** @param moves - Where every move that was seen is noted */
  constructor(world: World, moves: Set<string>) {
    this.#world = world
    this.#moves = moves
    this.#listen()
  }

  /** Takes the step, lets everything follow from it, and checks every law. */
  async take(next: Step): Promise<void> {
    if ('call' in next) this.#call(next.call, next.name)
    if ('reentrant' in next) this.#reentrant.push(() => this.#call(next.reentrant, next.name))
    if ('event' in next) await this.#happen(next.event, next.name)
    if ('script' in next) this.#world.peer(next.name).script = next.script
    if ('route' in next) this.#world.network.route(this.#world.id(next.name), next.route)
    if ('pause' in next) await this.#world.network.advance(next.pause)
    if ('away' in next) {
      this.#world.network.down()
      await this.#world.network.advance(next.away)
      this.#world.network.up()
    }
    if ('restart' in next) {
      await this.#world.restart()
      this.#listen()
    }
    await settled()
    this.#check()
  }

  /** The node stops: every caller has had an answer, and nothing is left. */
  async end(): Promise<void> {
    const { network, node, peers, clock } = this.#world
    const stopped = node.stop()
    await network.advance(seconds(2))
    await stopped
    await network.advance(seconds(20))
    const { slots } = peers.status()
    const left = { waiting: this.#waiting, slots: slots.length, deadlines: clock.pending }
    if (Object.values(left).some((count) => count > 0)) throw new Error(JSON.stringify(left))
  }

  #listen(): void {
    this.#world.peers.addEventListener('peer:transition', () => this.#reentrant.shift()?.())
  }

  #call(call: (typeof CALLS)[number], who: string): void {
    const { peers } = this.#world
    const id = this.#world.id(who)
    if (call === 'want') peers.enqueue(this.#world.at(who))
    if (call === 'fix') peers.enqueue(this.#world.at('s0'), { priority: 'static' })
    if (call === 'connect') this.#connect(who)
    if (call === 'abort') this.#callers.pop()?.abort()
    if (call === 'disconnect') void peers.disconnect(id)
    if (call === 'ban') {
      this.#bans.set(who, this.#world.clock.now() + BAN)
      peers.ban(id, { duration: BAN, ip: false })
    }
    if (call === 'unban') {
      this.#bans.delete(who)
      peers.unban(id)
    }
  }

  #connect(who: string): void {
    const caller = new AbortController()
    this.#callers.push(caller)
    this.#waiting++
    const over = (): void => void this.#waiting--
    this.#world.peers.connect(this.#world.at(who), caller).then(over, over)
  }

  async #happen(event: (typeof EVENTS)[number], who: string): Promise<void> {
    const peer = this.#world.peer(who)
    const { node } = this.#world
    const [connection] = peer.connections
    const connect = async () => peer.connect(node).catch(() => undefined)
    if (event === 'discover') await this.#world.discover(who)
    if (event === 'foreign') node.dialer.open(this.#world.at(who), { priority: 50 }).catch(() => {})
    if (event === 'arrive') await connect()
    if (event === 'greet') await peer.greet(node)
    if (event === 'stream') {
      await (connection ?? (await connect()))?.newStream(APP).catch(() => {})
    }
    if (event === 'goodbye') await peer.sayGoodbye('requested').catch(() => {})
    if (event === 'leave') await peer.leave()
    if (event === 'break') connection?.abort(new Error('broken'))
  }

  #check(): void {
    const { peers, node, broken, clock } = this.#world
    if (broken.length > 0) throw broken[0]
    if (node.trespasses.length > 0) throw new Error(`${node.trespasses[0]} was served`)
    for (const who of NAMES) {
      for (const move of checkMoves(peers, this.#world.id(who))) this.#moves.add(move)
    }
    for (const [who, until] of this.#bans) {
      const { path } = peers.explain(this.#world.id(who))
      const isOver = until <= clock.now()
      if (!isOver && isHolding(path)) throw new Error(`${who} is banned, and ${path}`)
    }
  }
}
