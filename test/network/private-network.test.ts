/**
 * The lifecycle inside a private network, whose connections carry another layer of encryption than the
 * one that libp2p's connections know of.
 *
 * Mutations that turn this file red, each tried by hand (channels.ts, `#take`):
 * - only a channel with the connection's own timeline is its: what is agreed on in channels is lost
 * - the first channel of the peer is, wherever it leads: "each connection has the agreement"
 */
import { preSharedKey } from '@libp2p/pnet'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { chainHandshake } from '../../src/index.ts'
import {
  addressOf,
  APP,
  authorize,
  eventsOf,
  OTHER_CHAIN,
  ourNode,
  PREFIX,
  SOCKETS,
  states,
  stockNode,
  streamsWith
} from './nodes.ts'
import { eventually, failure, journal, next, within } from './waiting.ts'
import type { OurNode, Security } from './nodes.ts'
import type { PeerLifecycleInit } from '../../src/index.ts'
import type { ConnectionProtector } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'

const SECURE = `${PREFIX}/peer-lifecycle/secure/1.0.0`

/** The keys of two networks; only their bytes differ. */
const [KEY, OTHER_KEY] = [keyOf(1), keyOf(7)] as const

function keyOf(byte: number): Uint8Array {
  const secret = Buffer.alloc(32, byte).toString('hex')
  return new TextEncoder().encode(`/key/swarm/psk/1.0.0/\n/base16/\n${secret}`)
}

type Options = Omit<Libp2pOptions, 'services'>

const inNetwork = (
  psk: Uint8Array
): Options & { connectionProtector: () => ConnectionProtector } => ({
  ...SOCKETS,
  connectionProtector: preSharedKey({ psk })
})

const member = async (
  security: Security,
  lifecycle: Partial<PeerLifecycleInit> = {},
  options: Options = {}
): Promise<OurNode> => ourNode(lifecycle, { security, ...inNetwork(KEY), ...options })

describe.each(['plain', 'secured'] as const)('with one key, %s', (security) => {
  it('two nodes are authorized, talk, refresh and part as anywhere else', async () => {
    const [a, b] = [await member(security), await member(security)]
    const moves = journal(a.services.peers, 'peer:transition')
    const heard = Promise.withResolvers<string>()
    await b.handle(APP, (stream) => {
      stream.addEventListener('message', ({ data }) => {
        heard.resolve(new TextDecoder().decode(data.subarray()))
      })
    })
    await authorize(a, b)
    const [connection] = a.getConnections()
    expect(connection?.encryption).toBe(security === 'plain' ? '/noise' : SECURE)
    const inChannel = moves.every(([, { to }]) => to !== 'handshaking')
    expect(inChannel).toBe(security === 'secured')
    for (const node of [a, b]) expect(node.services.peers.status().slots).toHaveLength(1)

    const stream = await a.dialProtocol(b.peerId, APP)
    stream.send(new TextEncoder().encode('hello'))
    expect(await within(heard.promise)).toBe('hello')
    await within(a.services.peers.refresh())
    await within(b.services.peers.refresh())
    expect(states(a, b)).toEqual(['authorized', 'authorized'])

    const told = next(b.services.peers, 'peer:deauthorized')
    await within(a.services.peers.disconnect(b.peerId))
    expect(await told).toMatchObject({ reason: 'requested', by: 'remote' })
    await eventually(() => {
      expect([a.getConnections(), b.getConnections()]).toEqual([[], []])
      for (const node of [a, b]) expect(node.services.peers.status().slots).toEqual([])
    })
  })

  it('another chain is refused with the word, on both sides', async () => {
    const [a, b] = [
      await member(security),
      await member(security, { handshake: chainHandshake(OTHER_CHAIN) })
    ]
    const error = await failure(a.services.peers.connect(addressOf(b)))
    expect(error).toMatchObject({ name: 'PeerRejectedError', reason: 'incompatible' })
    await eventually(() => {
      expect(states(a, b)).toEqual(['rejected.disconnected', 'rejected.disconnected'])
      expect(b.services.peers.explain(a.peerId).reason).toBe('incompatible')
    })
    for (const node of [a, b]) expect(node.services.peers.status().slots).toEqual([])
  })

  it('two nodes that dial each other at the same time agree', async () => {
    const [a, b] = [await member(security), await member(security)]
    const asked = await within(
      Promise.allSettled([
        a.services.peers.connect(addressOf(b)),
        b.services.peers.connect(addressOf(a))
      ])
    )
    expect(asked.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    await eventually(() => {
      expect(states(a, b)).toEqual(['authorized', 'authorized'])
      expect(streamsWith(a, b)).toEqual([])
    })
    for (const node of [a, b]) expect(node.services.peers.status().slots).toHaveLength(1)
  })
})

describe('in the secure channel', () => {
  it('each connection has the agreement that was made in it, whichever opens first', async () => {
    const held = Promise.withResolvers<boolean>()
    let connections = 0
    const b = await member(
      'secured',
      {},
      {
        addresses: { listen: ['/ip4/127.0.0.1/tcp/0', '/ip4/127.0.0.1/tcp/0'] }
      }
    )
    const a = await member(
      'secured',
      {},
      {
        connectionGater: {
          // the visit is verified first, and opens last
          denyOutboundEncryptedConnection: () => (connections++ === 0 ? held.promise : false)
        }
      }
    )
    const [first, second] = b.getMultiaddrs()
    const visit = a.dial(first!)
    await eventually(() => expect(connections).toBe(1))

    const bare = second!.decapsulateCode(421)
    const moves = journal(a.services.peers, 'peer:transition')
    const authorized = a.services.peers.connect(b.peerId)
    // libp2p would wait for the visit, which goes to the same peer, if it knew
    await a.dial(bare)
    await within(authorized)
    await eventually(() => expect(states(a, b)).toEqual(['authorized', 'authorized']))
    expect(moves.map(([, { to }]) => to)).toEqual(['dialing', 'authorized'])
    held.resolve(false)
    await within(visit.catch(() => {}))
    await eventually(() => expect(states(a, b)).toEqual(['authorized', 'authorized']))
  })
})

describe('with another key', () => {
  // What the garbage of a wrong key reads as is luck. Where it says "a few bytes more", libp2p waits for
  // them to its deadline; with these nonces it says at once that it is nothing that libp2p knows.
  beforeEach(() => {
    const fill = crypto.getRandomValues.bind(crypto)
    const nonces = vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => {
      if (array instanceof Uint8Array && array.byteLength === 24) return array.fill(0)
      return fill(array as never) as typeof array
    })
    return () => nonces.mockRestore()
  })

  it.each(['plain', 'secured', 'mixed'] as const)(
    '%s: no connection comes to be, in either direction, and every slot is back',
    async (security) => {
      const ours = await member(security)
      const others = [
        await ourNode({}, { security, ...inNetwork(OTHER_KEY) }),
        await stockNode({}, inNetwork(OTHER_KEY))
      ]
      const opened = [ours, ...others].map((node) => journal(eventsOf(node), 'connection:open'))
      for (const other of others) {
        const error = await failure(ours.services.peers.connect(addressOf(other)))
        expect(error).toMatchObject({ reason: 'dial-failed', by: 'network' })
        await failure(other.dial(addressOf(ours)))
      }
      expect(opened).toEqual([[], [], []])
      expect(ours.services.peers.status().slots).toEqual([])
      expect(ours.services.peers.getPeers({ state: 'authorized' })).toEqual([])

      // the same nonces do no harm where the key is the same
      await authorize(ours, await member(security))
    }
  )
})
