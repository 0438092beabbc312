import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { sendGoodbye } from '../../src/handshake/goodbye.ts'
import { cut, link } from './linked-streams.ts'
import { settled } from '../../src/testing/settled.ts'
import { concat, RawPeer } from './raw-peer.ts'
import type { Link } from './linked-streams.ts'

function say(options: { signal?: AbortSignal; retryAfter?: number } = {}) {
  const between = link()
  const peer = new RawPeer(between.remote)
  const heard = sendGoodbye({ stream: between.local, reason: 'shutting-down', ...options })
  return { between, peer, heard }
}

function expectNothingLeft({ local }: Link): void {
  expect(local.status).not.toBe('open')
  expect(local.listeners).toBe(0)
}

test('GOODBYE is said, and heard when the remote closes its end', async () => {
  const { between, peer, heard } = say({ retryAfter: 60 })
  await settled()
  expect(peer.heard).toEqual([{ type: 'goodbye', code: 12, retryAfter: 60 }])
  expect(peer.finished).toBe(true)
  await peer.fin()
  expect(await heard).toBe(true)
  expect(between.local.status).toBe('closed')
  expectNothingLeft(between)
})

test.each([
  ['resets the stream', ({ remote }: Link) => remote.abort(new Error('reset'))],
  ['loses its connection', cut]
] as const)('a remote that %s has not heard', async (_, end) => {
  const { between, heard } = say()
  await settled()
  end(between)
  expect(await heard).toBe(false)
  expectNothingLeft(between)
})

test('a remote that does not answer has not heard when the signal is aborted', async () => {
  const controller = new AbortController()
  const { between, heard } = say({ signal: controller.signal })
  await settled()
  controller.abort()
  expect(await heard).toBe(false)
  expect(between.local.status).toBe('aborted')
  expectNothingLeft(between)
})

test('with a signal that is aborted already nothing is said', async () => {
  const { between, peer, heard } = say({ signal: AbortSignal.abort() })
  expect(await heard).toBe(false)
  await settled()
  expect(peer.words).toEqual([])
  expectNothingLeft(between)
})

test('a remote that had closed its end before has not heard', async () => {
  const between = link()
  await between.remote.close()
  await settled()
  expect(await sendGoodbye({ stream: between.local, reason: 'idle' })).toBe(false)
  expectNothingLeft(between)
})

test('a stream that goes down with the goodbye has not carried it', async () => {
  const between = link()
  between.local.sendData = () => {
    throw new Error('the socket is gone')
  }
  expect(await sendGoodbye({ stream: between.local, reason: 'idle' })).toBe(false)
  expectNothingLeft(between)
})

test('a stream that cannot be told to take no more is reset', async () => {
  const between = link()
  between.local.sendCloseRead = async () => Promise.reject(new Error('the socket is gone'))
  expect(await sendGoodbye({ stream: between.local, reason: 'idle' })).toBe(false)
  expect(between.local.status).toBe('aborted')
  expectNothingLeft(between)
})

test('a stream that is gone takes no goodbye, and is not touched', async () => {
  const between = link()
  cut(between)
  let touched = false
  between.local.closeRead = async () => void (touched = true)
  expect(await sendGoodbye({ stream: between.local, reason: 'idle' })).toBe(false)
  expect(touched).toBe(false)
})

test('a stream whose writing end is closed carries no goodbye, whatever the remote does', async () => {
  const between = link()
  await between.local.close()
  const heard = sendGoodbye({ stream: between.local, reason: 'idle' })
  await settled()
  await between.remote.close()
  expect(await heard).toBe(false)
  expectNothingLeft(between)
})

test('a signal that outlives the goodbye keeps nothing of it', async () => {
  const { signal } = new AbortController()
  const { peer, heard } = say({ signal })
  expect(getEventListeners(signal, 'abort')).not.toEqual([])
  await settled()
  await peer.fin()
  expect(await heard).toBe(true)
  await settled()
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('a stream that is full is given up with the signal', async () => {
  const controller = new AbortController()
  const between = link()
  between.local.sendData = () => ({ sentBytes: 0, canSendMore: false })
  const { signal } = controller
  const heard = sendGoodbye({ stream: between.local, reason: 'idle', signal })
  await settled()
  controller.abort()
  expect(await heard).toBe(false)
  expectNothingLeft(between)
})

test('what the remote says to a goodbye is dropped as it comes', async () => {
  const { between, peer, heard } = say()
  peer.say(concat(new Uint8Array(100_000)))
  await settled()
  expect(between.local.readBufferLength).toBe(0)
  await peer.fin()
  expect(await heard).toBe(true)
})
