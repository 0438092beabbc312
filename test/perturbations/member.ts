import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { privateKeyFromProtobuf } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { byteStream } from '@libp2p/utils'
import { CODE_TCP, multiaddr } from '@multiformats/multiaddr'
import { LevelDatastore } from 'datastore-level'
import { createLibp2p } from 'libp2p'
import { chainHandshake, peerLifecycle } from '../../src/index.ts'
import { PREFIX } from './settings.ts'
import type { DispositionsInit } from '../../src/index.ts'
import type { Libp2p, Listener, PeerId, Transport } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** What a life of a member is told. */
export interface Orders {
  readonly key: string
  readonly folder: string
  /** The port that others know it by. */
  readonly name: number
  /** Where the cables to the others begin, by the ports that they are known by. */
  readonly cables: Readonly<Record<number, number>>
  /** Where the network is found. */
  readonly seed: string | undefined
  /** Does the back-off after a lost connection stay as short as it begins? */
  readonly isSteady: boolean
}

/** What a member is asked, once it lives. */
export type Question =
  | { readonly ask: 'streams'; readonly number: number }
  | { readonly ask: 'stop' }

/** What a member says. */
export type Report =
  | { readonly type: 'ready' }
  | { readonly type: 'started'; readonly port: number; readonly protocols: readonly string[] }
  /** Who is authorized now, and why if somebody is no more. */
  | { readonly type: 'authorized'; readonly peers: readonly string[]; readonly why?: string }
  /** To whom a stream of the application was just opened and answered. */
  | { readonly type: 'streams'; readonly number: number; readonly peers: readonly string[] }
  | { readonly type: 'failed'; readonly error: string }

const APP = `${PREFIX}/echo/1.0.0`
const DHT = `${PREFIX}/kad/1.0.0`

/** Milliseconds that an answer may take on this one host. */
const ANSWER = 2_000

/**
 * The DHT pings whom it adds to its table, libp2p's connection monitor pings every connection. By default one
 * connection has room for one ping: the second fails, and the monitor aborts the connection for it.
 */
const PINGS = { maxInboundStreams: 8, maxOutboundStreams: 4 }

/** Five seconds at most, however often a peer was lost, or not reached, as CometBFT's first 20 tries. */
const STEADY: DispositionsInit = {
  local: {
    'connection-closed': { coolDown: { base: 5_000, factor: 1, cap: 5_000 } },
    'dial-failed': { coolDown: { base: 5_000, factor: 1, cap: 5_000 } }
  }
}

const tell = (report: Report): void => void process.send?.(report)

process.once('message', (orders: Orders) => {
  live(orders).catch((error: unknown) => tell({ type: 'failed', error: String(error) }))
})
process.on('disconnect', () => process.exit(0))
tell({ type: 'ready' })

/** A node as an operator would set it up; only where its peers are is bent through the cables. */
async function live({ key, folder, name, cables, seed, isSteady }: Orders): Promise<void> {
  const datastore = new LevelDatastore(folder)
  await datastore.open()
  const transport = cabled(cables)
  const node = await createLibp2p({
    datastore,
    privateKey: privateKeyFromProtobuf(Buffer.from(key, 'base64')),
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'], announce: [`/ip4/127.0.0.1/tcp/${name}`] },
    transports: [transport.make],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    // all members are one host to libp2p, which takes them for a flood
    connectionManager: { inboundConnectionThreshold: Infinity },
    services: {
      peers: peerLifecycle({
        protocolPrefix: PREFIX,
        handshake: chainHandshake({ chainId: 7, genesis: '0x1a2b3c' }),
        openProtocols: [DHT],
        staticPeers: seed === undefined ? [] : [seed],
        ...(isSteady && { dispositions: STEADY })
      }),
      identify: identify(),
      ping: ping(PINGS),
      dht: kadDHT({ protocol: DHT, clientMode: false, peerInfoMapper: passthroughMapper })
    }
  })
  await node.handle(APP, async (stream) => {
    for await (const data of stream) stream.send(data)
    await stream.close()
  })
  const { peers } = node.services
  const authorized = (): PeerId[] =>
    peers.getPeers({ state: 'authorized' }).map(({ peerId }) => peerId)
  const tellAuthorized = (why?: string): void =>
    tell({
      type: 'authorized',
      peers: authorized().map(String),
      ...(why !== undefined && { why })
    })
  peers.addEventListener('peer:authorized', () => tellAuthorized())
  peers.addEventListener('peer:deauthorized', ({ detail: { reason, by } }) =>
    tellAuthorized(`${reason} by ${by}`)
  )
  process.on('message', (question: Question) => {
    if (question.ask === 'stop') void stop()
    else void answer(question.number)
  })
  const answer = async (number: number): Promise<void> => {
    const asked = authorized().map(async (peer) => ((await echo(node, peer)) ? [peer] : []))
    const answered = (await Promise.all(asked)).flat()
    tell({ type: 'streams', number, peers: answered.map(String) })
  }
  const stop = async (): Promise<void> => {
    await node.stop()
    await datastore.close()
    process.exit(0)
  }
  tell({ type: 'started', port: transport.port(), protocols: node.getProtocols() })
  tellAuthorized()
}

/** TCP that dials whomever through the cable to them. */
function cabled(cables: Orders['cables']): { make: typeof make; port(): number } {
  const inner = tcp()
  const listeners: Listener[] = []
  const make = (components: Parameters<typeof inner>[0]): Transport => {
    const transport = inner(components)
    const dial = transport.dial.bind(transport)
    const listen = transport.createListener.bind(transport)
    return Object.assign(transport, {
      dial: (address: Multiaddr, options: never) => dial(through(cables, address), options),
      createListener: (options: never) => {
        const listener = listen(options)
        listeners.push(listener)
        return listener
      }
    })
  }
  return { make, port: () => portOf(listeners[0]?.getAddrs()[0]) }
}

const portOf = (address: Multiaddr | undefined): number =>
  Number(address?.getComponents().find(({ code }) => code === CODE_TCP)?.value)

function through(cables: Orders['cables'], address: Multiaddr): Multiaddr {
  const cable = cables[portOf(address)]
  // what was remembered of an earlier connection is a cable already
  return cable === undefined ? address : multiaddr(`/ip4/127.0.0.1/tcp/${cable}`)
}

/** Does the peer answer on a stream that only authorized peers have? */
async function echo(node: Libp2p, peer: PeerId): Promise<boolean> {
  const signal = AbortSignal.timeout(ANSWER)
  try {
    const stream = await node.dialProtocol(peer, APP, { signal })
    const bytes = byteStream(stream)
    await bytes.write(Uint8Array.of(7), { signal })
    await bytes.read({ bytes: 1, signal })
    await stream.close({ signal })
    return true
  } catch {
    return false
  }
}
