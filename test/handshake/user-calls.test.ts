import { expect, test } from 'vitest'
import { UserCalls } from '../../src/handshake/user-calls.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { settled } from '../../src/testing/settled.ts'
import type { Answer } from '../../src/handshake/user-calls.ts'

const TIMEOUT = 3_000

function start() {
  const clock = new ManualClock()
  const calls = new UserCalls(clock, TIMEOUT)
  const answers: Array<Answer<unknown>> = []
  const call = (ask: () => unknown) => calls.call(ask, (answer) => answers.push(answer))
  return { clock, calls, answers, call }
}

/** What looks like a promise to those who ask for its `then`, and may not like to be asked. */
function thenable(then: () => unknown): object {
  return new Proxy({}, { get: (_, key) => (key === 'then' ? then() : undefined) })
}

test('what is returned is answered within the call, what is promised when it is there', async () => {
  const { clock, answers, call } = start()
  call(() => 1)
  expect(answers).toEqual([{ kind: 'value', value: 1 }])
  call(async () => 2)
  expect(answers).toHaveLength(1)
  await settled()
  expect(answers[1]).toEqual({ kind: 'value', value: 2 })
  expect(clock.pending).toBe(0)
})

test('what is thrown is answered, whichever way it is thrown', async () => {
  const { clock, answers, call } = start()
  const error = new Error('broken')
  const fail = () => {
    throw error
  }
  call(fail)
  call(async () => fail())
  call(() => thenable(() => fail))
  call(() => thenable(fail))
  await settled()
  expect(answers).toEqual(Array.from({ length: 4 }, () => ({ kind: 'error', error })))
  expect(clock.pending).toBe(0)
})

test('a call in which the answer is no longer wanted arms no deadline', async () => {
  const { clock, calls, answers, call } = start()
  call(async () => calls.close())
  expect(clock.pending).toBe(0)
  await settled()
  expect(answers).toEqual([])
})

test('a call that takes too long is answered once', async () => {
  const { clock, answers, call } = start()
  const { promise, resolve } = Promise.withResolvers<number>()
  call(() => promise)
  clock.advance(TIMEOUT)
  resolve(1)
  await settled()
  expect(answers).toEqual([{ kind: 'timeout' }])
})

test('a call that keeps its promise twice is answered once', async () => {
  const { answers, call } = start()
  call(() =>
    thenable(() => (resolve: (value: number) => void) => {
      resolve(1)
      resolve(2)
    })
  )
  await settled()
  expect(answers).toEqual([{ kind: 'value', value: 1 }])
})

test('every call has a deadline of its own', async () => {
  const { clock, answers, call } = start()
  call(() => new Promise(() => {}))
  clock.advance(TIMEOUT - 1)
  call(() => new Promise(() => {}))
  clock.advance(1)
  expect(answers).toHaveLength(1)
  clock.advance(TIMEOUT)
  expect(answers).toHaveLength(2)
})

test('after the close nobody is answered, and no deadline is left', async () => {
  const { clock, calls, answers, call } = start()
  const late = Promise.withResolvers<number>()
  const failed = Promise.withResolvers<number>()
  call(() => late.promise)
  call(() => failed.promise)
  calls.close()
  expect(clock.pending).toBe(0)
  late.resolve(1)
  failed.reject(new Error('late'))
  await settled()
  expect(answers).toEqual([])
})

test('a call that closes from within is not answered', () => {
  const { clock, calls, answers, call } = start()
  call(() => calls.close())
  expect(answers).toEqual([])
  expect(clock.pending).toBe(0)
})
