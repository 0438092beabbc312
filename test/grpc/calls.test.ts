import { create } from '@bufbuild/protobuf'
import { Code, ConnectError } from '@connectrpc/connect'
import { expect, it } from 'vitest'
import { eventually } from '../network/waiting.ts'
import { all, bytes, refusal } from './echo-service.ts'
import { MessageSchema } from './wire/echo_pb.js'
import { world } from './world.ts'
import type { Message } from './wire/echo_pb.js'
import type { MessageInitShape } from '@bufbuild/protobuf'

const MIB = 1024 * 1024

type Part = MessageInitShape<typeof MessageSchema>

async function* some(count: number, part: Part = {}): AsyncGenerator<Part> {
  for (let i = 0; i < count; i++) yield { ...part, count: i }
}

it('unary: one message each way', async () => {
  const { echo } = await world()
  expect((await echo.unary({ text: 'hello' })).text).toBe('hello')
})

it('server streaming: as many messages as asked for, in their order', async () => {
  const { echo } = await world()
  const messages = await all(echo.down({ count: 100, size: 1_000 }))
  expect(messages.map(({ count }) => count)).toEqual(Array.from({ length: 100 }, (_, i) => i))
})

it('client streaming: all of it arrives before the answer', async () => {
  const { echo } = await world()
  const { count, size } = await echo.up(some(100, { data: bytes(1_000) }))
  expect([count, size]).toEqual([100, 100_000])
})

it('bidirectional streaming: each message is answered before the next is sent', async () => {
  const { echo } = await world()
  const answered: number[] = []
  let heard = Promise.withResolvers<void>()
  async function* questions(): AsyncGenerator<Part> {
    for (let i = 0; i < 10; i++) {
      yield { count: i }
      await heard.promise
      heard = Promise.withResolvers()
    }
  }
  for await (const { count } of echo.both(questions())) {
    answered.push(count)
    heard.resolve()
  }
  expect(answered).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

it('8 MiB messages, both ways', async () => {
  const { echo } = await world()
  const data = bytes(8 * MIB)
  const answer = await echo.unary({ data })
  expect(Buffer.compare(answer.data, data)).toBe(0)

  const sizes: number[] = []
  for await (const message of echo.both(some(2, { data }))) sizes.push(message.data.byteLength)
  expect(sizes).toEqual([8 * MIB, 8 * MIB])
})

it('a message above the limit is refused, by its length alone', async () => {
  const { echo } = await world({ serve: { readMaxBytes: MIB }, call: { readMaxBytes: MIB } })
  expect((await refusal(echo.unary({ size: MIB + 1 }))).code).toBe('ResourceExhausted')
  expect((await refusal(echo.unary({ data: bytes(MIB + 1) }))).code).toBe('ResourceExhausted')
  expect((await echo.unary({ text: 'still there' })).text).toBe('still there')
})

it('deadline: the call ends on both sides', async () => {
  const { echo, service } = await world()
  service.answer = () => new Promise(() => {})
  const { code } = await refusal(echo.unary({}, { timeoutMs: 50 }))
  expect(code).toBe('DeadlineExceeded')
  const [context] = service.contexts
  expect(context?.timeoutMs()).toBeLessThanOrEqual(50)
  await eventually(() => expect(context?.signal.aborted).toBe(true))
})

it('cancellation: the call ends on both sides, and the stream under it goes on', async () => {
  const { echo, service, served } = await world()
  const controller = new AbortController()
  const messages = echo.down({ count: 1_000_000, size: 1_000 }, { signal: controller.signal })
  const call = (async () => {
    for await (const { count } of messages) if (count === 10) controller.abort()
  })()
  expect((await refusal(call)).code).toBe('Canceled')
  const [context] = service.contexts
  await eventually(() => expect(context?.signal.aborted).toBe(true))
  expect(ConnectError.from(context?.signal.reason).code).toBe(Code.Canceled)

  expect((await echo.unary({ text: 'next' })).text).toBe('next')
  expect(served.streams).toBe(1)
})

it('metadata: headers and trailers, text and binary, both ways', async () => {
  const { echo, service } = await world()
  const heard = Promise.withResolvers<Headers>()
  service.answer = (_request, context) => {
    heard.resolve(context.requestHeader)
    context.responseHeader.set('answer', 'header')
    context.responseHeader.set('answer-bin', 'AAH_')
    context.responseTrailer.set('last', 'trailer')
    context.responseTrailer.set('last-bin', '_wEA')
    return {}
  }
  const headers: Headers[] = []
  await echo.unary(
    {},
    {
      headers: { question: 'header', 'question-bin': 'AP8B' },
      onHeader: (header) => headers.push(header),
      onTrailer: (trailer) => headers.push(trailer)
    }
  )
  const question = await heard.promise
  expect([question.get('question'), question.get('question-bin')]).toEqual(['header', 'AP8B'])
  const [header, trailer] = headers
  expect([header?.get('answer'), header?.get('answer-bin')]).toEqual(['header', 'AAH_'])
  expect([trailer?.get('last'), trailer?.get('last-bin')]).toEqual(['trailer', '_wEA'])
})

it('metadata of more than 16 KiB is refused, and the next call is not', async () => {
  const { echo, service } = await world()
  await echo.unary({}, { headers: { long: 'x'.repeat(12_000) } })
  await refusal(echo.unary({}, { headers: { long: 'x'.repeat(20_000) } }))
  await echo.unary({})
  expect(service.contexts).toHaveLength(2)
})

it('status: code, text and details', async () => {
  const { echo, service } = await world()
  const detail: Part = { text: 'which one', count: 7 }
  service.answer = () => {
    throw new ConnectError('not this one', Code.FailedPrecondition, { hint: 'x' }, [
      { desc: MessageSchema, value: detail }
    ])
  }
  const err: unknown = await echo.unary({}).catch((reason: unknown) => reason)
  const status = ConnectError.from(err)
  expect([status.code, status.rawMessage]).toEqual([Code.FailedPrecondition, 'not this one'])
  expect(status.metadata.get('hint')).toBe('x')
  expect(status.findDetails(MessageSchema)).toEqual([create(MessageSchema, detail)])
})

it.each([
  [Code.InvalidArgument, 'InvalidArgument'],
  [Code.NotFound, 'NotFound'],
  [Code.PermissionDenied, 'PermissionDenied'],
  [Code.DataLoss, 'DataLoss'],
  [Code.Unavailable, 'Unavailable']
])('status %s, after some messages', async (code, name) => {
  const { echo, service } = await world()
  let left = 3
  service.beforeTake = async () => {
    if (left-- === 0) throw new ConnectError('enough', code)
  }
  const heard: Message[] = []
  const call = (async () => {
    for await (const message of echo.both(some(10))) heard.push(message)
  })()
  expect(await refusal(call)).toEqual({ code: name, text: 'enough' })
  expect(heard).toHaveLength(3)
})

it('50 calls in parallel, of all kinds, over one stream', async () => {
  const { echo, served } = await world()
  const sizes = await Promise.all(
    Array.from({ length: 50 }, async (_, i) => {
      if (i % 3 === 0) return (await echo.unary({ size: 10_000 + i })).data.byteLength - i
      if (i % 3 === 1) return (await all(echo.down({ count: 10, size: 1_000 }))).length * 1_000
      return (await echo.up(some(10, { data: bytes(1_000) }))).size
    })
  )
  expect(sizes).toEqual(Array.from({ length: 50 }, () => 10_000))
  expect(served.streams).toBe(1)
})

it('more calls than a stream takes at once wait for their turn', async () => {
  const { echo } = await world()
  const answers = await Promise.all(
    Array.from({ length: 500 }, async (_, i) => echo.unary({ text: String(i) }))
  )
  expect(answers.map(({ text }) => text)).toEqual(Array.from({ length: 500 }, (_, i) => String(i)))
})

it('20 messages of 8 MiB at once, both ways', async () => {
  const { echo } = await world()
  const data = bytes(8 * MIB)
  const answers = await Promise.all(Array.from({ length: 20 }, async () => echo.unary({ data })))
  expect(answers.map((answer) => answer.data.byteLength)).toEqual(answers.map(() => 8 * MIB))
})

it('a method that is not served', async () => {
  const { echo } = await world({ serve: { routes: () => {} } })
  expect((await refusal(echo.unary({}))).code).toBe('Unimplemented')
})

it('a protocol that is not served', async () => {
  const { echo } = await world({ call: { protocol: '/network/other/1.0.0' } })
  expect((await refusal(echo.unary({}))).code).toBe('Unimplemented')
})
