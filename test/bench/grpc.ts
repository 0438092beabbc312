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
  /** How many short rounds look for the cost of the gate: it is small, and the noise is not. */
  readonly gateRounds: number
}

const GRPC_SIZE: GrpcSize = {
  rounds: 15,
  warmUp: 3,
  calls: 300,
  parallelCalls: 2_000,
  bytes: 64 * 1024 * 1024,
  gateRounds: 100
}

/** The part of a round that a round for the gate has. */
const SHORT = 1 / 4

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
  /** Has so many bytes sent on a stream that carries nothing else; resolves with the megabytes. */
  readonly raw: (bytes: number) => Promise<number>
  /** Milliseconds of CPU that both processes have taken so far. */
  readonly cpu: () => Promise<number>
  readonly stop: () => Promise<void>
}

/**
 * What carrying gRPC over a gated stream costs, against the same libraries over TCP without encryption, against the bytes
 * alone on an encrypted stream, and against a stream without a gate. Client and server in two processes,
 * loopback, all ways measured in turns.
 */
export async function grpc(size: GrpcSize = GRPC_SIZE): Promise<Figure[]> {
  const world = await meet()
  const { gated, ungated, tcp, raw, cpu } = world
  const arms = [gated, ungated, tcp]
  try {
    const rawArm = { name: 'raw stream' }
    const single = await perSecond(arms, size, async ({ echo }) => one(echo, size.calls))
    const parallel = await perSecond(arms, size, async ({ echo }) => many(echo, size.parallelCalls))
    const bulk = await perSecond([...arms, rawArm], size, async (arm) =>
      'echo' in arm ? streamed(arm.echo, size.bytes) : raw(size.bytes)
    )
    const short = { rounds: size.gateRounds, warmUp: 0 }
    const gate = [gated, ungated]
    const shortCalls = await perSecond(
      gate,
      short,
      async ({ echo }) => many(echo, size.parallelCalls * SHORT),
      cpu
    )
    const shortBulk = await perSecond(
      gate,
      short,
      async ({ echo }) => streamed(echo, size.bytes * SHORT),
      cpu
    )
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
      ratio('32 calls: CPU of both ends gated / ungated', shortCalls, [ungated, gated], 1.02),
      ratio('bulk: CPU of both ends gated / ungated', shortBulk, [ungated, gated], 1.02)
    ]
  } finally {
    await world.stop()
  }
}

async function one(echo: Arm['echo'], calls: number): Promise<number> {
  for (let i = 0; i < calls; i++) await echo.unary({})
  return calls
}

async function many(echo: Arm['echo'], calls: number): Promise<number> {
  let left = calls
  const caller = async (): Promise<void> => {
    while (left-- > 0) await echo.unary({})
  }
  await Promise.all(Array.from({ length: PARALLEL }, caller))
  return calls
}

/** Megabytes. */
async function streamed(echo: Arm['echo'], bytes: number): Promise<number> {
  for await (const { data } of echo.down({ count: bytes / MESSAGE })) void data
  return bytes / 1e6
}

type Rates<A> = ReadonlyMap<A, readonly number[]>

/** How much of the work each arm does in a second of the clock, in every round. */
async function perSecond<A>(
  arms: readonly A[],
  { rounds, warmUp }: Pick<GrpcSize, 'rounds' | 'warmUp'>,
  work: (arm: A) => Promise<number>,
  clock: () => Promise<number> | number = () => performance.now()
): Promise<Rates<A>> {
  const found = new Map<A, number[]>(arms.map((arm) => [arm, []]))
  for (let round = -warmUp; round < rounds; round++) {
    for (const arm of rotated(arms, round + warmUp)) {
      tidy()
      const begun = await clock()
      const amount = await work(arm)
      const spent = (await clock()) - begun
      if (round >= 0) found.get(arm)!.push((amount / spent) * 1_000)
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
  // the bytes alone have a connection of their own: they open the socket's windows wider than calls do
  const [gated, ungated, bare] = await Promise.all([gatedNode(), ungatedNode(), ungatedNode()])
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
    raw: await rawBytes(bare, addresses.ungated),
    cpu: async () => {
      const theirs = new Promise((resolve) => child.once('message', resolve))
      child.send('cost')
      return [process.cpuUsage(), (await theirs) as NodeJS.CpuUsage].reduce(
        (sum, { user, system }) => sum + (user + system) / 1_000,
        0
      )
    },
    stop: async () => {
      for (const transport of transports) await transport.close()
      await Promise.all([gated.stop(), ungated.stop(), bare.stop()])
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

/** Has bytes sent on one stream, which is as warm as that under the calls. */
async function rawBytes(node: Libp2p, address: string): Promise<World['raw']> {
  const stream = await node.dialProtocol(multiaddr(address), RAW)
  return async (bytes) => {
    const received = receive(stream, bytes)
    const wish = Buffer.alloc(4)
    wish.writeUInt32LE(bytes)
    stream.send(wish)
    await received
    return bytes / 1e6
  }
}
