import { STREAM_DEADLINE } from './settings.ts'
import { refusal } from './words.ts'
import type { Member } from './network.ts'
import type { PeerRejectedError } from '../../src/index.ts'

/** What the applications ask of our service by name, and whether they got their answers. */
export class Asks {
  readonly #tell: (sentence: string) => void
  /** Promises we were handed (connect() -> settled). */
  readonly #pending = new Map<Promise<void>, string>()

  constructor(tell: (sentence: string) => void) {
    this.#tell = tell
  }

  /** What is still unanswered, in words. */
  get pending(): string[] {
    return [...this.#pending.values()]
  }

  /** The archive wants every peer it hears of, and some others want a neighbour: asking without waiting. */
  enqueue(honest: readonly Member[]): void {
    const [archive] = honest
    archive?.node.addEventListener('peer:discovery', ({ detail }) => {
      archive.peers?.enqueue(detail.id)
    })
    for (const [at, { name, node, peers }] of honest.entries()) {
      const neighbour = honest[at - 1]
      if (at % 2 === 0 || neighbour === undefined) continue
      this.#tell(`${name} asks for ${neighbour.name}`)
      const [address] = neighbour.node.getMultiaddrs()
      if (address !== undefined && !node.peerId.equals(neighbour.node.peerId))
        peers?.enqueue(address)
    }
  }

  /** Asks for a peer and waits for the answer, whichever it is. */
  connect(member: Member, other: Member): void {
    const [address] = other.node.getMultiaddrs()
    if (member.peers === undefined || address === undefined) return
    const what = `connect() from ${member.name} to ${other.name}`
    const answer = member.peers.connect(address).then(
      ({ hello }) => this.#tell(`${what}: authorized on chain ${hello.chainId}`),
      (err: PeerRejectedError) => {
        this.#tell(`${what} is answered: ${refusal(member.name, other.name, err)}`)
      }
    )
    this.#expect(what, answer)
  }

  /** Lets one of the peers of this node go, if it has any. */
  disconnect({ name, peers }: Member): void {
    const authorized = peers?.getPeers({ state: 'authorized' }) ?? []
    const friend = authorized[Math.floor(Math.random() * authorized.length)]
    if (peers === undefined || friend === undefined) return
    this.#expect(`disconnect() of ${name}`, peers.disconnect(friend.peerId))
  }

  #expect(what: string, answer: Promise<void>): void {
    const settled = answer.finally(() => this.#pending.delete(settled))
    this.#pending.set(settled, what)
  }

  /** Waits until every question is answered, or until it is clear that some never will be. */
  async settled(deadline = STREAM_DEADLINE): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, deadline)
    await Promise.race([Promise.all(this.#pending.keys()), promise])
    clearTimeout(timer)
  }
}
