import { noise } from '@chainsafe/libp2p-noise'
import { PREFIX, PROTOCOL, SOCKETS, stockNode } from './nodes.ts'
import { RawLine } from './raw-line.ts'
import { eventually } from './waiting.ts'
import type { Role } from '../../src/handshake/handshake.ts'
import type { Security, StockNode } from './nodes.ts'
import type {
  Connection,
  ConnectionEncrypter,
  SecureConnectionOptions,
  SecuredConnection
} from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** The id of the lifecycle protocol inside the security upgrade. */
export const SECURE = `${PREFIX}/peer-lifecycle/secure/1.0.0`

/** A stock node that shakes hands by hand, wherever the other side is willing to. */
export interface RawNode {
  readonly node: StockNode
  /** Dials, and begins a handshake. */
  call(address: Multiaddr): Promise<RawLine>
  /** The next handshake, whoever began it. */
  answer(): Promise<RawLine>
  /** The connection that a handshake in a channel has become; rejects if it came to nothing. */
  readonly dialed: Promise<Connection> | undefined
}

/** A peer in the hands of a test, with what it offers in security negotiation. */
export async function rawNode(security: Security): Promise<RawNode> {
  const lines: RawLine[] = []
  const byHand = rawEncrypter((line) => lines.push(line))
  const connectionEncrypters =
    security === 'plain' ? [noise()] : security === 'mixed' ? [byHand, noise()] : [byHand]
  const node = await stockNode({}, { ...SOCKETS, connectionEncrypters })
  await node.handle(PROTOCOL, (stream, { remotePeer }) => {
    lines.push(new RawLine(stream, 'responder', PROTOCOL, remotePeer))
  })
  let dialed: Promise<Connection> | undefined
  const answer = async (): Promise<RawLine> => {
    await eventually(() => {
      if (lines.length === 0) throw new Error('No handshake was begun')
    })
    return lines.shift() as RawLine
  }
  const begin = async (connection: Promise<Connection>): Promise<void> => {
    const { encryption, remotePeer } = await connection
    if (encryption === SECURE) return
    const stream = await (await connection).newStream(PROTOCOL)
    lines.push(new RawLine(stream, 'initiator', PROTOCOL, remotePeer))
  }
  const call = (address: Multiaddr): Promise<RawLine> => {
    dialed = node.dial(address)
    // that it failed is of no interest unless the test asks for it
    begin(dialed).catch(() => {})
    return answer()
  }
  return {
    node,
    call,
    answer,
    get dialed() {
      return dialed
    }
  }
}

type Components = Parameters<ReturnType<typeof noise>>[0]

function rawEncrypter(
  onLine: (line: RawLine) => void
): (components: Components) => ConnectionEncrypter {
  const byHand = async (
    secured: SecuredConnection,
    role: Role,
    { signal }: SecureConnectionOptions = {}
  ): Promise<SecuredConnection> => {
    const line = new RawLine(secured.connection, role, SECURE, secured.remotePeer)
    signal?.addEventListener('abort', () => line.hangUp())
    onLine(line)
    if ((await line.left) === 'hung up') throw new Error('hung up by the test')
    return secured
  }
  return (components) => {
    const inner = noise()(components)
    return {
      protocol: SECURE,
      secureOutbound: async (connection, options) =>
        byHand(await inner.secureOutbound(connection, options), 'initiator', options),
      secureInbound: async (connection, options) =>
        byHand(await inner.secureInbound(connection, options), 'responder', options)
    }
  }
}
