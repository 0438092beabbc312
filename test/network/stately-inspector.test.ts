/** The parts of `@statelyai/inspect`, over sockets that are real, look on at nodes that are. */
import { createWebSocketInspector, createWebSocketReceiver } from '@statelyai/inspect'
import { createInspectorServer } from '@statelyai/inspect/server'
import { expect, it, onTestFinished } from 'vitest'
import { discreet } from '../../examples/stately-inspector/discreet.ts'
import { startRelay } from '../../examples/stately-inspector/relay.ts'
import { chainHandshake } from '../../src/index.ts'
import { pathOf } from '../../src/peers/tracked-peer.ts'
import { freePort } from './free-port.ts'
import { addressOf, authorize, OTHER_CHAIN, ourNode, SOCKETS } from './nodes.ts'
import { socketCensus } from './socket-census.ts'
import { eventually, failure, journal } from './waiting.ts'
import type { StatelyInspectionEvent } from '@statelyai/inspect'
import type { PeerTransition } from '../../src/index.ts'
import type { AnyMachineSnapshot } from 'xstate'

/** An inspector that says everything over the relay, and what a receiver there has heard. */
function lookingOn(url: string, options: Partial<typeof discreet> = {}) {
  const heard: StatelyInspectionEvent[] = []
  const inspector = createWebSocketInspector({ url, maxDeferredEvents: 10_000, ...options })
  const hearing = createWebSocketReceiver({ server: url }).subscribe(
    (event) => void heard.push(event)
  )
  onTestFinished(() => {
    hearing.unsubscribe()
    inspector.stop()
  })
  return { heard, inspect: inspector.inspect }
}

/** The moves of a peer, as a receiver recounts them from snapshots. */
function movesOf(name: string, heard: readonly StatelyInspectionEvent[]): string[] {
  const sessions = heard.filter((event) => event.type === '@xstate.actor' && event.name === name)
  const ids = new Set(sessions.map(({ sessionId }) => sessionId))
  const paths = heard.flatMap((event) => {
    if (event.type !== '@xstate.snapshot' || !ids.has(event.sessionId)) return []
    return [pathOf((event.snapshot as AnyMachineSnapshot).value as string)]
  })
  return paths.slice(1).flatMap((to, i) => (to === paths[i] ? [] : [`${paths[i]} -> ${to}`]))
}

const wordsOf = (move: string): Set<string> => new Set(move.match(/\b(?<!\.)[a-z]+/g))

const movesTold = (told: readonly [string, PeerTransition][], peer: string): string[] =>
  told.flatMap(([, to]) => (to.peer === peer ? [`${to.fromPath} -> ${to.toPath}`] : []))

it('a receiver sees every peer by name, and every move of it, and no socket leaves the machine', async () => {
  const sockets = socketCensus()
  const relay = await startRelay()
  onTestFinished(() => relay.stop())
  const { heard, inspect } = lookingOn(relay.url)
  const node = await ourNode({ inspect }, SOCKETS)
  const [friend, stranger] = [
    await ourNode({}, SOCKETS),
    await ourNode({ handshake: chainHandshake(OTHER_CHAIN) }, SOCKETS)
  ]
  const told = journal(node.services.peers, 'peer:transition')
  await authorize(node, friend)
  await failure(node.services.peers.connect(addressOf(stranger)))
  await node.services.peers.disconnect(friend.peerId)

  for (const { peerId } of [friend, stranger]) {
    const name = peerId.toString()
    const is = node.services.peers.getPeer(peerId)?.path ?? ''
    await eventually(() => expect(movesOf(name, heard).at(-1)).toMatch(`-> ${is}`))
    // events tell of the moves from one of the six words to another
    const moves = movesOf(name, heard).filter((move) => wordsOf(move).size === 2)
    expect(moves).toEqual(movesTold(told, name))
    expect(movesTold(told, name).length).toBeGreaterThan(2)
  }
  const names = heard.flatMap((event) => (event.type === '@xstate.actor' ? [event.name] : []))
  expect(names.toSorted()).toEqual(
    ['scheduler', friend.peerId.toString(), stranger.peerId.toString()].toSorted()
  )
  expect(heard).toContainEqual(
    expect.objectContaining({ name: 'scheduler', definition: expect.stringContaining('filling') })
  )
  // ours to the relay, the receiver's, and those of the nodes
  expect(sockets.dialed.length).toBeGreaterThanOrEqual(4)
  expect(new Set([...sockets.dialed, ...sockets.heard])).toEqual(new Set(['127.0.0.1']))
})

it('the relay of the library works as well, with no page open', async () => {
  const sockets = socketCensus()
  const port = await freePort()
  const server = createInspectorServer({ port, autoOpen: false, url: 'about:blank' })
  onTestFinished(() => server.stop())
  const { heard, inspect } = lookingOn(`ws://127.0.0.1:${port}`)
  const node = await ourNode({ inspect })
  const friend = await ourNode()
  await authorize(node, friend)
  await eventually(() =>
    expect(movesOf(friend.peerId.toString(), heard).at(-1)).toMatch('-> authorized')
  )
  expect(sockets.dialed.every((host) => host === '127.0.0.1')).toBe(true)
})

/** How often a receiver hears of the stranger's peer id, and of what was wrong with it. */
async function secretsHeard(options: Partial<typeof discreet>): Promise<number[]> {
  const relay = await startRelay()
  onTestFinished(() => relay.stop())
  const { heard, inspect } = lookingOn(relay.url, options)
  const node = await ourNode({ inspect })
  const stranger = await ourNode({ handshake: chainHandshake(OTHER_CHAIN) })
  const { detail } = await failure(node.services.peers.connect(addressOf(stranger)))
  await eventually(() =>
    expect(heard.at(-1)).toMatchObject({ snapshot: { value: { rejected: 'disconnected' } } })
  )
  const text = JSON.stringify(heard)
  return [stranger.peerId.toString(), String(detail)].map((secret) => text.split(secret).length - 1)
}

it('with the options of the example neither a peer id nor a detail is told, without them both', async () => {
  expect(await secretsHeard(discreet)).toEqual([0, 0])
  const [ids = 0, details = 0] = await secretsHeard({})
  expect(ids).toBeGreaterThan(5)
  expect(details).toBeGreaterThan(2)
})
