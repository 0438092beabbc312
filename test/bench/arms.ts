import { noise } from '@chainsafe/libp2p-noise'
import { chainHandshake, peerLifecycle } from '../../src/index.ts'
import { HandshakeByHand } from './by-hand.ts'
import { createPair, next } from './pair.ts'
import type { Pair } from './pair.ts'
import type { ChainHello, Handshake, PeerLifecycle } from '../../src/index.ts'
import type { Connection, ServiceMap } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** One of the ways for two nodes to meet that are measured side by side. */
export interface Arm {
  readonly name: string
  readonly pair: Pair
  /** Connects and does whatever this arm does then. Settles when both sides are ready. */
  meet(address: Multiaddr): Promise<Meeting>
}

export interface Meeting {
  /** The dialer's end. */
  readonly connection: Connection
  readonly dialer: Times
  readonly listener: Times
}

/** Milliseconds of the process's clock. */
export interface Times {
  /** When the dialer began. */
  readonly begun: number
  /** When this side's `connection:open` came. */
  readonly opened: number
  /** When this side would have talked to the other. */
  readonly ready: number
}

/** Dial, and nothing else. */
export async function bare(): Promise<Arm> {
  const pair = await createPair<ServiceMap>(() => ({ services: {} }))
  return {
    name: 'bare dial',
    pair,
    meet: async (address) => {
      const begun = performance.now()
      const opened = openings(pair)
      const connection = await pair.dialer.dial(address)
      const [near, far] = await opened
      return {
        connection,
        dialer: { begun, opened: near, ready: near },
        listener: { begun, opened: far, ready: far }
      }
    }
  }
}

/** Dial, and the handshake a user would write by hand: one message each way, or two, to agree as well. */
export async function byHand({ agrees = false } = {}): Promise<Arm> {
  const pair = await createPair<ServiceMap>(() => ({ services: {} }))
  const handshake = new HandshakeByHand({ handshake: sameChain(), agrees })
  await handshake.listen(pair.listener)
  return {
    name: agrees ? 'by hand, agreeing' : 'by hand',
    pair,
    meet: async (address) => {
      const begun = performance.now()
      const opened = openings(pair)
      const answered = handshake.answered()
      const connection = await pair.dialer.dial(address)
      await handshake.initiate(connection)
      const ready = performance.now()
      const [near, far] = await opened
      return {
        connection,
        dialer: { begun, opened: near, ready },
        listener: { begun, opened: far, ready: await answered }
      }
    }
  }
}

/** The library on both sides, with its handshake on a stream, or in the secure channel. */
export async function ours({ secured = false } = {}): Promise<Arm> {
  const pair = await createPair<{ peers: PeerLifecycle<ChainHello> }>(() => {
    const peers = peerLifecycle({
      protocolPrefix: '/bench',
      handshake: sameChain(),
      // the dialer is told whom to dial; nobody dials anybody in between
      outboundShare: 0,
      // and dials without a pause, as the other arms do
      dialing: { dialsPerSecond: Infinity, dialBurst: Infinity }
    })
    return { services: { peers }, ...(secured && { encrypter: peers.secure(noise()) }) }
  })
  const { dialer, listener } = pair
  return {
    name: secured ? 'ours, secured' : 'ours',
    pair,
    meet: async (address) => {
      const begun = performance.now()
      const opened = openings(pair)
      const authorized = Promise.all([
        next(dialer, 'peer:authorized'),
        next(listener, 'peer:authorized')
      ])
      const { peerId } = await dialer.services.peers.connect(address)
      const [connection] = dialer.getConnections(peerId)
      if (connection === undefined) throw new Error('Authorized without a connection')
      const [near, far] = await opened
      const [nearReady, farReady] = await authorized
      return {
        connection,
        dialer: { begun, opened: near, ready: nearReady },
        listener: { begun, opened: far, ready: farReady }
      }
    }
  }
}

async function openings({ dialer, listener }: Pair): Promise<[number, number]> {
  return Promise.all([next(dialer, 'connection:open'), next(listener, 'connection:open')])
}

/** The hello and the check that both handshakes run. */
function sameChain(): Handshake<ChainHello> {
  return chainHandshake({ chainId: 7, genesis: `0x${'5a'.repeat(32)}` })
}
