import { inWords } from '../../../src/peers/explanation.ts'
import { printable } from '../../../src/printable.ts'
import { explainedHere } from './explained-here.ts'
import { nameIn } from './peer-now.ts'
import type { Clock } from '../../../src/clock.ts'
import type { PeerExplanation } from '../../../src/peers/explanation.ts'
import type { Explained } from './explained.ts'
import type { Story } from './story.ts'

export interface AskingInit {
  readonly token: string
  readonly clock: Clock
  readonly fetch: typeof fetch
  /** An answer has come. */
  readonly onAnswer: () => void
}

interface Answer {
  readonly key: string
  readonly explanation: PeerExplanation
}

/** Milliseconds between two questions at the least. */
const INTERVAL = 1_000

/** Milliseconds after which an answer is old, whatever happened: the scheduler's reasons change, too. */
const REFRESH = 5_000

/**
 * Asks a node to explain a peer: again when something has happened to the peer, and at most once a second.
 */
export class Asking {
  readonly #init: AskingInit
  #answer: Answer | undefined = undefined
  /** The peer's last step when it was asked for last, and when that was. */
  #asked = ''
  #askedAt = -Infinity
  /** The question that is under way (ask -> answer). */
  #isAsking = false

  constructor(init: AskingInit) {
    this.#init = init
  }

  /** The explanation of a peer in the present, as far as it is known; and asks for what is not. */
  explain(story: Story, key: string): Explained | undefined {
    this.#ask(story, key)
    const here = explainedHere(story, key)
    if (this.#answer?.key !== key) return here
    const { explanation } = this.#answer
    // it may have moved since
    if (here !== undefined && explanation.path !== story.scene.peers.get(key)?.path) return here
    const text = inWords(explanation, { epoch: () => story.scene.now })
    return { key, isFromNode: true, text, explanation: { ...explanation, text } }
  }

  #ask(story: Story, key: string): void {
    const { clock } = this.#init
    const occasion = `${key} ${story.stepsOf(key).at(-1)?.index}`
    const waited = clock.now() - this.#askedAt
    const isDue = waited >= (this.#asked === occasion ? REFRESH : INTERVAL)
    if (!isDue || this.#isAsking) return
    this.#asked = occasion
    this.#askedAt = clock.now()
    this.#isAsking = true
    void this.#take(key)
  }

  /** Never rejects. */
  async #take(key: string): Promise<void> {
    const explanation = await this.#fetch(key)
    this.#isAsking = false
    this.#answer = explanation === undefined ? undefined : { key, explanation }
    this.#init.onAnswer()
  }

  /** Never rejects: without an answer, what is shown has to do. */
  async #fetch(key: string): Promise<PeerExplanation | undefined> {
    const { token, fetch } = this.#init
    const [node = ''] = key.split('/', 1)
    const query = new URLSearchParams({ node, peer: nameIn(key) })
    try {
      const headers = { authorization: `Bearer ${token}` }
      const response = await fetch(`/explain?${query}`, { headers, cache: 'no-store' })
      if (response.status !== 200) return undefined
      return JSON.parse(await response.text(), readable) as PeerExplanation
    } catch {
      return undefined
    }
  }
}

const readable = (_: string, value: unknown): unknown =>
  value === 'Infinity' ? Infinity : typeof value === 'string' ? printable(value) : value
