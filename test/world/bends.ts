/** Ways in which a node can be bent, so that it breaks a law of the world it lives in. */
import { idOf } from '../../src/testing/simulation/scripted-peer.ts'
import { SECOND } from './small-worlds.ts'
import type { Clock } from '../../src/clock.ts'
import type { PeerLifecycleStatus } from '../../src/index.ts'
import type { SimulatedNode } from '../../src/testing/simulation/simulated-node.ts'
import type { Bend } from './small-worlds.ts'

/** Somebody whom no world knows. */
export const stranger = idOf('a stranger')

type Lie = (status: PeerLifecycleStatus) => Partial<PeerLifecycleStatus>

/** The service says of itself what is not so. */
export const claims =
  (lie: Lie): Bend =>
  ({ peers }) => {
    const status = peers.status.bind(peers)
    peers.status = () => ({ ...status(), ...lie(status()) })
  }

/** The service announces so many milliseconds after the beginning what has not happened. */
export const announces =
  (
    type: Parameters<SimulatedNode['peers']['addEventListener']>[0],
    detail: object,
    at = SECOND
  ): Bend =>
  (node) => {
    node.network.clock.after(at, () => {
      node.peers.dispatchEvent(new CustomEvent(type, { detail }))
    })
  }

/** What happened to somebody, as it is announced. */
export const moved = (changes: object): object => ({
  peer: stranger.toString(),
  from: 'discovered',
  to: 'connected',
  fromPath: 'discovered.idle',
  toPath: 'connected.unpromoted',
  event: 'connection.opened',
  reason: 'connection.opened',
  ...changes
})

export const toldNo = (reason: string, by = 'remote'): object => ({
  peer: stranger.toString(),
  peerId: stranger,
  reason,
  by
})

/** As soon as a peer is authorized. */
export const onceAuthorized =
  (then: (node: SimulatedNode, peer: string) => void): Bend =>
  (node) => {
    // after everybody else has heard of it
    node.peers.addEventListener('peer:authorized', ({ detail: { peer } }) =>
      queueMicrotask(() => then(node, peer))
    )
  }

/** It takes back by word alone that a peer is authorized. */
export const deniesIt = onceAuthorized(({ peers }, peer) => {
  const detail = { ...toldNo('requested', 'local'), peer }
  peers.dispatchEvent(new CustomEvent('peer:deauthorized', { detail }))
})

/** It stops, and this is what is left. */
export const leaves =
  (left: (node: SimulatedNode, clock: Clock) => void): Bend =>
  (node, clock) => {
    const stop = node.stop.bind(node)
    node.stop = async () => {
      await stop()
      left(node, clock)
    }
  }

/** It never answers. */
export const never = async (): Promise<never> => new Promise<never>(() => {})
