import { createParser } from 'eventsource-parser'
import { onTestFinished } from 'vitest'
import { eventually } from '../network/waiting.ts'
import type { Inspector } from '../../src/inspector/index.ts'

export type Line = Record<string, unknown>

/** One event of the stream; `lines` are what its data is made of. */
export interface Told {
  readonly event: string
  readonly lines: readonly Line[]
}

/** Where an inspector is asked something. */
export const at = ({ port }: Pick<Inspector, 'port'>, path: string): string =>
  `http://127.0.0.1:${port}${path}`

/** What a request brings that knows the token. */
export const knowing = ({ token }: Pick<Inspector, 'token'>): Record<string, string> => ({
  authorization: `Bearer ${token}`
})

/** Somebody who looks, as the page does: reads a stream and keeps all of it. */
export class Watcher {
  readonly told: Told[] = []
  /** All that has come, as it was written. */
  bytes = ''
  isOver = false
  readonly #end = new AbortController()

  /** Milliseconds in which something that is waited for has to come; as `eventually` has it if undefined. */
  readonly #patience: number | undefined

  private constructor(patience?: number) {
    this.#patience = patience
  }

  /** Looks until the test is over. */
  static async of(
    inspector: Pick<Inspector, 'port' | 'token'>,
    query = '',
    patience?: number
  ): Promise<Watcher> {
    const watcher = new Watcher(patience)
    onTestFinished(() => watcher.leave())
    const response = await fetch(at(inspector, `/events${query}`), {
      headers: knowing(inspector),
      signal: watcher.#end.signal
    })
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
    void watcher.#read(response)
    return watcher
  }

  /** The lines of a node, of all its events. */
  linesOf(node: number): Line[] {
    return this.told.filter(({ event }) => event === `node:${node}`).flatMap(({ lines }) => lines)
  }

  /** The data of events of this name. */
  events(name: string): Line[] {
    return this.told.filter(({ event }) => event === name).flatMap(({ lines }) => lines)
  }

  /** Waits for a line of the node that has these fields. */
  async line(node: number, fields: Line): Promise<Line> {
    let found: Line | undefined
    await eventually(() => {
      found = this.linesOf(node).find((line) => hasFields(line, fields))
      if (found === undefined) throw new Error(`No line with ${JSON.stringify(fields)} has come`)
    }, this.#patience)
    return found ?? {}
  }

  /** Waits for an event of this name. */
  async event(name: string): Promise<Line> {
    await eventually(() => {
      if (this.events(name).length === 0) throw new Error(`No event ${name} has come`)
    }, this.#patience)
    return this.events(name)[0] ?? {}
  }

  async over(): Promise<void> {
    await eventually(() => {
      if (!this.isOver) throw new Error('The stream is still open')
    }, this.#patience)
  }

  leave(): void {
    this.#end.abort()
  }

  async #read(response: Response): Promise<void> {
    const parser = createParser({
      onEvent: ({ event = '', data }) => {
        const lines = data.split('\n').map((text) => JSON.parse(text) as Line)
        this.told.push({ event, lines })
      }
    })
    const decoder = new TextDecoder()
    try {
      for await (const piece of response.body ?? []) {
        const text = decoder.decode(piece, { stream: true })
        this.bytes += text
        parser.feed(text)
      }
    } catch {
      // it was left, or dropped: what has come until then counts
    }
    this.isOver = true
  }
}

const hasFields = (line: Line, fields: Line): boolean =>
  Object.entries(fields).every(([name, value]) => line[name] === value)
