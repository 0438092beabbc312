import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { readToEnd } from '../../src/grpc/response-reader.ts'
import type { ClientHttp2Stream } from 'node:http2'

const response = (): Readable => {
  const stream = new Readable({ read() {} })
  readToEnd(stream as ClientHttp2Stream)
  return stream
}

const iteratorOf = (stream: Readable): AsyncIterator<unknown> => stream[Symbol.asyncIterator]()

test('everything is read, also what was there before anybody read', async () => {
  const stream = response()
  stream.push('a')
  stream.push('b')
  stream.push(null)
  let text = ''
  for await (const chunk of stream) text += String(chunk)
  expect(text).toBe('ab')
})

test('its reader is its own iterator', () => {
  const reader = iteratorOf(response()) as AsyncIterableIterator<unknown>
  expect(reader[Symbol.asyncIterator]()).toBe(reader)
})

test('a response that is closed before its end is a premature close, in the words of Node', async () => {
  const stream = response()
  const next = iteratorOf(stream).next()
  stream.destroy()
  await expect(next).rejects.toMatchObject({
    message: 'Premature close',
    code: 'ERR_STREAM_PREMATURE_CLOSE'
  })
})

test('whoever stops reading gives the response up', async () => {
  const stream = response()
  stream.push('a')
  for await (const chunk of stream) {
    expect(String(chunk)).toBe('a')
    break
  }
  expect(stream.destroyed).toBe(true)
})
