/** The parts of a meeting, and what an exploration of meetings says when a law is broken. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { exploreMeeting } from '../../src/testing/product/explore-meeting.ts'
import { LanedWire } from '../../src/testing/product/laned-wire.ts'
import { Meeting } from '../../src/testing/product/meeting.ts'
import { settled } from '../../src/testing/settled.ts'
import { agreedWire, waitsForever } from './small-meetings.ts'

const CALLS = 'Ann calls connect() for Bob'
const STREAM = "Ann's stream 1 on Ann's connection 1"
const FOREIGN = "Ann's DHT connects to Bob"
const HASTE = 'Time passes until the next deadline, before anything arrives'

afterEach(() => void vi.restoreAllMocks())

describe('an exploration', () => {
  it('tells the shortest way to a broken law', async () => {
    const { counterexample, isComplete } = await exploreMeeting(waitsForever())
    expect(isComplete).toBe(false)
    expect(counterexample).toEqual({
      law: 'settle',
      detail:
        'nothing is on its way, no deadline is armed: ' +
        'Bob is handshaking.initiating to Ann, and Ann is handshaking.responding to Bob',
      story: [
        `${CALLS}: to Ann Bob is connected.promoting.`,
        `Bob hears from Ann: opens (${STREAM}): to Bob Ann is handshaking.responding.`,
        `Ann hears from Bob: answers (${STREAM}): to Ann Bob is handshaking.initiating.`,
        `Ann hears from Bob: HELLO (${STREAM}).`
      ]
    })
  })

  it('does not take two moments for one that go on differently', async () => {
    vi.spyOn(Meeting.prototype, 'print').mockReturnValue('one is like the other')
    await expect(exploreMeeting({ wants: ['Ann'], connections: 1 })).rejects.toThrow(
      `Two moments look the same, and are not: ${CALLS} | Bob hears from Ann: opens`
    )
  })
})

describe('a meeting', () => {
  it('has connections that others open, as often as it is allowed', async () => {
    const meeting = await Meeting.begin({ connections: 0, foreign: 1 })
    expect(meeting.actions()).toContain(FOREIGN)
    await meeting.take(FOREIGN)
    expect(meeting.node('Ann').connections).toHaveLength(1)
    expect(meeting.isDisturbed).toBe(true)
    expect(meeting.actions()).not.toContain(FOREIGN)
  })

  it('goes on when such a connection is denied', async () => {
    const meeting = await Meeting.begin({ connections: 0, foreign: 1 })
    meeting.node('Ann').peers.ban(meeting.node('Bob').peerId)
    await meeting.take(FOREIGN)
    expect(meeting.wires).toEqual([])
    expect(meeting.actions()).toContain('Bob calls connect() for Ann')
  })

  it('is in haste only where something is on its way', async () => {
    const meeting = await Meeting.begin({ connections: 1, wants: ['Ann'], haste: 1 })
    expect(meeting.actions()).toEqual([CALLS])
    await meeting.take(CALLS)
    expect(meeting.actions()).toContain(HASTE)
    const { clock } = meeting.network
    const next = clock.next
    await meeting.take(HASTE)
    expect(clock.now()).toBe(next)
    expect(meeting.isDisturbed).toBe(true)
    expect(meeting.actions()).not.toContain(HASTE)
  })

  it.each([
    ['what is nothing', 'Ann sings'],
    ['what is not allowed', FOREIGN],
    ['a connection that is not there', "Ann's connection 9 is lost"],
    ['time where nobody waits', 'Nothing is on its way: time passes until the next deadline']
  ])('does not do %s', async (_, action) => {
    const meeting = await Meeting.begin({ connections: 1, cuts: 1 })
    await expect(meeting.take(action)).rejects.toThrow(
      `Expected something that may happen, got ${action}`
    )
  })

  it('is one of those who are there', async () => {
    const meeting = await Meeting.begin({})
    meeting.nodes.delete('Bob')
    expect(() => meeting.actions()).toThrow('Bob is not there')
  })
})

describe('a wire with lanes', () => {
  const opens = { from: 'outbound', what: 'opens' } as const

  it('lets nothing arrive by itself, not even when it is mended', async () => {
    const clock = new ManualClock()
    const wire = new LanedWire(clock, 'a wire', 'Ann')
    const arrive = vi.fn<() => void>()
    wire.carry(arrive, opens)
    wire.cut()
    wire.mend()
    clock.advance(60_000)
    await settled()
    expect(arrive).not.toHaveBeenCalled()
    expect(wire.arrivals()).toMatchObject([{ label: 'Bob hears from Ann: opens (a wire)' }])
  })

  it('says of what is no frame that it is bytes', () => {
    const wire = new LanedWire(new ManualClock(), 'a wire', 'Ann')
    wire.carry(() => {}, { from: 'inbound', stream: 'one', what: new Uint8Array([0, 1, 255]) })
    expect(wire.arrivals()).toMatchObject([
      { label: "Ann hears from Bob: bytes (Bob's stream 1 on a wire)" }
    ])
  })

  it('counts a handshake as agreed when both have heard ACCEPT', () => {
    const wire = agreedWire()
    expect(wire.agreements).toBe(1)
    expect(wire.acceptsHeardBy('Ann')).toBe(1)
    expect(wire.acceptsHeardBy('Bob')).toBe(1)
  })
})
