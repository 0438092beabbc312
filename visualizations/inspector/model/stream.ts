import { printable } from '../../../src/printable.ts'
import { listenTo } from './server-events.ts'
import type { Clock } from '../../../src/clock.ts'
import type { Feed } from './feed.ts'
import type { Hearer } from './server-events.ts'

export interface StreamInit {
  /** Of the URL that the node printed. */
  readonly token: string
  readonly clock: Clock
  readonly fetch: typeof fetch
  /** What is told, but for how the stream goes. */
  readonly hearer: Pick<Hearer, 'onNodes' | 'onLines' | 'onBehind' | 'onEnded'>
  /** How it goes has changed. */
  readonly onFeed: (feed: Feed) => void
}

/** Milliseconds until the first attempt after the stream broke off, and the most that later ones wait. */
const FIRST_RETRY = 500
const LAST_RETRY = 5_000

/** Milliseconds after which a stream that says nothing is dead: the server says something every 15 s. */
const SILENCE = 40_000

/** Milliseconds for which the page says that it was behind, after it is not any more. */
const BEHIND_SHOWN = 5_000

/**
 * The stream of the server that the page came from: read for as long as the page is open, and begun again
 * whenever it breaks off. The token goes into a header: addresses are written down in too many places.
 */
export class Stream {
  readonly #init: StreamInit
  #feed: Feed = { state: 'connecting' }
  #retryIn = FIRST_RETRY
  #liveSince = Infinity
  /** The attempt that is under way (connect -> its end | stop). */
  #attempt: AbortController | undefined = undefined
  /** The next attempt, the end of a silence, and that of a message. */
  readonly #deadlines = { retry: () => {}, silence: () => {}, message: () => {} }

  constructor(init: StreamInit) {
    this.#init = init
  }

  get feed(): Feed {
    return this.#feed
  }

  /** Connects at once, whatever it waited for. */
  start(): void {
    this.stop()
    this.#say({ state: 'connecting' })
    const attempt = new AbortController()
    this.#attempt = attempt
    void this.#connect(attempt)
  }

  stop(): void {
    for (const cancel of Object.values(this.#deadlines)) cancel()
    this.#attempt?.abort()
    this.#attempt = undefined
  }

  /** Never rejects. */
  async #connect(attempt: AbortController): Promise<void> {
    const { token, fetch } = this.#init
    const { signal } = attempt
    this.#expectWord()
    let problem = 'The server ended the stream'
    try {
      const headers = { authorization: `Bearer ${token}` }
      const response = await fetch('/events', { headers, signal, cache: 'no-store' })
      if (signal.aborted) return
      if (response.status !== 200) {
        await this.#turnedAway(response)
        return
      }
      await this.#read(response, signal)
    } catch (error) {
      problem = (error as Error).message
    }
    // a stopped stream has nothing to say
    if (this.#attempt === attempt) this.#lose(problem)
  }

  async #turnedAway(response: Response): Promise<void> {
    const { status } = response
    if (status === 401) {
      this.stop()
      this.#say({ state: 'refused' })
    } else if (status === 503) {
      this.#retry((retryAt) => ({ state: 'full', retryAt }), LAST_RETRY)
    } else {
      this.#lose(`${status}: ${(await response.text()).trim()}`)
    }
  }

  async #read({ body }: Response, signal: AbortSignal): Promise<void> {
    if (body === null) return
    const listen = listenTo(this.#hearer())
    const decoder = new TextDecoder()
    const reader = body.getReader()
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (done || signal.aborted) return
        this.#expectWord()
        listen(decoder.decode(value, { stream: true }))
      }
    } finally {
      // also of a stream that says what cannot be understood
      await reader.cancel().catch(() => {})
    }
  }

  #hearer(): Hearer {
    const { hearer } = this.#init
    const ended = new Set<number>()
    let nodes = 0
    let isFile = false
    return {
      onNodes: (names, isRecording) => {
        nodes = names.length
        isFile = isRecording
        ended.clear()
        this.#liveSince = this.#init.clock.now()
        this.#say({ state: 'live' })
        hearer.onNodes(names, isRecording)
      },
      onLines: (node, lines) => {
        if (lines.some(({ type }) => type === 'recording')) {
          ended.delete(node)
          if (this.#feed.state === 'ended' || this.#feed.state === 'away')
            this.#say({ state: 'live' })
        }
        hearer.onLines(node, lines)
      },
      onBehind: (node, omitted) => {
        hearer.onBehind(node, omitted)
        this.#say({ state: 'behind', omitted })
        this.#deadlines.message = this.#init.clock.after(BEHIND_SHOWN, () =>
          this.#say({ state: 'live' })
        )
      },
      onEnded: (node) => {
        hearer.onEnded(node)
        ended.add(node)
        if (ended.size === nodes && !isFile) this.#say({ state: 'ended' })
      },
      onAway: (message) => this.#say({ state: 'away', problem: printable(message) }),
      onProblem: (message) => this.#say({ state: 'live', problem: printable(message) }),
      onComment: () => {}
    }
  }

  #expectWord(): void {
    this.#deadlines.silence()
    this.#deadlines.silence = this.#init.clock.after(SILENCE, () => {
      this.#lose('The server says nothing any more')
    })
  }

  #lose(problem: string): void {
    // a stream that breaks off as soon as it has begun is not asked for all over again all the time
    if (this.#init.clock.now() - this.#liveSince >= LAST_RETRY) this.#retryIn = FIRST_RETRY
    this.#liveSince = Infinity
    const wait = this.#retryIn
    this.#retryIn = Math.min(LAST_RETRY, wait * 2)
    this.#retry((retryAt) => ({ state: 'lost', retryAt, problem: printable(problem) }), wait)
  }

  #retry(feed: (retryAt: number) => Feed, wait: number): void {
    const { clock } = this.#init
    this.stop()
    this.#deadlines.retry = clock.after(wait, () => this.start())
    this.#say(feed(clock.epoch() + wait))
  }

  #say(feed: Feed): void {
    this.#deadlines.message()
    this.#feed = feed
    this.#init.onFeed(feed)
  }
}
