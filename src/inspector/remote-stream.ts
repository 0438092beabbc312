import { createParser } from 'eventsource-parser'
import { InvalidOptionsError } from '../errors.ts'
import { printable } from '../printable.ts'
import { MOST_WAITING } from './limits.ts'

/** The events of the stream; whoever says another one is no inspector of ours, or a later one. */
const NAMES = /^(?:nodes|node:\d{1,6}|behind|ended|problem|away)$/

/** Characters of an explanation, or of a refusal, that are read. */
const LONGEST_ANSWER = 1_048_576
const LONGEST_REFUSAL = 300

export interface RemoteEvent {
  readonly name: string
  readonly data: string
  /** As it goes on. */
  readonly bytes: Buffer
}

/** An inspector in another process. */
export class Remote {
  readonly #base: URL
  readonly #token: string

  /**
   * @param url - What that process has printed, with the token in its fragment
   * @throws InvalidOptionsError that says what was expected and what was given
   */
  constructor(url: string) {
    const parsed = URL.canParse(url) ? new URL(url) : undefined
    const token = new URLSearchParams(parsed?.hash.slice(1)).get('token') ?? ''
    if (parsed === undefined || !/^https?:$/.test(parsed.protocol) || token === '') {
      throw new InvalidOptionsError(
        'Expected the URL that inspect() gives, such as http://127.0.0.1:7777/#token=..., got ' +
          (token === '' ? 'one without a token' : 'another kind of URL')
      )
    }
    this.#base = new URL('/', parsed)
    this.#token = token
  }

  /** The other process, without the token. */
  get origin(): string {
    return this.#base.origin
  }

  /** @throws UnreachableError if nobody answers, Error if somebody says no, both in words */
  async ask(path: string, signal?: AbortSignal): Promise<Response> {
    const response = await fetch(new URL(path, this.#base), {
      headers: { authorization: `Bearer ${this.#token}` },
      redirect: 'error',
      signal: signal ?? null
    }).catch((error: unknown) => {
      throw new UnreachableError(`Nobody answers at ${this.origin}`, { cause: error })
    })
    if (response.ok) return response
    const text = printable((await begun(response, LONGEST_REFUSAL)).trim())
    throw new Error(`${this.origin} answers ${response.status}: ${text}`)
  }

  async explain(node: number, peer: string): Promise<string | undefined> {
    const query = new URLSearchParams({ node: String(node), peer }).toString()
    try {
      const text = await begun(await this.ask(`/explain?${query}`), LONGEST_ANSWER)
      JSON.parse(text)
      return text
    } catch {
      // it does not know the peer, or is away: what the stream says of that is enough
      return undefined
    }
  }
}

/** The other process is not there at present. */
class UnreachableError extends Error {
  static override name = 'UnreachableError'

  constructor(message: string, options: ErrorOptions) {
    super(message, options)
    this.name = 'UnreachableError'
  }
}

/** Its events, as they come: nothing more is read of it before the last ones were taken. */
export class RemoteStream {
  readonly #remote: Remote
  readonly #path: string
  readonly #signal: AbortSignal

  constructor(remote: Remote, node: number | undefined, signal: AbortSignal) {
    this.#remote = remote
    this.#path = node === undefined ? '/events' : `/events?node=${node}`
    this.#signal = signal
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RemoteEvent> {
    const { body, headers } = await this.#remote.ask(this.#path, this.#signal)
    if (body === null || headers.get('content-type') !== 'text/event-stream') {
      await body?.cancel()
      throw new Error(`Expected ${this.#remote.origin} to be an inspector, got something else`)
    }
    const events: RemoteEvent[] = []
    const parser = createParser({
      maxBufferSize: MOST_WAITING,
      onEvent: ({ event: name = '', data }) => {
        if (NAMES.test(name)) events.push({ name, data, bytes: bytesOf(name, data) })
      }
    })
    const decoder = new TextDecoder()
    for await (const piece of body) {
      parser.feed(decoder.decode(piece, { stream: true }))
      yield* events.splice(0)
    }
  }
}

const bytesOf = (name: string, data: string): Buffer =>
  Buffer.from(`event: ${name}\n${data.replaceAll(/^/gm, 'data: ')}\n\n`)

/** The text of the answer, as much of it as fits. */
async function begun({ body }: Response, most: number): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const piece of body ?? []) {
    text += decoder.decode(piece, { stream: true })
    if (text.length > most) break
  }
  return text.slice(0, most)
}
