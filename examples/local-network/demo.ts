import { setTimeout as sleep } from 'node:timers/promises'
import { Application } from './application.ts'
import { Asks } from './asks.ts'
import { bootstrap, directory, startNetwork, stopNetwork } from './network.ts'
import {
  FAREWELL_INTERVAL,
  LOOK,
  MAX_PEERS,
  ROUND,
  ROUNDS_WHEN_SETTLED,
  SETTLE_DEADLINE,
  SILENT,
  STOP_DEADLINE
} from './settings.ts'
import { trespass } from './trespass.ts'
import { Witness } from './witness.ts'
import { Chronicle } from './words.ts'
import { isAtRest, isGrown, recount } from './world.ts'
import type { Member } from './network.ts'
import type { Row } from './table.ts'
import type { World } from './world.ts'

/** The story of one run, from twenty nodes that know nobody to the recount. */
export class Demo {
  /** One a node, in the order of the table. */
  readonly rows: readonly Row[]
  readonly #members: ReadonlyMap<string, Member>
  readonly #witnesses: ReadonlyMap<Member, Witness>
  readonly #tell: (sentence: string) => void
  readonly #asks: Asks
  readonly #chronicle: Chronicle
  #height = 0

  constructor(members: readonly Member[], tell: (sentence: string) => void) {
    this.#members = directory(members)
    const nameOf = (peer: string): string => this.#members.get(peer)?.name ?? peer
    this.#witnesses = new Map(members.map((member) => [member, new Witness(member, nameOf)]))
    this.#tell = tell
    this.#asks = new Asks(tell)
    this.#chronicle = new Chronicle(this.#members, tell)
    this.rows = [...this.#witnesses].map(([member, witness]) => {
      return { member, witness, application: new Application(member, witness) }
    })
  }

  /** Starts the nodes and their applications. */
  static async start(tell: (sentence: string) => void): Promise<Demo> {
    const demo = new Demo(await startNetwork(), tell)
    await Promise.all(demo.rows.map(async ({ application }) => application.start()))
    return demo
  }

  /** Lets the network come to life. True once it is at rest, false if `signal` or the deadline came first. */
  async settle(signal: AbortSignal): Promise<boolean> {
    const honest = this.#honest()
    this.#tell('everybody dials the stock node; the DHT does the rest')
    this.#asks.enqueue(honest)
    await bootstrap([...this.#members.values()], AbortSignal.timeout(SETTLE_DEADLINE))
    this.#askByName('cedar', 'hazel')
    this.#askByName('elder', 'flint')
    this.#askByName('juniper', SILENT)
    this.#askByName('maple', 'stock')
    const resting = new AbortController()
    const traffic = this.#keepTrading(AbortSignal.any([signal, resting.signal]))
    const isSettled = await this.#until(() => isGrown(this.#witnesses) && this.#isAtRest(), signal)
    resting.abort()
    await traffic
    return isSettled
  }

  /** Goes on until `signal`: heads, requests, trespassers, and now and then a farewell. */
  async live(signal: AbortSignal): Promise<void> {
    const traffic = this.#keepTrading(signal)
    while (await elapsed(FAREWELL_INTERVAL, signal)) {
      const [member] = shuffled(this.#honest())
      if (member !== undefined) this.#asks.disconnect(member)
    }
    await traffic
  }

  /** The last rounds on the network at rest, the recount, and what is left when everybody has stopped. */
  async end(crashes: readonly string[]): Promise<World> {
    for (let round = 0; round < ROUNDS_WHEN_SETTLED; round++) await this.#round()
    await this.#asks.settled(SETTLE_DEADLINE)
    const isSettled = await this.#until(() => this.#isAtRest())
    const findings = recount(this.#members, this.#witnesses)

    this.#chronicle.end()
    this.#askByName('yew', SILENT) // still unanswered when the node stops: stop() has to answer it
    await stopNetwork([...this.#members.values()])
    await this.#asks.settled(STOP_DEADLINE)
    const notClosed = this.rows.filter(({ member }) => member.node.getConnections().length > 0)
    return {
      maxPeers: MAX_PEERS,
      isSettled,
      findings,
      pending: this.#asks.pending,
      notClosed: notClosed.map(({ member }) => member.name),
      crashes
    }
  }

  get members(): Member[] {
    return [...this.#members.values()]
  }

  /** Looks at the laws that hold at every moment. */
  look(): void {
    for (const { witness } of this.rows) witness.look()
  }

  #honest(): Member[] {
    return [...this.#members.values()].filter(({ role }) => role === 'honest')
  }

  #askByName(name: string, otherName: string): void {
    const member = this.rows.find((row) => row.member.name === name)?.member
    const other = this.rows.find((row) => row.member.name === otherName)?.member
    if (member !== undefined && other !== undefined) this.#asks.connect(member, other)
  }

  #isAtRest(): boolean {
    return isAtRest(this.#members, this.#witnesses)
  }

  /** False if it did not come to that within the deadline, or `signal` came first. */
  async #until(condition: () => boolean, signal?: AbortSignal): Promise<boolean> {
    const deadline = performance.now() + SETTLE_DEADLINE
    while (!condition()) {
      if (performance.now() > deadline || !(await elapsed(LOOK, signal))) return false
    }
    return true
  }

  async #keepTrading(signal: AbortSignal): Promise<void> {
    do await this.#round()
    while (await elapsed(ROUND, signal))
  }

  /** One new head, a request from every node to one of its peers, and everything that must not work. */
  async #round(): Promise<void> {
    const honest = this.rows.filter(({ member }) => member.role === 'honest')
    const miner = honest[this.#height % honest.length]
    await miner?.application.mine(++this.#height)
    const requests = this.rows.map(async ({ member, witness, application }) => {
      const [friend] = shuffled(member.peers?.getPeers({ state: 'authorized' }) ?? [])
      if (friend === undefined) return
      try {
        await application.request(friend.peerId, this.#height)
      } catch (err) {
        // no news if the peer has just gone; a peer of ours that does not answer is
        const name = this.#members.get(friend.peerId.toString())?.name
        if (witness.authorized.has(friend.peerId.toString())) {
          const why = err instanceof Error ? err.message : 'the stream ended'
          this.#tell(`${member.name} gets no answer from ${name}: ${why}`)
        }
      }
    })
    await Promise.all([...requests, trespass(this.#members, this.#witnesses)])
  }
}

/** False if `signal` came first. */
async function elapsed(milliseconds: number, signal?: AbortSignal): Promise<boolean> {
  return sleep(milliseconds, true, signal && { signal }).catch(() => false)
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item): [number, T] => [Math.random(), item])
    .toSorted(([one], [other]) => one - other)
    .map(([, item]) => item)
}
