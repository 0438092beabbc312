/** The ledger of every "no": what is counted, what is remembered, and how little that may grow. */
import { describe, expect, it } from 'vitest'
import { REMEMBERED_REFUSALS, REMEMBERED_STRANGERS, Refusals } from '../../src/refusals.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import type { PeerRefusal, RefusalNote } from '../../src/refusals.ts'

const NO: RefusalNote = {
  peer: 'tracked',
  door: 'handshake',
  direction: 'inbound',
  reason: 'too-many-peers',
  by: 'local'
}

const newLedger = () => {
  const clock = new ManualClock()
  const told: PeerRefusal[] = []
  const refusals = new Refusals({
    clock,
    isTracked: (peer) => peer.startsWith('tracked'),
    onNoted: (refusal) => told.push(refusal)
  })
  return { clock, told, refusals }
}

describe('the ledger of refusals', () => {
  it('shows times as epoch milliseconds, whatever the clock counts in', () => {
    const { clock, told, refusals } = newLedger()
    clock.advance(5_000)
    refusals.note({ ...NO, ip: '203.0.113.7', detail: 'why', until: clock.now() + 60_000 })
    refusals.note({ ...NO, until: Infinity })
    const at = clock.epoch()
    expect(told).toEqual([
      { ...NO, at, ip: '203.0.113.7', detail: 'why', retryAt: at + 60_000 },
      { ...NO, at, retryAt: Infinity }
    ])
    expect(refusals.of('tracked')).toEqual(told)
  })

  it('holds what it was told and nothing else', () => {
    const { told, refusals } = newLedger()
    refusals.note({ ...NO, connection: { privateKey: 'secret' } } as RefusalNote)
    expect(told[0]).toEqual({ ...NO, at: expect.any(Number) })
  })

  it('remembers the last few of a peer, and forgets them with it', () => {
    const { clock, refusals } = newLedger()
    for (let i = 0; i < 20; i++) {
      clock.advance(1_000)
      refusals.note(NO)
    }
    const times = refusals.of('tracked').map(({ at }) => clock.epoch() - at)
    expect(times).toEqual([7, 6, 5, 4, 3, 2, 1, 0].map((seconds) => seconds * 1_000))
    expect(times).toHaveLength(REMEMBERED_REFUSALS)
    refusals.forget('tracked')
    expect(refusals.of('tracked')).toEqual([])
    expect(refusals.totals()).toEqual([{ ...WAY, count: 20 }])
  })

  it('keeps of strangers only the last, so that a flood of names costs no memory', () => {
    const { told, refusals } = newLedger()
    for (let i = 0; i < 100_000; i++) {
      refusals.note({ ...NO, peer: `stranger ${i}` })
      // one that comes again and again is not the oldest
      if (i % 100 === 0) refusals.note({ ...NO, peer: 'insistent' })
    }
    expect(told).toHaveLength(101_000)
    const names = new Set(told.map(({ peer }) => peer))
    const known = [...names].filter((peer) => refusals.of(peer).length > 0)
    expect(known).toHaveLength(REMEMBERED_STRANGERS)
    expect(refusals.of('stranger 99999')).toHaveLength(1)
    expect(refusals.of('insistent')).toHaveLength(REMEMBERED_REFUSALS)
    expect(refusals.totals()).toEqual([{ ...WAY, count: 101_000 }])
  })

  it('goes on with a stranger that is tracked now', () => {
    const tracked = new Set<string>()
    const clock = new ManualClock()
    const refusals = new Refusals({
      clock,
      isTracked: (peer) => tracked.has(peer),
      onNoted: () => {}
    })
    refusals.note({ ...NO, reason: 'busy' })
    tracked.add('tracked')
    refusals.note(NO)
    expect(refusals.of('tracked').map(({ reason }) => reason)).toEqual(['busy', 'too-many-peers'])
    refusals.forget('tracked')
    expect(refusals.of('tracked')).toEqual([])
  })

  it('counts what is not worth a record, by door, direction, word and side', () => {
    const { told, refusals } = newLedger()
    const full = { door: 'dial', direction: 'outbound', reason: 'queue-full', by: 'local' } as const
    refusals.count(full, 40)
    refusals.count(full)
    refusals.note(NO)
    refusals.note({ ...NO, by: 'remote' })
    expect(told).toHaveLength(2)
    expect(refusals.totals()).toEqual([
      { ...full, count: 41 },
      { ...WAY, count: 1 },
      { ...WAY, by: 'remote', count: 1 }
    ])
  })
})

const { peer: _, ...WAY } = NO
