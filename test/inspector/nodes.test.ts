/** Real nodes over TCP, watched over HTTP. */
import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { inspectNodes } from '../../src/inspector/index.ts'
import { addressOf, CHAIN, OTHER_CHAIN, ourNode, SOCKETS } from '../network/nodes.ts'
import { chainHandshake } from '../../src/index.ts'
import { eventually, failure } from '../network/waiting.ts'
import { at, knowing, Watcher } from './watching.ts'

it('a viewer is told how all is, and then what happens, of one node or of all', async () => {
  const [alice, bob] = [await ourNode({}, SOCKETS), await ourNode({}, SOCKETS)]
  const inspector = await inspectNodes({ alice: alice.services.peers, bob: bob.services.peers })
  expect(inspector.url).toBe(`http://127.0.0.1:${inspector.port}/#token=${inspector.token}`)
  expect(Buffer.from(inspector.token, 'base64url')).toHaveLength(32)

  const [all, one] = [await Watcher.of(inspector), await Watcher.of(inspector, '?node=1')]
  await alice.services.peers.connect(addressOf(bob))
  const ids = [alice, bob].map(({ peerId }) => peerId.toString())
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }
  expect(await all.event('nodes')).toEqual({
    version,
    nodes: [
      { name: 'alice', peer: ids[0] },
      { name: 'bob', peer: ids[1] }
    ]
  })
  await all.line(0, { type: 'move', peer: ids[1], to: 'authorized' })
  await all.line(1, { type: 'move', peer: ids[0], to: 'authorized' })
  await one.line(1, { type: 'move', peer: ids[0], to: 'authorized' })
  expect(one.linesOf(0)).toEqual([])
  for (const node of [0, 1]) {
    const lines = all.linesOf(node)
    expect(lines[0]).toMatchObject({ type: 'recording', node: ids[node], seq: 0 })
    const numbers = lines.flatMap(({ type, seq }) => (type === 'recording' ? [] : (seq ?? [])))
    expect(numbers).toEqual(numbers.map((_, index) => index))
  }
  expect(inspector.viewers).toBe(2)
  // who comes later begins where all are by now
  const late = await Watcher.of(inspector)
  await late.line(0, { type: 'peer', peer: ids[1], path: 'authorized' })

  await inspector.close()
  await Promise.all([all, one, late].map(async (viewer) => viewer.over()))
  expect(inspector.viewers).toBe(0)
  expect(alice.services.peers.isAuthorized(bob.peerId)).toBe(true)
})

it('why a peer was rejected is there for who asks, and for who looks', async () => {
  const alice = await ourNode({ handshake: chainHandshake(CHAIN) }, SOCKETS)
  const mallory = await ourNode({ handshake: chainHandshake(OTHER_CHAIN) }, SOCKETS)
  const inspector = await alice.services.peers.inspect()
  const viewer = await Watcher.of(inspector)
  await failure(alice.services.peers.connect(addressOf(mallory)))
  await viewer.line(0, { type: 'move', event: 'handshake.refused', reason: 'incompatible' })
  const response = await fetch(at(inspector, `/explain?peer=${String(mallory.peerId)}`), {
    headers: knowing(inspector)
  })
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(await response.json()).toMatchObject({ state: 'rejected', reason: 'incompatible' })
})

it('a node that stops says so and closes its own page, and no other', async () => {
  const [alice, bob] = [await ourNode({}, SOCKETS), await ourNode({}, SOCKETS)]
  const own = await alice.services.peers.inspect()
  const both = await inspectNodes({ alice: alice.services.peers, bob: bob.services.peers })
  const [viewer, other] = [await Watcher.of(own), await Watcher.of(both)]
  await alice.services.peers.connect(addressOf(bob))
  await alice.stop()
  await viewer.over()
  expect(viewer.events('ended')).toEqual([{ node: 0 }])
  const last = viewer.linesOf(0).slice(-2)
  expect(last).toMatchObject([
    { type: 'forgotten', reason: 'stopped' },
    { type: 'status', mode: 'stopped' }
  ])
  await expect(fetch(own.url)).rejects.toThrow('fetch failed')

  expect(await other.event('ended')).toEqual({ node: 0 })
  await other.line(1, { type: 'move', reason: 'shutting-down' })
  expect(other.isOver).toBe(false)
  expect(await (await Watcher.of(both)).event('ended')).toEqual({ node: 0 })
  // it begins again, and so does what is told of it
  await alice.start()
  await eventually(() => {
    const beginnings = other.linesOf(0).filter(({ type }) => type === 'recording')
    expect(beginnings).toMatchObject([{ mode: 'filling' }, { mode: 'filling' }])
  })
  await both.close()
})
