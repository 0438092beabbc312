import { TypedEventEmitter } from 'main-event'
import { Gate } from '../../src/gate/gate.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import type { GateComponents, Standing } from '../../src/gate/gate.ts'
import type { Connection, Libp2pEvents, Logger, PeerId, Stream } from '@libp2p/interface'

/** A gate on a node that is not there: its connections and streams are what the test says they are. */

const log = Object.assign(() => {}, { error() {} }) as unknown as Logger
export const idOf = (peer: string): PeerId => ({ toString: () => peer }) as unknown as PeerId

export interface FakeStream {
  direction: string
  protocol: string
  status: string
  readStatus: string
  aborted?: Error
  abort(err: Error): void
  addEventListener(): void
  removeEventListener(): void
  resume(): void
}

export const streamOf = (protocol: string, status = 'open', direction = 'inbound'): FakeStream => ({
  direction,
  protocol,
  status,
  readStatus: 'paused',
  resume() {},
  abort(err) {
    this.aborted = err
    this.status = 'aborted'
  },
  addEventListener() {},
  removeEventListener() {}
})

export function newGate(maxUnnamed?: number) {
  const clock = new ManualClock()
  const events = new TypedEventEmitter<Libp2pEvents>()
  const standings = new Map<string, Standing>()
  const connections: Connection[] = []
  const components = {
    registrar: {
      getProtocols: () => [],
      getTopologies: () => [],
      getMiddleware: () => [],
      register: async () => 'id'
    },
    connectionGater: {},
    connectionManager: { getConnections: () => connections },
    events
  } as unknown as GateComponents
  const gate = new Gate(components, {
    openProtocols: new Set(['/open']),
    standing: (peer) => standings.get(peer) ?? 'closed',
    denied: () => false,
    clock,
    holdTimeout: 1_000,
    maxUnnamed,
    log
  })
  /** A connection that was there before the gate, or that opens now. */
  const connect = (peer: string, status = 'open') => {
    const streams: FakeStream[] = []
    const ended: string[] = []
    const fake = {
      remotePeer: idOf(peer),
      status,
      streams,
      newStream: () => {},
      abort: (err: Error) => void ended.push(err.message)
    }
    const connection = fake as unknown as Connection
    connections.push(connection)
    events.safeDispatchEvent('connection:open', { detail: connection })
    /** Streams come, of which nobody has said what they are for. */
    const comes = (count: number, protocol = ''): void => {
      for (let i = 0; i < count; i++) {
        streams.push(streamOf(protocol))
        gate.registrar.getProtocols()
      }
    }
    /** An inbound stream of a gated protocol comes to the first door; resolves to what came of it. */
    const knocks = async (stream: FakeStream): Promise<string> => {
      streams.push(stream)
      const [door] = gate.registrar.getMiddleware('/app')
      const passed = Promise.withResolvers<string>()
      try {
        await door?.(stream as unknown as Stream, connection, () => passed.resolve('passed'))
        return await passed.promise
      } catch (err) {
        return (err as Error).message
      }
    }
    const closes = (): void =>
      void events.safeDispatchEvent('connection:close', { detail: connection })
    return { connection, streams, ended, comes, knocks, closes }
  }
  return { clock, gate, standings, connect, events }
}
