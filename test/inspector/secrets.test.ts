/** What is served tells of peers what a recording tells, and nothing of the node's keys or of what peers sent. */
import { expect, it } from 'vitest'
import { inspectNodes } from '../../src/inspector/index.ts'
import { addressOf, ourNode, SOCKETS } from '../network/nodes.ts'
import { at, knowing, Watcher } from './watching.ts'
import type { Handshake } from '../../src/index.ts'

const MARK = 'what-only-the-handshake-knows'

/** Says something that is for the other side alone. */
const handshake: Handshake = {
  hello: () => new TextEncoder().encode(MARK),
  verify: (payload) => ({ mark: new TextDecoder().decode(payload), payload })
}

/** Texts in which bytes may be found, whole or in half. */
function* formsOf(bytes: Uint8Array): Generator<string> {
  const buffer = Buffer.from(bytes)
  for (const part of [buffer, buffer.subarray(0, 32), buffer.subarray(-32)]) {
    yield part.toString('hex')
    yield part.toString('base64').replace(/=+$/, '')
    yield part.toString('base64url')
    yield part.toString('latin1')
    yield JSON.stringify([...part]).slice(1, -1)
  }
}

async function allThatIsServed(redact: 'none' | 'hash'): Promise<{
  text: string
  keys: Uint8Array[]
  ids: string[]
}> {
  const options = { handshake, recorder: { lines: 1_000, redact } }
  const [a, b] = [await ourNode(options, SOCKETS), await ourNode(options, SOCKETS)]
  const inspector = await inspectNodes({ a: a.services.peers, b: b.services.peers })
  const viewer = await Watcher.of(inspector)
  await a.services.peers.connect(addressOf(b))
  const { peer } = await viewer.line(0, { type: 'move', to: 'authorized' })
  const late = await Watcher.of(inspector)
  await late.line(0, { type: 'move', to: 'authorized' })
  const explained = await fetch(at(inspector, `/explain?node=0&peer=${String(peer)}`), {
    headers: knowing(inspector)
  })
  expect(explained.status).toBe(200)
  const page = await fetch(at(inspector, '/'))
  await a.services.peers.disconnect(b.peerId)
  await viewer.line(0, { type: 'move', reason: 'requested' })
  await b.stop()
  await viewer.event('ended')
  const nodes = [a, b].map(
    (node) => node as unknown as { components: { privateKey: { raw: Uint8Array } } }
  )
  return {
    text: [viewer.bytes, late.bytes, await explained.text(), await page.text()].join('\n'),
    keys: nodes.map(({ components }) => components.privateKey.raw),
    ids: [a, b].map(({ peerId }) => peerId.toString())
  }
}

it('no private key, no payload and no hello is in what is served', async () => {
  const { text, keys, ids } = await allThatIsServed('none')
  expect(keys.map(({ length }) => length)).toEqual([64, 64])
  // a needle of this kind would be found
  for (const id of ids) expect(text).toContain(id)
  for (const key of [...keys, new TextEncoder().encode(MARK)]) {
    for (const form of formsOf(key.length === 64 ? key.subarray(0, 32) : key)) {
      expect(text).not.toContain(form)
    }
  }
})

it('redacted as recordings are, no peer id and no address is in it either', async () => {
  const { text, ids } = await allThatIsServed('hash')
  for (const id of ids) expect(text).not.toContain(id)
  expect(text).not.toMatch(/\/ip4\/|\/tcp\//)
})
