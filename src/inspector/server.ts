import { createServer } from 'node:http'
import { answer } from './answers.ts'
import { authorityOf, Guard } from './guard.ts'
import { InspectorError } from '../errors.ts'
import { nameOf } from '../printable.ts'
import { BEAT, CLOSE_TIMEOUT, LONGEST_HEAD, MOST_SOCKETS, REQUEST_TIMEOUT } from './limits.ts'
import { readPage } from './page.ts'
import { Viewer } from './viewer.ts'
import type { Cancel, Clock } from '../clock.ts'
import type { Exhibit } from './exhibit.ts'
import type { InspectOptions } from './inspect-options.ts'
import type { Inspector } from './inspector.ts'
import type { Page } from './page.ts'
import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ServerInit {
  readonly exhibit: Exhibit
  readonly options: InspectOptions
  readonly clock: Clock
  /** Where the page comes from. Default: where it was built to */
  readonly page?: (() => Promise<Page>) | undefined
}

/**
 * Shows the exhibit from now on.
 *
 * @throws InspectorError if it cannot listen there
 */
export async function serve(init: ServerInit): Promise<Inspector> {
  const server = createServer({
    maxHeaderSize: LONGEST_HEAD,
    headersTimeout: REQUEST_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    keepAliveTimeout: REQUEST_TIMEOUT,
    connectionsCheckingInterval: REQUEST_TIMEOUT / 5
  })
  server.maxConnections = MOST_SOCKETS
  const { host, port } = init.options
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject).listen({ host, port }, resolve)
  try {
    await promise
  } catch (error) {
    throw new InspectorError(
      `Expected ${authorityOf(host, port)} to be free to listen on, got ${codeOf(error)}`
    )
  }
  return new InspectorServer(server, init)
}

class InspectorServer implements Inspector {
  readonly url: string
  readonly token: string
  readonly port: number
  readonly #server: Server
  readonly #exhibit: Exhibit
  readonly #clock: Clock
  /** Who looks, and how the exhibit is told that they have left. */
  readonly #viewers = new Map<Viewer, () => void>()
  /** The next beat (first viewer -> last viewer). */
  #beating: Cancel | undefined
  #closing: Promise<void> | undefined

  constructor(server: Server, { exhibit, options, clock, page = readPage }: ServerInit) {
    const { host, token } = options
    this.#server = server
    this.#exhibit = exhibit
    this.#clock = clock
    this.token = token
    this.port = (server.address() as AddressInfo).port
    this.url = `http://${authorityOf(host, this.port)}/#token=${token}`
    const guard = new Guard({ host, port: this.port, token })
    const house = { guard, exhibit, page, viewers: this.#viewers, admit: this.#admit }
    server.on('request', (request, response) => void answer(request, response, house))
  }

  get viewers(): number {
    return this.#viewers.size
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** A viewer looks from now on, until its stream is over. */
  readonly #admit = (response: ServerResponse, node: number | undefined): void => {
    const viewer = new Viewer(response, this.#clock)
    // before anything is told, so that who leaves at once has been here
    this.#viewers.set(viewer, () => {})
    response.once('close', () => this.#leave(viewer))
    this.#viewers.set(viewer, this.#exhibit.show(viewer, node))
    viewer.pump()
    this.#beating ??= this.#clock.after(BEAT, this.#beat)
  }

  readonly #beat = (): void => {
    this.#beating = this.#clock.after(BEAT, this.#beat)
    this.#exhibit.beat()
    for (const viewer of this.#viewers.keys()) viewer.pump()
  }

  #leave(viewer: Viewer): void {
    const left = this.#viewers.get(viewer)
    this.#viewers.delete(viewer)
    left?.()
    if (this.#viewers.size > 0) return
    this.#beating?.()
    this.#beating = undefined
  }

  async #close(): Promise<void> {
    const { promise: closed, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => resolve())
    this.#exhibit.close()
    for (const viewer of this.#viewers.keys()) viewer.end()
    // whoever does not take the last words goes without them
    const cancel = this.#clock.after(CLOSE_TIMEOUT, () => this.#server.closeAllConnections())
    await closed
    cancel()
    this.#beating?.()
    this.#beating = undefined
  }
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : nameOf(error)
}
