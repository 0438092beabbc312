import type { Figures } from './figures.ts'
import type { Verdict } from './laws.ts'
import type { Member } from './network.ts'
import type { PeerRejection } from '../../src/index.ts'

/** What happens to the peers of all nodes, in plain words, each thing once. */
export class Chronicle {
  readonly #members: ReadonlyMap<string, Member>
  readonly #tell: (sentence: string) => void
  /** The last word told of each pair: a refusal that comes again, or from the other end too, is no news. */
  readonly #told = new Map<string, string>()
  /** Ends the listeners (constructor -> end). */
  readonly #lifetime = new AbortController()

  constructor(members: ReadonlyMap<string, Member>, tell: (sentence: string) => void) {
    this.#members = members
    this.#tell = tell
    for (const member of members.values()) this.#follow(member)
  }

  /** Tells nothing any more. */
  end(): void {
    this.#lifetime.abort()
  }

  #follow({ name, peers }: Member): void {
    const { signal } = this.#lifetime
    peers?.addEventListener(
      'peer:authorized',
      ({ detail: { peer, direction } }) => {
        const other = this.#nameOf(peer)
        const isNews = this.#isNews(name, other, 'authorized')
        // both ends announce it; the one whose wish it was tells the story
        if (isNews) this.#tell(direction === 'outbound' ? asked(name, other) : asked(other, name))
      },
      { signal }
    )
    peers?.addEventListener(
      'peer:rejected',
      ({ detail }) => {
        const other = this.#nameOf(detail.peer)
        if (this.#isNews(name, other, detail.reason)) this.#tell(refusal(name, other, detail))
      },
      { signal }
    )
    peers?.addEventListener(
      'peer:deauthorized',
      ({ detail: { peer, reason, by } }) => {
        const other = this.#nameOf(peer)
        if (!this.#isNews(name, other, reason)) return
        this.#tell(
          `${by === 'remote' ? other : name} ends it with ${by === 'remote' ? name : other} (${reason})`
        )
      },
      { signal }
    )
    peers?.addEventListener(
      'peer:fault',
      ({ detail: { source, error } }) => {
        this.#tell(`${name}: a fault in ${source}, contained: ${String(error)}`)
      },
      { signal }
    )
  }

  #isNews(name: string, other: string, word: string): boolean {
    const pair = [name, other].toSorted().join(' ')
    if (this.#told.get(pair) === word) return false
    this.#told.set(pair, word)
    return true
  }

  #nameOf(peer: string): string {
    return this.#members.get(peer)?.name ?? peer
  }
}

const asked = (name: string, other: string): string =>
  `${name} and ${other} are peers: ${name} asked`

type Refusal = Pick<PeerRejection, 'reason' | 'by'> & { readonly detail?: string | undefined }

/** The refusals that a demo is full of; the others make do with their word. */
const WORDS: Partial<Record<PeerRejection['reason'], (from: string, to: string) => string>> = {
  incompatible: (from, to) => `${from} and ${to} are on different chains`,
  'too-many-peers': (from, to) => `${from} has no room for ${to}`,
  timeout: (from, to) => `${to} gave ${from} no answer in time`,
  'unsupported-protocol': (from, to) => `${from} does not speak the handshake with ${to}`
}

/** Why not, as a sentence that ends in the word for it and the detail, if there is one. */
export function refusal(name: string, other: string, { reason, by, detail }: Refusal): string {
  const [from, to] = by === 'remote' ? [other, name] : [name, other]
  const sentence = WORDS[reason]?.(from, to) ?? `${from} turns ${to} away`
  return reason === 'incompatible' && detail !== undefined
    ? `${sentence} (${reason}: ${detail})`
    : `${sentence} (${reason})`
}

/** The end of the story: what was counted, in sentences. */
export function summary(figures: Figures): string[] {
  const { nodes, maxPeers, authorizedPairs, connections, unpromotedConnections } = figures
  const messages = figures.appMessagesDelivered + figures.gossipDelivered
  const trespasses = figures.appMessagesFromUnauthorized + figures.gossipFromUnauthorized
  return [
    `${nodes} nodes with ${connections} connections, and ${maxPeers} slots on each node of ours.`,
    `${authorizedPairs} pairs are authorized, and in ${figures.asymmetricPairs} only one end thinks so.`,
    `${unpromotedConnections} connections carry the DHT and nothing else.`,
    `${figures.maxAuthorizedOnAnyNode} peers is the most that any node had at once; ` +
      `${figures.honestNodesWithoutPeers} honest nodes have none.`,
    `${figures.wrongChainAuthorized} times a node of another chain was authorized, ` +
      `${figures.silentAuthorized} times the silent one, ${figures.stockAuthorized} times the stock one.`,
    `${messages} messages reached an application, ${trespasses} of them from a peer that was not authorized.`,
    `${figures.gatedStreamsRefused} streams were refused at the gate. ` +
      `${figures.deliveredWithoutGate} of the same kind got through where there is none.`
  ]
}

/** One line a law, and the ways in which it was broken below it. */
export function verdictLines({ law, says, breaches }: Verdict): string[] {
  const mark = breaches.length === 0 ? 'holds ' : 'BROKEN'
  return [`${mark}  ${law.padEnd(12)}  ${says}`, ...breaches.map((how) => `          ${how}`)]
}
