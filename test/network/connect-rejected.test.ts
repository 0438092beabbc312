/** `connect()` that is rejected: the word, its side and the time of the next attempt. */
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { describe, expect, it } from 'vitest'
import { chainHandshake } from '../../src/index.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import {
  addressOf,
  authorize,
  OTHER_CHAIN,
  ourNode,
  PROTOCOL,
  SOCKETS,
  stockNode,
  streamsWith
} from './nodes.ts'
import { eventually, failure, journal } from './waiting.ts'
import type { PeerId } from '@libp2p/interface'

const stranger = async (): Promise<PeerId> => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))

/** How far away the next attempt is, in seconds of the node's clock. */
const secondsTo = (retryAt: unknown, now = Date.now()): number =>
  Math.round((Number(retryAt) - now) / 1_000)

describe('connect() to a peer on another chain', () => {
  it('closed words: rejects with incompatible on the side that asked, and tells the other the same', async () => {
    const a = await ourNode()
    const b = await ourNode({ handshake: chainHandshake(OTHER_CHAIN) })
    const rejectedThere = journal(b.services.peers, 'peer:rejected')

    const error = await failure(a.services.peers.connect(addressOf(b)))
    expect(error).toMatchObject({ name: 'PeerRejectedError', reason: 'incompatible' })
    expect(secondsTo(error['retryAt'])).toBe(24 * 3_600)
    await eventually(() => {
      expect(rejectedThere).toHaveLength(1)
      expect(rejectedThere[0]?.[1].reason).toBe('incompatible')
      expect(a.getConnections()).toEqual([])
      expect(b.getConnections()).toEqual([])
    })
    expect(a.services.peers.status().slots).toEqual([])
    expect(b.services.peers.status().slots).toEqual([])
  })

  it.each(['local', 'remote'] as const)(
    'incompatible by %s: the side that finds the fault first names itself',
    async (by) => {
      // the slower one has its verdict only when the other's is there
      const verdict = Promise.withResolvers<void>()
      const lenient = chainHandshake(OTHER_CHAIN)
      const slow = {
        ...lenient,
        verify: async () => (await verdict.promise, { chainId: 0n, genesis: '' })
      }
      const a = await ourNode(by === 'remote' ? { handshake: slow } : {})
      const b = await ourNode(by === 'remote' ? {} : { handshake: slow })

      const error = await failure(a.services.peers.connect(addressOf(b)))
      verdict.resolve()
      expect(error).toMatchObject({ reason: 'incompatible', by })
      expect(error['detail']).toBe(by === 'local' ? 'chain id 8, expected 7' : undefined)
      await eventually(() => {
        expect(b.services.peers.getPeer(a.peerId)).toMatchObject({
          state: 'rejected',
          reason: 'incompatible',
          by: by === 'local' ? 'remote' : 'local'
        })
      })
    }
  )

  it('row 8: a second connect() rejects at once with the same word and dials nothing', async () => {
    let dials = 0
    const gater = { connectionGater: { denyDialPeer: () => (dials++, false) } }
    const a = await ourNode({ clock: new ManualClock() }, gater)
    const b = await ourNode({ handshake: chainHandshake(OTHER_CHAIN) })
    const first = await failure(a.services.peers.connect(addressOf(b)))
    expect(dials).toBe(1)

    const again = await failure(a.services.peers.connect(addressOf(b)))
    const { reason, by, retryAt } = first
    expect(again).toMatchObject({ reason, by, retryAt })
    expect(dials).toBe(1)
  })
})

describe('connect() when there is no room', () => {
  it('too-many-peers by remote: the peer is full; both keep the connection, five minutes of cool-down', async () => {
    const full = await ourNode({ maxPeers: 1 })
    const [a, b] = [await ourNode(), await ourNode()]
    await authorize(a, full)

    const error = await failure(b.services.peers.connect(addressOf(full)))
    expect(error).toMatchObject({ reason: 'too-many-peers', by: 'remote' })
    expect(secondsTo(error['retryAt'])).toBe(300)
    expect(b.services.peers.getPeer(full.peerId)?.path).toBe('rejected.connected')
    expect(b.getConnections(full.peerId)).toHaveLength(1)
    await eventually(() => expect(streamsWith(full, b)).toEqual([]))
    expect(full.services.peers.isAuthorized(a.peerId)).toBe(true)
    expect(full.services.peers.isAuthorized(b.peerId)).toBe(false)
  })

  it('too-many-peers by local: we are full, and nothing is dialed', async () => {
    const full = await ourNode({ maxPeers: 1 })
    const [a, b] = [await ourNode(), await ourNode()]
    await authorize(full, a)

    const error = await failure(full.services.peers.connect(addressOf(b)))
    expect(error).toMatchObject({ reason: 'too-many-peers', by: 'local' })
    expect(full.getConnections(b.peerId)).toEqual([])
    expect(full.services.peers.getPeer(b.peerId)?.path).toBe('discovered.idle')
  })
})

describe('connect() to a peer that does not answer', () => {
  it('row 1: timeout, if it accepts the stream and is silent; slot back, cool-down', async () => {
    const clock = new ManualClock()
    const a = await ourNode({ clock, random: () => 0.5 })
    const silent = await stockNode()
    await silent.handle(PROTOCOL, () => {})
    const attempt = failure(a.services.peers.connect(addressOf(silent)))
    await eventually(() => {
      expect(a.services.peers.getPeer(silent.peerId)?.path).toBe('handshaking.initiating')
    })

    clock.advance(4_999)
    expect(a.services.peers.getPeer(silent.peerId)?.state).toBe('handshaking')
    clock.advance(1)
    const error = await attempt
    expect(error).toMatchObject({ reason: 'timeout', by: 'local' })
    expect(secondsTo(error['retryAt'], clock.epoch())).toBe(3)
    expect(a.services.peers.status().slots).toEqual([])
    expect(a.getConnections(silent.peerId)).toHaveLength(1)
  })

  it('dial-failed: nobody listens at the address', async () => {
    const a = await ourNode({}, SOCKETS)
    const gone = await ourNode({}, SOCKETS)
    const address = addressOf(gone)
    await gone.stop()

    const error = await failure(a.services.peers.connect(address))
    expect(error).toMatchObject({ reason: 'dial-failed', by: 'network' })
    expect(secondsTo(error['retryAt'])).toBe(1)
    expect(a.services.peers.status().slots).toEqual([])
  })

  it('no-address: nothing is known of the peer but its id', async () => {
    const a = await ourNode()
    const error = await failure(a.services.peers.connect(await stranger()))
    expect(error).toMatchObject({ reason: 'no-address', by: 'network' })
  })

  it('unsupported-protocol: a stock peer; it stays connected', async () => {
    const a = await ourNode()
    const stock = await stockNode()
    const error = await failure(a.services.peers.connect(addressOf(stock)))
    expect(error).toMatchObject({ reason: 'unsupported-protocol', by: 'remote' })
    expect(secondsTo(error['retryAt'])).toBe(3_600)
    expect(a.getConnections(stock.peerId)).toHaveLength(1)
  })

  it.each(['denyInboundEncryptedConnection', 'denyInboundUpgradedConnection'])(
    'row D9: the dial succeeds and the peer denies us in %s: no success, a word of the network',
    async (hook) => {
      const a = await ourNode({}, SOCKETS)
      const b = await ourNode({}, { ...SOCKETS, connectionGater: { [hook]: () => true } })
      const error = await failure(a.services.peers.connect(addressOf(b)))
      // whichever notices first: the dial, the connection's end, the stream's end
      expect(['connection-closed', 'stream-closed', 'dial-failed']).toContain(error['reason'])
      expect(error['by']).toBe('network')
      await eventually(() => expect(a.getConnections()).toEqual([]))
      expect(a.services.peers.status().slots).toEqual([])
      expect(a.services.peers.isAuthorized(b.peerId)).toBe(false)
    }
  )
})
