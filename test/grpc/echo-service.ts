import { Code, ConnectError } from '@connectrpc/connect'
import { callerOf } from '../../src/grpc/index.ts'
import { Echo } from './wire/echo_pb.js'
import type { Caller } from '../../src/grpc/index.ts'
import type { Message, MessageSchema } from './wire/echo_pb.js'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { ConnectRouter, HandlerContext, ServiceImpl } from '@connectrpc/connect'

type Part = MessageInitShape<typeof MessageSchema>

/** A service that keeps a record of what was asked of it, and of how its calls ended. */
export class EchoService {
  /** Messages that `down` has made; what is taken from it is sent, or waits to be. */
  made = 0
  /** Messages that `up` and `both` have taken. */
  taken = 0
  readonly callers: Caller[] = []
  readonly contexts: HandlerContext[] = []
  /** What reading requests failed with. */
  readonly failures: unknown[] = []
  /** Awaited by `up` and `both` before each message they take. */
  beforeTake: () => Promise<void> = async () => {}
  /** Answers `unary`. */
  answer: (request: Message, context: HandlerContext) => Promise<Part> | Part = (request) => ({
    data: request.size > 0 ? bytes(request.size) : request.data,
    text: request.text
  })

  readonly routes = (router: ConnectRouter): void => {
    router.service(Echo, this.#implementation)
  }

  readonly #implementation: ServiceImpl<typeof Echo> = {
    unary: async (request, context) => {
      this.#note(context)
      return this.answer(request, context)
    },
    down: (request, context) => this.#down(request, context),
    up: async (requests, context) => {
      this.#note(context)
      let count = 0
      let size = 0
      for await (const { data } of this.#takeFrom(requests)) {
        count++
        size += data.byteLength
      }
      return { count, size }
    },
    both: (requests, context) => this.#both(requests, context)
  }

  async *#down({ count, size }: Message, context: HandlerContext): AsyncGenerator<Part> {
    this.#note(context)
    const data = bytes(size)
    for (let i = 0; i < count && !context.signal.aborted; i++) {
      this.made++
      yield { data, count: i }
    }
  }

  async *#both(requests: AsyncIterable<Message>, context: HandlerContext): AsyncGenerator<Part> {
    this.#note(context)
    yield* this.#takeFrom(requests)
  }

  async *#takeFrom(requests: AsyncIterable<Message>): AsyncGenerator<Message> {
    const reader = requests[Symbol.asyncIterator]()
    for (;;) {
      await this.beforeTake()
      const next = await this.#noteFailure(reader.next())
      if (next.done === true) return
      this.taken++
      yield next.value
    }
  }

  async #noteFailure<T>(reading: Promise<T>): Promise<T> {
    try {
      return await reading
    } catch (err) {
      this.failures.push(err)
      throw err
    }
  }

  #note(context: HandlerContext): void {
    this.contexts.push(context)
    this.callers.push(callerOf(context))
  }
}

/** As many bytes, always the same, none of them like its neighbours. */
export function bytes(size: number): Uint8Array {
  return new Uint8Array(Buffer.alloc(size, PATTERN))
}

// as long as a prime, so that no piece of what is sent looks like the one before it
const PATTERN = Uint8Array.from({ length: 251 }, (_, i) => (i * 31) % 251)

/** The code and text that a call failed with; fails if it did not. */
export async function refusal(call: Promise<unknown>): Promise<{ code: string; text: string }> {
  const err = await call.then(
    () => undefined,
    (reason: unknown) => ConnectError.from(reason)
  )
  if (err === undefined) throw new Error('Expected the call to fail')
  return { code: Code[err.code], text: err.rawMessage }
}

/** All messages of a stream. */
export async function all<T>(messages: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const message of messages) list.push(message)
  return list
}
