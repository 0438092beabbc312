import { fork } from 'node:child_process'
import { join } from 'node:path'
import { createClient } from '@connectrpc/connect'
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node'
import { multiaddr } from '@multiformats/multiaddr'
import { CLIENT_OPTIONS, SESSION_WINDOW } from '../../src/grpc/http2-limits.ts'
import { grpcTransport } from '../../src/grpc/index.ts'
import { readToEnd } from '../../src/grpc/response-reader.ts'
import { Echo } from '../grpc/wire/echo_pb.js'
import { gatedNode, GRPC, MESSAGE, openLifecycle, RAW, ungatedNode } from './grpc-nodes.ts'
import { ratios, rotated, summary, tidy } from './measure.ts'
import { receive } from './raw-bytes.ts'
import type { Addresses } from './grpc-server.ts'
import type { Figure } from './report.ts'
import type { Client, Transport } from '@connectrpc/connect'
import type { Libp2p } from '@libp2p/interface'

export interface GrpcSize {
  /** Measurements of each arm, in turns. */
  readonly rounds: number
  /** Rounds of each arm that come before and do not count. */
  readonly warmUp: number
  /** Calls of a round that are made one at a time. */
  readonly calls: number
  /** Calls of a round that are made 32 at a time. */
  readonly parallelCalls: number
  /** Bytes of a round that are streamed. */
  readonly bytes: number
}

const GRPC_SIZE: GrpcSize = {
  rounds: 15,
  warmUp: 3,
  calls: 500,
  parallelCalls: 4_000,
  bytes: 64 * 1024 * 1024
}

const PARALLEL = 32

/** A way to the same service. */
interface Arm {
  readonly name: string
  readonly echo: Client<typeof Echo>
}

interface World {
  readonly gated: Arm
  readonly ungated: Arm
  readonly tcp: Arm
  /** Has so many bytes sent on a stream that carries nothing else. */
  readonly raw: (bytes: number) => Promise<void>
  readonly stop: () => Promise<void>
}

/**
 * What carrying gRPC over a gated stream costs, against the same libraries over TCP without encryption, against the bytes
 * alone on an encrypted stream, and against a stream without a gate. Client and server in two processes,
 * loopback, all ways measured in turns.
 */
export async function grpc(size: GrpcSize = GRPC_SIZE): Promise<Figure[]> {
  const world = await meet()
  const { gated, ungated, tcp, raw } = world
  const arms = [gated, ungated, tcp]
  try {
    const single = await perSecond(arms, size, size.calls, async ({ echo }, calls) => {
      for (let i = 0; i < calls; i++) await echo.unary({})
    })
    const parallel = await perSecond(arms, size, size.parallelCalls, async ({ echo }, calls) => {
      let left = calls
      const caller = async (): Promise<void> => {
        while (left-- > 0) await echo.unary({})
      }
      await Promise.all(Array.from({ length: PARALLEL }, caller))
    })
    const rawArm = { name: 'raw stream' }
    const bulk = await perSecond([...arms, rawArm], size, size.bytes / 1e6, async (arm) => {
      if (!('echo' in arm)) return raw(size.bytes)
      for await (const { data } of arm.echo.down({ count: size.bytes / MESSAGE })) void data
    })
    return [
      ...rates('unary calls, one at a time', '/s', single),
      ...rates(`unary calls, ${PARALLEL} at a time`, '/s', parallel),
      ...rates('server stream of 64 KiB messages', 'MB/s', bulk),
      ratio('one call: time over gated stream / TCP', single, [tcp, gated]),
      // at least 0.85 of the rate
      ratio('32 calls: time over gated stream / TCP', parallel, [tcp, gated], 1 / 0.85),
      // at least 0.3 of the rate
      ratio('bulk: time of gRPC / bytes alone', bulk, [rawArm, gated], 1 / 0.3),
      ratio('bulk: time over gated stream / TCP', bulk, [tcp, gated]),
      ratio('32 calls: time gated / ungated', parallel, [ungated, gated], 1.02),
      ratio('bulk: time gated / ungated', bulk, [ungated, gated], 1.02)
    ]
  } finally {
    await world.stop()
  }
}

type Rates<A> = ReadonlyMap<A, readonly number[]>

/** How much of the work each arm does in a second, in every round. */
async function perSecond<A>(
  arms: readonly A[],
  { rounds, warmUp }: GrpcSize,
  amount: number,
  work: (arm: A, amount: number) => Promise<void>
): Promise<Rates<A>> {
  const found = new Map<A, number[]>(arms.map((arm) => [arm, []]))
  for (let round = -warmUp; round < rounds; round++) {
    for (const arm of rotated(arms, round + warmUp)) {
      tidy()
      const begun = performance.now()
      await work(arm, amount)
      if (round >= 0) found.get(arm)!.push((amount / (performance.now() - begun)) * 1_000)
    }
  }
  return found
}

function rates(what: string, unit: '/s' | 'MB/s', found: Rates<{ name: string }>): Figure[] {
  return [...found].map(([{ name }, values]) => ({
    name: `${what}, ${name}`,
    unit,
    ...summary(values)
  }))
}

/** How much longer the second takes than the first. */
function ratio<A>(name: string, found: Rates<A>, [floor, arm]: [A, A], target?: number): Figure {
  const slower = ratios(found.get(floor)!, found.get(arm)!)
  return { name, unit: 'x', ...summary(slower), ...(target !== undefined && { target }) }
}

async function meet(): Promise<World> {
  const child = fork(join(import.meta.dirname, 'grpc-server.ts'))
  const addresses = await new Promise<Addresses>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Addresses))
    child.once('exit', (code) => reject(new Error(`The server has ended, exit code ${code}`)))
  })
  const [gated, ungated] = await Promise.all([gatedNode(), ungatedNode()])
  const { peerId } = await gated.services.peers.connect(multiaddr(addresses.gated))
  const connection = await ungated.dial(multiaddr(addresses.ungated))
  const transports = [
    grpcTransport(gated, peerId, { protocol: GRPC }),
    grpcTransport(openLifecycle(ungated), connection.remotePeer, { protocol: GRPC })
  ] as const
  return {
    gated: armOf('gated stream', transports[0]),
    ungated: armOf('ungated stream', transports[1]),
    tcp: armOf('TCP', overTcp(addresses.tcp)),
    raw: async (bytes) => rawBytes(ungated, addresses.ungated, bytes),
    stop: async () => {
      for (const transport of transports) await transport.close()
      await Promise.all([gated.stop(), ungated.stop()])
      child.disconnect()
      if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve))
    }
  }
}

function armOf(name: string, transport: Transport): Arm {
  return { name, echo: createClient(Echo, transport) }
}

/** The same libraries with the same options, on a socket; with the same reader, which newer Nodes need. */
function overTcp(baseUrl: string): Transport {
  const sessionManager = new Http2SessionManager(baseUrl, {}, CLIENT_OPTIONS)
  const request = sessionManager.request.bind(sessionManager)
  let isWide = false
  sessionManager.request = async (...args) => {
    const response = await request(...args)
    if (!isWide) response.session?.setLocalWindowSize(SESSION_WINDOW)
    isWide = true
    return readToEnd(response)
  }
  return createGrpcTransport({ baseUrl, sessionManager, acceptCompression: [] })
}

async function rawBytes(node: Libp2p, address: string, bytes: number): Promise<void> {
  const stream = await node.dialProtocol(multiaddr(address), RAW)
  const received = receive(stream, bytes)
  const wish = Buffer.alloc(4)
  wish.writeUInt32LE(bytes)
  stream.send(wish)
  await received
  stream.abort(new Error('That is all'))
}
