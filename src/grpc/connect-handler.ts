import { once } from 'node:events'
import { createConnectRouter } from '@connectrpc/connect'
import {
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse
} from '@connectrpc/connect-node'
import { callerValues } from './caller.ts'
import { MAX_MESSAGE } from './http2-limits.ts'
import type { RequestHandler } from './server-sessions.ts'
import type { ConnectRouter, ConnectRouterOptions } from '@connectrpc/connect'

/** What is served, and connect's own options for it. */
export interface ConnectHandlerInit extends Omit<
  ConnectRouterOptions,
  'grpc' | 'grpcWeb' | 'connect'
> {
  /** Registers the services. */
  routes: (router: ConnectRouter) => void

  /**
   * Bytes of the longest message that is taken.
   *
   * @default 16777216
   */
  readMaxBytes?: number

  /**
   * Compressions that requests may have. None, because compressing costs more than sending here.
   *
   * @default []
   */
  acceptCompression?: ConnectRouterOptions['acceptCompression'] & {}
}

/**
 * Connect's services as a request handler. In place of `connectNodeAdapter` because that one writes a line on the
 * console for every caller that hangs up; here a response that nobody takes ends without a word. What a
 * handler throws becomes the status of its call, there as here.
 */
export function connectHandler({ routes, ...options }: ConnectHandlerInit): RequestHandler {
  const router = createConnectRouter({
    readMaxBytes: MAX_MESSAGE,
    acceptCompression: [],
    ...options,
    grpc: true,
    grpcWeb: false,
    connect: false
  })
  routes(router)
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]))

  return (request, response) => {
    const handle = handlers.get(request.url.split('?', 1).join())
    if (handle === undefined) {
      // by the protocol of gRPC a 404 is `unimplemented`
      response.writeHead(404).end()
      return
    }
    const call = universalRequestFromNodeRequest(
      request,
      response,
      undefined,
      callerValues(request)
    )
    const body = new RequestBody(call.body as AsyncIterable<Uint8Array>, call.signal)
    void handle({ ...call, body }).then(
      async (answer) => universalResponseToNodeResponse(answer, response).catch(hungUp),
      () => response.stream.destroy()
    )
  }
}

/** The handler knows already, by its signal. */
function hungUp(): void {}

/**
 * What the caller sends. It fails with the reason for which the call has ended: `unavailable` if the stream is
 * gone, `canceled` if the caller gave up. By itself it would say that something was closed too early.
 */
class RequestBody implements AsyncIterableIterator<Uint8Array> {
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #signal: AbortSignal

  constructor(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal) {
    this.#chunks = chunks[Symbol.asyncIterator]()
    this.#signal = signal
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    try {
      return await this.#chunks.next()
    } catch {
      // what cannot be read is closed, and says why a moment later
      if (!this.#signal.aborted) await once(this.#signal, 'abort')
      throw this.#signal.reason
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    await this.#chunks.return?.()
    return { done: true, value: undefined }
  }
}
