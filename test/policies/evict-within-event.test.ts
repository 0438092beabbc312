/**
 * Whoever is sent away makes room at once, or is not sent away: within an event the goodbye would wait its
 * turn, and the newcomer hear too-many-peers all the same.
 *
 * Mutation that turns this file red, tried by hand (policies.ts): `evict` without its look at what is being
 * delivered.
 */
import { expect, it } from 'vitest'
import { SlotBook } from '../../machines/index.ts'
import { POLICY_DEFAULTS } from '../../src/options/policy-options.ts'
import { Policies } from '../../src/policies.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import type { PoliciesInit, PoliciesPorts } from '../../src/policies.ts'

const INBOUND = 12

function crowded(isDelivering: boolean) {
  const book = new SlotBook({ maxPeers: INBOUND, outboundShare: 0 })
  const sessions = new Map<string, number>()
  for (let i = 0; i < INBOUND; i++) sessions.set(`i${i}`, book.take(`i${i}`, 'inbound')!)
  const dismissed: string[] = []
  const ports = {
    peers: {
      isDelivering,
      get: (key: string) => ({
        key,
        path: 'authorized',
        since: 0,
        usefulAt: -Infinity,
        connections: [],
        context: { session: sessions.get(key), authorizedAt: sessions.get(key) }
      })
    },
    scheduler: () => ({
      slots: book.list(),
      desk: { book },
      holds: (session: number) => book.holds(session)
    }),
    dismiss: ({ key }: { key: string }) => {
      dismissed.push(key)
      if (!isDelivering) book.release(sessions.get(key)!)
    }
  } as unknown as PoliciesPorts
  const policies = { ...POLICY_DEFAULTS, evictInbound: true }
  const init = { policies, clock: new ManualClock(), random: () => 0 } as unknown as PoliciesInit
  return { policies: new Policies(init, ports), dismissed }
}

it('somebody makes room for a newcomer', () => {
  const { policies, dismissed } = crowded(false)
  expect(policies.evict()).toBe(true)
  expect(dismissed).toHaveLength(1)
})

it('nobody is evicted for nothing, from within an event', () => {
  const { policies, dismissed } = crowded(true)
  expect(policies.evict()).toBe(false)
  expect(dismissed).toEqual([])
})
