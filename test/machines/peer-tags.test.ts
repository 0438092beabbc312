/** What each state says of itself to whoever asks: its tags, and the deadline that runs while it lasts. */
import { expect, test } from 'vitest'
import { live } from '../../src/testing/model/peer-cases.ts'
import { SITUATIONS } from './peer-situations.ts'

/** By leaf: the tags in alphabetical order, then the deadline. Written by hand. */
const FACTS: Readonly<Record<string, string>> = {
  'discovered.idle': '',
  'discovered.queued': 'pending queued',
  'discovered.coolingDown': 'waiting, coolDown',
  dialing: 'linking pending slot waiting, dial',
  'connected.unpromoted': 'linked',
  'connected.queued': 'linked pending queued',
  'connected.coolingDown': 'linked waiting, coolDown',
  'connected.promoting': 'linked pending slot waiting, handshake',
  'handshaking.initiating': 'linked pending slot waiting, handshake',
  'handshaking.yielding': 'linked pending slot waiting, handshake',
  'handshaking.responding': 'linked pending slot waiting, handshake',
  'handshaking.securing': 'linking pending slot waiting, handshake',
  authorized: 'linked slot',
  'rejected.connected': 'linked waiting, coolDown',
  'rejected.disconnected': 'waiting, coolDown',
  forgotten: ''
}

test.each(Object.entries(SITUATIONS))('%s', (leaf, situations) => {
  for (const [name, steps] of Object.entries(situations)) {
    const peer = live(...steps)
    const deadlines = Object.values(peer.getMeta()).flatMap((meta) => meta?.deadline ?? [])
    const facts = [[...peer.tags].toSorted().join(' '), ...deadlines].join(', ')
    expect(facts, name).toBe(FACTS[leaf])
  }
})

test('a peer that is forgotten is at its end, and no other one is', () => {
  for (const [leaf, situations] of Object.entries(SITUATIONS)) {
    for (const steps of Object.values(situations)) {
      expect(live(...steps).status, leaf).toBe(leaf === 'forgotten' ? 'done' : 'active')
    }
  }
})
