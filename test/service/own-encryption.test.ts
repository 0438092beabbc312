/**
 * Transports that encrypt by themselves: libp2p asks no encrypter there, so that no handshake can run in a
 * secure channel. The node says so when it starts, and shakes hands on streams.
 *
 * The stand-ins have the names that the transports give themselves, which are not always those of their
 * packages: read in @libp2p/webrtc 6.0.33, @libp2p/webtransport 6.0.39 and @chainsafe/libp2p-quic 2.1.1.
 *
 * Mutations that turn this file red, each tried by hand:
 * - own-encryption.ts without one of the names
 * - service.ts: `beforeStart` without its look at the transports, or without its look at the encrypters
 */
import { memory } from '@libp2p/memory'
import { peerIdFromString } from '@libp2p/peer-id'
import { expect, it } from 'vitest'
import { chainHandshake } from '../../src/index.ts'
import { transportsWithOwnEncryption } from '../../src/own-encryption.ts'
import { addressOf, authorize, OTHER_CHAIN, ourNode, states } from '../network/nodes.ts'
import { eventually, failure, journal } from '../network/waiting.ts'
import type { OurNode, Security } from '../network/nodes.ts'
import type { PeerLifecycleInit } from '../../src/index.ts'
import type {
  ComponentLogger,
  Logger,
  MultiaddrConnection,
  PeerId,
  Transport,
  Upgrader
} from '@libp2p/interface'
import type { MemoryTransportComponents } from '@libp2p/memory'

const OWN_ENCRYPTION = ['@libp2p/webrtc', '@libp2p/webrtc-direct', '@libp2p/webtransport', 'quic']
const NONE_OF_ITS_OWN = [
  '@libp2p/tcp',
  '@libp2p/websockets',
  '@libp2p/memory',
  '@libp2p/circuit-relay-v2-transport'
]

/** The memory transport under another name, with connections that are encrypted already, or are not. */
function standIn(name: string, isEncrypted: boolean) {
  return (components: MemoryTransportComponents): Transport => {
    const inner = memory()(components)
    const through = isEncrypted ? encryptedAlready : unchanged
    return Object.assign(Object.create(inner) as Transport, {
      [Symbol.toStringTag]: name,
      dial: (...[to, options]: Parameters<Transport['dial']>) =>
        inner.dial(to, { ...options, upgrader: through(options.upgrader) }),
      createListener: (options: Parameters<Transport['createListener']>[0]) =>
        inner.createListener({ ...options, upgrader: through(options.upgrader) })
    })
  }
}

const unchanged = (upgrader: Upgrader): Upgrader => upgrader

function encryptedAlready(upgrader: Upgrader): Upgrader {
  return Object.assign(Object.create(upgrader) as Upgrader, {
    upgradeOutbound: (...[maConn, given]: Parameters<Upgrader['upgradeOutbound']>) =>
      upgrader.upgradeOutbound(maConn, { ...given, ...alreadyWith(peerOf(maConn)) }),
    upgradeInbound: (...[maConn, given]: Parameters<Upgrader['upgradeInbound']>) =>
      upgrader.upgradeInbound(maConn, { ...given, ...alreadyWith(peerOf(maConn)) })
  })
}

const alreadyWith = (remotePeer: PeerId) => ({ skipEncryption: true, remotePeer }) as const

/** Whom the connection of the memory transport leads to, by the end of its address. */
function peerOf({ remoteAddr }: MultiaddrConnection): PeerId {
  const id = remoteAddr.getComponents().findLast(({ name }) => name === 'p2p')?.value
  if (id === undefined) throw new Error('An address without a peer')
  return peerIdFromString(id)
}

const ignore = (): void => {}

/** A logger, and what the lifecycle said to it, with its values in their places. */
function notebook(): { logger: ComponentLogger; lines: string[] } {
  const lines: string[] = []
  const loggerOf = (name: string): Logger => {
    const log = (format: string, ...values: unknown[]): void => {
      if (name !== 'libp2p:peer-lifecycle') return
      lines.push(format.replaceAll(/%[a-z]/g, () => String(values.shift())))
    }
    return Object.assign(log, {
      enabled: true,
      error: ignore,
      trace: ignore,
      newScope: (scope: string) => loggerOf(`${name}:${scope}`)
    })
  }
  return { logger: { forComponent: loggerOf }, lines }
}

const said = (lines: readonly string[]): string[] =>
  lines.filter((line) => line.includes('encryption of its own'))

interface Over {
  node: OurNode
  lines: string[]
}

async function over(
  names: readonly string[],
  security: Security,
  lifecycle: Partial<PeerLifecycleInit> = {}
): Promise<Over> {
  const { logger, lines } = notebook()
  const transports = names.map((name) => standIn(name, OWN_ENCRYPTION.includes(name)))
  // an address of this kind is one transport's only
  const addresses = names.length === 1 ? {} : { addresses: { listen: [] } }
  return { lines, node: await ourNode(lifecycle, { security, logger, transports, ...addresses }) }
}

const named = (name: string): Transport => ({ [Symbol.toStringTag]: name }) as Transport

it('are known by the names that they give themselves', () => {
  const all = [...OWN_ENCRYPTION, ...NONE_OF_ITS_OWN].map(named)
  expect(transportsWithOwnEncryption(all)).toEqual(OWN_ENCRYPTION)
})

it.each(['secured', 'mixed'] as const)(
  'are named when a node starts that has a secured encrypter: %s',
  async (security) => {
    const { lines } = await over(['@libp2p/webrtc', '@libp2p/memory', 'quic'], security)
    expect(said(lines)).toEqual([
      '@libp2p/webrtc has an encryption of its own: there the handshake runs on a stream',
      'quic has an encryption of its own: there the handshake runs on a stream'
    ])
  }
)

it('are not mentioned where every handshake runs on a stream anyway, nor are others', async () => {
  expect(said((await over(['quic'], 'plain')).lines)).toEqual([])
  expect(said((await over(['@libp2p/memory'], 'secured')).lines)).toEqual([])
})

it('carry the handshake on a stream, though the node has nothing but secured encrypters', async () => {
  const [a, b] = [await over(['quic'], 'secured'), await over(['quic'], 'secured')]
  const moves = journal(a.node.services.peers, 'peer:transition')
  await authorize(a.node, b.node)
  expect(a.node.getConnections().map(({ encryption }) => encryption)).toEqual(['native'])
  expect(moves.map(([, { to }]) => to)).toEqual([
    'dialing',
    'connected',
    'handshaking',
    'authorized'
  ])
  for (const { node } of [a, b]) expect(node.services.peers.status().slots).toHaveLength(1)
})

it('gate: let a peer of another chain in as far as a connection, and no further', async () => {
  const a = await over(['quic'], 'secured')
  const b = await over(['quic'], 'secured', { handshake: chainHandshake(OTHER_CHAIN) })
  await a.node.dial(addressOf(b.node))
  await eventually(() =>
    expect(states(a.node, b.node)).toEqual(['connected.unpromoted', 'connected.unpromoted'])
  )
  expect(await failure(a.node.services.peers.connect(b.node.peerId))).toMatchObject({
    reason: 'incompatible'
  })
  await eventually(() => expect([a, b].map(({ node }) => node.getConnections())).toEqual([[], []]))
})
