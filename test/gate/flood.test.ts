/**
 * The gate on a node that is not there: floods of streams without a protocol, and what the streams of a peer
 * hear that is authorized no more.
 */
import { describe, expect, it } from 'vitest'
import { idOf, newGate, streamOf } from './gate-scene.ts'
import type { FakeStream } from './gate-scene.ts'
import type { Connection } from '@libp2p/interface'

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
      streamOf('/app', 'aborted'),
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
      why,
      undefined,
      undefined
    ])
    expect(streams[0]?.aborted?.name).toBe('PeerNotAuthorizedError')
    expect(gate.counts.revoked).toBe(2)
  })

  it('loses what was held for it, which had never passed', async () => {
    const { gate, standings, connect, clock } = newGate()
    gate.start()
    standings.set('p', 'pending')
    const { knocks, streams } = connect('p')
    const answer = knocks(streamOf('/app'))
    expect(gate.counts.held).toBe(1)
    standings.set('p', 'closed')
    gate.deauthorized(idOf('p'))
    expect(streams[0]?.status).toBe('aborted')
    expect(gate.counts).toMatchObject({ held: 0, heldDropped: 1, revoked: 0 })
    expect(clock.pending).toBe(0)
    expect(await answer).toBe('Peer p is no longer authorized')
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

describe('an inbound stream of a peer whose handshake is running', () => {
  it('waits, and passes with the verdict', async () => {
    const { gate, standings, connect } = newGate()
    gate.start()
    standings.set('p', 'pending')
    const answer = connect('p').knocks(streamOf('/app'))
    standings.set('p', 'authorized')
    gate.authorized(idOf('p'))
    expect(await answer).toBe('passed')
    expect(gate.counts).toMatchObject({ delivered: 1, heldDropped: 0 })
  })

  it('does not wait if it has ended already', async () => {
    const { gate, standings, connect } = newGate()
    gate.start()
    standings.set('p', 'pending')
    const answer = connect('p').knocks(streamOf('/app', 'reset'))
    expect(await answer).toBe('Peer p is not authorized, /app is gated')
    expect(gate.counts).toMatchObject({ held: 0, heldDropped: 0, refusedInbound: 1 })
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
