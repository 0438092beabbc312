/**
 * The small policies, each a pure function, in tables.
 *
 * Mutations that turn this file red, each tried by hand: a reserved victim chosen again, kept or outbound
 * victims, the longest authorized victim; churn out of a share that is not full, of the young, of kept
 * peers; two anchors of one group, the youngest first; a group's limit off by one.
 */
import { describe, expect, it } from 'vitest'
import { chooseAnchors } from '../../machines/policies/choose-anchors.ts'
import { chooseChurn, CHURN_PROTECTION, churnDelay } from '../../machines/policies/choose-churn.ts'
import { chooseVictim } from '../../machines/policies/choose-victim.ts'
import { chooseFeeler, feelerDelay } from '../../machines/policies/choose-feeler.ts'
import { fullGroups } from '../../machines/policies/full-groups.ts'
import { held, names } from './held.ts'
import type { EvictionCandidate } from '../../machines/policies/choose-eviction.ts'

const minutes = (count: number): number => count * 60_000

/** A peer that was found and dialed. */
const d = (peer: string, authorizedAt: number, group?: string): EvictionCandidate =>
  held({ peer, kind: 'discovered', authorizedAt, group })

describe('upgrade: who makes room (Tendermint)', () => {
  const none = new Set<number>()

  it('the inbound peer that was authorized last', () => {
    const peers = [
      held({ peer: 'i1', authorizedAt: 1 }),
      held({ peer: 'i3', authorizedAt: 3 }),
      held({ peer: 'i2', authorizedAt: 2 })
    ]
    expect(chooseVictim(peers, none)?.peer).toBe('i3')
  })

  it('before anybody authorized, one whose handshake is under way, the youngest first', () => {
    const peers = [
      held({ peer: 'h1', authorizedAt: undefined }),
      held({ peer: 'h2', authorizedAt: undefined }),
      held({ peer: 'i1', authorizedAt: minutes(99) })
    ]
    expect(chooseVictim(peers, none)?.peer).toBe('h2')
  })

  it('nobody whom another dial counts on (Tendermint #5936)', () => {
    const peers = [held({ peer: 'i1', authorizedAt: 1 }), held({ peer: 'i2', authorizedAt: 2 })]
    const reserved = new Set<number>()
    for (const expected of ['i2', 'i1', undefined]) {
      const victim = chooseVictim(peers, reserved)
      expect(victim?.peer).toBe(expected)
      if (victim !== undefined) reserved.add(victim.session)
    }
  })

  it('never one that we dialed, trust, or asked for', () => {
    const peers = [
      held({ peer: 's', kind: 'static' }),
      held({ peer: 'r', kind: 'requested' }),
      held({ peer: 'd', kind: 'discovered' }),
      held({ peer: 'k', isKept: true })
    ]
    expect(chooseVictim(peers, none)).toBeUndefined()
  })
})

describe('churn: who leaves so that the network mixes (go-ethereum)', () => {
  const now = minutes(60)
  const world = { now, isDiscoveredFull: true, isInboundFull: true, luck: 0 }
  const found = held({ peer: 'd', kind: 'discovered' })
  const came = held({ peer: 'i' })

  it('one at random out of the shares that are full', () => {
    expect(chooseChurn([found, came], { ...world, luck: 0 })).toBe(found)
    expect(chooseChurn([found, came], { ...world, luck: 0.5 })).toBe(came)
    expect(chooseChurn([found, came], { ...world, luck: 0.99 })).toBe(came)
  })

  it('nobody out of a share with room', () => {
    const isFull = { isDiscoveredFull: false, isInboundFull: false }
    expect(chooseChurn([found, came], { ...world, ...isFull })).toBeUndefined()
    expect(chooseChurn([found, came], { ...world, ...isFull, isInboundFull: true })).toBe(came)
    expect(
      chooseChurn([found, came], { ...world, ...isFull, isDiscoveredFull: true, luck: 0.9 })
    ).toBe(found)
  })

  it('nobody within ten minutes, or before the verdict', () => {
    const young = held({ peer: 'y', authorizedAt: now - CHURN_PROTECTION + 1 })
    const shaking = held({ peer: 'h', authorizedAt: undefined })
    expect(chooseChurn([young, shaking], world)).toBeUndefined()
    const old = held({ peer: 'o', authorizedAt: now - CHURN_PROTECTION })
    expect(chooseChurn([young, shaking, old], world)).toBe(old)
  })

  it('nobody whom the application trusts or asked for', () => {
    const peers = [
      held({ peer: 's', kind: 'static' }),
      held({ peer: 'r', kind: 'requested' }),
      held({ peer: 'k', kind: 'discovered', isKept: true }),
      held({ peer: 'k2', isKept: true })
    ]
    expect(chooseChurn(peers, world)).toBeUndefined()
  })

  it('after 3 to 7 minutes of 5', () => {
    expect(churnDelay(minutes(5), 0)).toBeCloseTo(minutes(3))
    expect(churnDelay(minutes(5), 0.5)).toBeCloseTo(minutes(5))
    expect(churnDelay(minutes(5), 1)).toBeCloseTo(minutes(7))
  })
})

describe('anchors: whom to begin with after a restart (Bitcoin Core)', () => {
  it('the peers we dialed that have stayed the longest', () => {
    const peers = [d('young', 3), d('old', 1), d('middle', 2)]
    expect(names(chooseAnchors([d('b', 3), d('c', 3), d('a', 1)], 3))).toEqual(['a', 'b', 'c'])
    const inOrder = [d('first', 3), d('second', 3)]
    expect(names(chooseAnchors(inOrder.toReversed(), 2))).toEqual(['first', 'second'])
    expect(names(chooseAnchors(peers, 2))).toEqual(['old', 'middle'])
    expect(names(chooseAnchors(peers, 9))).toEqual(['old', 'middle', 'young'])
    expect(chooseAnchors(peers, 0)).toEqual([])
  })

  it('each of another net group; what has none is in nobody’s', () => {
    const peers = [d('a1', 1, 'a'), d('a2', 2, 'a'), d('b1', 3, 'b'), d('l1', 4), d('l2', 5)]
    expect(names(chooseAnchors(peers, 9))).toEqual(['a1', 'b1', 'l1', 'l2'])
  })

  it('an anchor of the last run may be one again; inbound and static peers are none', () => {
    const peers = [
      held({ peer: 'anchor', kind: 'requested', authorizedAt: 5 }),
      held({ peer: 'inbound', authorizedAt: 1 }),
      held({ peer: 'static', kind: 'static', authorizedAt: 1, isKept: true }),
      held({ peer: 'asked for', kind: 'requested', authorizedAt: 1, isKept: true }),
      held({ peer: 'dialing', kind: 'discovered', authorizedAt: undefined })
    ]
    expect(names(chooseAnchors(peers, 9))).toEqual(['anchor'])
  })
})

describe('one outbound peer a net group (Bitcoin Core)', () => {
  const slots = [
    held({ peer: 'd1', kind: 'discovered', group: 'a' }),
    held({ peer: 'd2', kind: 'discovered', group: 'a' }),
    held({ peer: 'd3', kind: 'discovered', group: undefined }),
    held({ peer: 'i1', kind: 'inbound', group: 'b' }),
    held({ peer: 's1', kind: 'static', group: 'b' })
  ]

  it.each([
    // peers that came by themselves, or that were asked for, take nothing from their group
    [1, ['a']],
    [2, ['a']],
    [3, []],
    [Infinity, []]
  ])('with a limit of %s these are full: %s', (limit, full) => {
    expect([...fullGroups(slots, limit)]).toEqual(full)
  })
})

describe('feelers (Bitcoin Core)', () => {
  it('go to one at random of whom nobody knows whether it is there', () => {
    const waiting = ['a', 'b', 'c', 'd'].map((peer) => ({ peer, isKnown: peer === 'b' }))
    expect([0, 0.4, 0.99].map((luck) => chooseFeeler(waiting, luck)?.peer)).toEqual(['a', 'c', 'd'])
    expect(chooseFeeler([{ peer: 'b', isKnown: true }], 0)).toBeUndefined()
    expect(chooseFeeler([], 0)).toBeUndefined()
  })

  it('come at times that nobody can foresee, the interval apart on average', () => {
    const luck = Array.from({ length: 10_000 }, (_, i) => i / 10_000)
    const delays = luck.map((each) => feelerDelay(120_000, each))
    const mean = delays.reduce((sum, each) => sum + each, 0) / delays.length
    expect(mean / 120_000).toBeCloseTo(1, 1)
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...delays)).toBeLessThan(Infinity)
  })
})
