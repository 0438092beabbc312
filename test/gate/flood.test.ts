/**
 * The gate on a node that is not there: floods of streams without a protocol, and what the streams of a peer
 * hear that is authorized no more.
 */
import { TypedEventEmitter } from 'main-event'
import { describe, expect, it } from 'vitest'
import { Gate } from '../../src/gate/gate.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import type { GateComponents, Standing } from '../../src/gate/gate.ts'
import type { Connection, Libp2pEvents, Logger, PeerId } from '@libp2p/interface'

const log = Object.assign(() => {}, { error() {} }) as unknown as Logger
const idOf = (peer: string): PeerId => ({ toString: () => peer }) as unknown as PeerId

interface FakeStream {
  direction: string
  protocol: string
  status: string
  aborted?: Error
  abort(err: Error): void
}

const streamOf = (protocol: string, status = 'open', direction = 'inbound'): FakeStream => ({
  direction,
  protocol,
  status,
  abort(err) {
    this.aborted = err
  }
})

function newGate(maxUnnamed?: number) {
  const clock = new ManualClock()
  const events = new TypedEventEmitter<Libp2pEvents>()
  const standings = new Map<string, Standing>()
  const connections: Connection[] = []
  const components = {
    registrar: { getProtocols: () => [], getTopologies: () => [] },
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
    return { connection, streams, ended, comes }
  }
  return { clock, gate, standings, connect, events }
}

const FLOODED = 'Too many streams without a protocol'

describe('a flood of streams without a protocol', () => {
  it('ends the connection that it comes on, and no other, a second later', () => {
    const { clock, gate, connect } = newGate(4)
    gate.start()
    const [calm, flood] = [connect('calm'), connect('flood')]
    calm.comes(4)
    flood.comes(5)
    clock.advance(1_100)
    expect([calm.ended, flood.ended, gate.counts.flooded]).toEqual([[], [FLOODED], 1])
  })

  it('is none on a connection of a peer that is authorized, nor without a limit', () => {
    const limited = newGate(4)
    limited.gate.start()
    limited.standings.set('friend', 'authorized')
    const friend = limited.connect('friend')
    friend.comes(50)
    limited.clock.advance(5_000)
    expect([friend.ended, limited.gate.counts.flooded]).toEqual([[], 0])

    const unlimited = newGate()
    unlimited.gate.start()
    const stranger = unlimited.connect('stranger')
    stranger.comes(50)
    unlimited.clock.advance(5_000)
    expect([stranger.ended, unlimited.clock.pending]).toEqual([[], 0])
  })

  it('is not looked for when the gate has stopped', () => {
    const { clock, gate, connect } = newGate(4)
    gate.start()
    const flood = connect('flood')
    flood.comes(9)
    expect(clock.pending).toBe(1)
    gate.stop()
    expect(clock.pending).toBe(0)
    clock.advance(5_000)
    expect(flood.ended).toEqual([])
  })

  it('is none of streams of ours', () => {
    const { clock, gate, connect } = newGate(4)
    gate.start()
    const { streams, ended, comes } = connect('peer')
    for (let i = 0; i < 9; i++) streams.push(streamOf('', 'open', 'outbound'))
    comes(4)
    gate.registrar.getProtocols()
    clock.advance(1_100)
    expect(ended).toEqual([])
  })
})

describe('a peer that is authorized no more', () => {
  it('loses every gated stream that has a protocol; those that were open are counted', () => {
    const { gate, standings, connect } = newGate()
    gate.start()
    standings.set('p', 'authorized')
    const { streams } = connect('p')
    streams.push(
      streamOf('/app', 'open'),
      streamOf('/app', 'closing', 'outbound'),
      streamOf('/app', 'closed'),
      streamOf('/open', 'open'),
      streamOf('', 'open')
    )
    standings.set('p', 'closed')
    gate.deauthorized(idOf('p'))
    const why = 'Peer p is no longer authorized'
    expect(streams.map(({ aborted }) => aborted?.message)).toEqual([
      why,
      why,
      why,
      undefined,
      undefined
    ])
    expect(streams[0]?.aborted?.name).toBe('PeerNotAuthorizedError')
    expect(gate.counts.revoked).toBe(2)
  })

  it('has nothing to lose on a connection that had closed before anybody heard of it', () => {
    const { gate, connect } = newGate()
    gate.start()
    const [closed, closing] = [connect('p', 'closed'), connect('p', 'closing')]
    for (const { streams } of [closed, closing]) streams.push(streamOf('/app'))
    gate.deauthorized(idOf('p'))
    expect([closed, closing].map(({ streams }) => streams[0]?.aborted !== undefined)).toEqual([
      false,
      true
    ])
  })
})

describe('outbound streams', () => {
  it('are refused with the name of the peer and of what is gated', async () => {
    const { gate, connect } = newGate()
    gate.start()
    const { connection } = connect('p')
    await expect(connection.newStream(['/a', '/b'])).rejects.toThrow(
      'Peer p is not authorized, /a, /b is gated'
    )
    expect(gate.counts.refusedOutbound).toBe(1)
  })

  it('of no protocol at all are for libp2p to refuse', async () => {
    const { gate, connect } = newGate()
    gate.start()
    const { connection } = connect('p')
    await expect(connection.newStream([])).rejects.toThrow(TypeError)
    expect(gate.counts.refusedOutbound).toBe(0)
  })

  it('are reset when the peer lost its standing while they were negotiated', async () => {
    const { gate, standings, events } = newGate()
    gate.start()
    standings.set('p', 'authorized')
    const stream = streamOf('/app')
    const { promise, resolve } = Promise.withResolvers<FakeStream>()
    const connection = {
      remotePeer: idOf('p'),
      status: 'open',
      streams: [],
      newStream: () => promise
    } as unknown as Connection
    events.safeDispatchEvent('connection:open', { detail: connection })
    const opening = connection.newStream('/app')
    await Promise.resolve()
    standings.set('p', 'closed')
    resolve(stream)
    const why = 'Peer p is not authorized, /app is gated'
    await expect(opening).rejects.toThrow(why)
    expect([stream.aborted?.message, gate.counts.refusedOutbound]).toEqual([why, 1])
  })
})
