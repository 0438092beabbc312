import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { generateKeyPair, privateKeyFromProtobuf } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey, peerIdFromString } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { DISKS } from './places.ts'
import { chainHandshake, peerLifecycle } from '../../src/index.ts'
import type { PeerId } from '@libp2p/interface'

/** What a life of the process is told. */
export interface Orders {
  readonly disk: keyof typeof DISKS
  readonly folder: string
  readonly key: string
  readonly flushInterval: number
  /** Peers that are banned and unbanned, again and again. */
  readonly suspects: readonly string[]
  /** A node that lets us in. */
  readonly friend: string
}

/** What a node thinks of a peer. */
export interface Opinion {
  readonly state: string
  readonly reason: string | undefined
  readonly retryAt: number | undefined
}

/** What the process tells: what it found at its start, and what it is about to do and has done. */
export type Report =
  | { type: 'ready' }
  | { type: 'started'; opinions: Record<string, Opinion>; authorized: number }
  | { type: 'begins'; peer: string }
  | { type: 'did'; peer: string; opinion: Opinion; at: number }
  /** A batch is written whose writing began then. */
  | { type: 'wrote'; begun: number }
  | { type: 'met' }
  | { type: 'failed'; error: string }

const tell = (report: Report): void => void process.send?.(report)

/**
 * A node that bans, unbans and leaves peers as fast as it can, until somebody ends it. It waits for its
 * orders, so that it is loaded while the one before it still lives.
 */
process.once('message', (orders: Orders) => {
  live(orders).catch((error: unknown) => tell({ type: 'failed', error: String(error) }))
})
process.on('disconnect', () => process.exit(0))
tell({ type: 'ready' })

async function live(orders: Orders): Promise<void> {
  const { disk, folder, key, flushInterval, suspects, friend } = orders
  const datastore = DISKS[disk](folder)
  await datastore.open()
  const batch = datastore.batch.bind(datastore)
  datastore.batch = () => {
    const changes = batch()
    const commit = changes.commit.bind(changes)
    return Object.assign(changes, {
      commit: async () => {
        const begun = Date.now()
        await commit()
        tell({ type: 'wrote', begun })
      }
    })
  }
  const node = await createLibp2p({
    datastore,
    privateKey: privateKeyFromProtobuf(Buffer.from(key, 'base64')),
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
    services: {
      peers: peerLifecycle({
        protocolPrefix: '/doomed',
        handshake: chainHandshake({ chainId: 7, genesis: '0x1a2b3c' }),
        outboundShare: 0,
        maxTracked: 10_000,
        memory: { flushInterval }
      })
    }
  })
  const { peers } = node.services
  const opinionOf = (peer: PeerId): Opinion => {
    const { state, reason, retryAt } = peers.explain(peer)
    return { state, reason, retryAt }
  }
  const known = peers.getPeers().map(({ peerId }) => peerId)
  const asked = [...known, ...suspects.map((text) => peerIdFromString(text))]
  tell({
    type: 'started',
    opinions: Object.fromEntries(asked.map((peer) => [peer.toString(), opinionOf(peer)])),
    authorized: peers.getPeers({ state: 'authorized' }).length
  })
  peers.connect(multiaddr(friend)).then(
    () => tell({ type: 'met' }),
    (error: unknown) => tell({ type: 'failed', error: String(error) })
  )
  for (let turn = 0; ; turn++) {
    const suspect = peerIdFromString(suspects[turn % suspects.length] ?? '')
    await act(suspect, () => {
      if (!peers.unban(suspect)) peers.ban(suspect, { duration: 3_600_000 + turn })
    })
    const stranger = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
    await act(stranger, () => {
      peers.enqueue(stranger)
      void peers.disconnect(stranger, { reason: 'incompatible' })
    })
  }

  async function act(peer: PeerId, deed: () => void): Promise<void> {
    tell({ type: 'begins', peer: peer.toString() })
    deed()
    tell({ type: 'did', peer: peer.toString(), opinion: opinionOf(peer), at: Date.now() })
    const { promise, resolve } = Promise.withResolvers<void>()
    setTimeout(resolve, 4)
    await promise
  }
}
