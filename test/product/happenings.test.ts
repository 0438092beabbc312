/** Everything that may happen in an exploration can be told in plain words: a story has no gap. */
import { describe, expect, it } from 'vitest'
import { happeningsOf } from '../../src/testing/product/happenings.ts'
import { INNER } from '../../src/testing/product/inner-events.ts'
import { CURRENT } from '../../src/testing/product/peer-chart.ts'
import type { Happening, HappeningsInit } from '../../src/testing/product/happenings.ts'
import type { PeerContext, PeerEvent } from '../../machines/index.ts'

const EVERYTHING: HappeningsInit = {
  wishes: ['static', 'requested', 'discovered', 'connect'],
  refusals: [
    { reason: 'incompatible', by: 'local' },
    { reason: 'too-many-peers', by: 'remote' },
    { reason: 'timeout', by: 'network' }
  ],
  channels: true,
  excuses: true
}

const ALL = happeningsOf(EVERYTHING)

const eventOf = ({ event }: Happening): PeerEvent => event({ until: 1 } as PeerContext)

const told = (init: HappeningsInit): string[] =>
  happeningsOf(init).happenings.map(({ say }) => say('Ann'))

it('everything that may happen to a peer has its sentence', () => {
  const sentences = ALL.happenings.map((each) => [eventOf(each).type, each.say('Ann')])
  expect(sentences).toEqual([
    ['peer.wanted', 'Ann is wanted as static'],
    ['peer.wanted', 'Ann is wanted as requested'],
    ['peer.wanted', 'Ann is wanted as discovered'],
    ['peer.wanted', 'The application calls connect() for Ann'],
    ['peer.unwanted', 'The last connect() for Ann is aborted'],
    ['connection.opened', 'A connection with Ann opens'],
    ['connection.closed', 'The connection with Ann closes'],
    ['connection.closed', 'After a while the connection with Ann closes'],
    ['handshake.offered', 'Ann, whose id is the larger, offers its handshake'],
    ['handshake.offered', 'Ann, whose id is the smaller, offers its handshake'],
    ['slot.granted', 'Ann shakes hands in the channel of a new connection'],
    ['dial.succeeded', 'The dial of Ann succeeds'],
    ['dial.failed', 'The dial of Ann fails'],
    ['dial.expired', 'The time to dial Ann is over'],
    ['handshake.opened', 'Our handshake stream to Ann is open'],
    ['handshake.yielded', 'Ann closes our stream without a word'],
    ['handshake.accepted', 'The handshake with Ann ends: both have accepted'],
    ['handshake.expired', 'The time for the handshake with Ann is over'],
    ['handshake.refused', 'The handshake with Ann ends: incompatible, said by us'],
    ['handshake.refused', 'The handshake with Ann ends: too-many-peers, said by Ann'],
    ['handshake.refused', 'The handshake with Ann ends: timeout, said by nobody'],
    ['dial.failed', "The dial of Ann fails, and it is our network's fault"],
    ['handshake.expired', 'We slept through the handshake with Ann'],
    ['update.refused', 'An update with Ann ends: incompatible, said by us'],
    ['update.refused', 'An update with Ann ends: too-many-peers, said by Ann'],
    ['goodbye.received', 'Ann says goodbye: too-many-peers'],
    ['goodbye.received', 'After a while Ann says goodbye: too-many-peers'],
    ['update.refused', 'An update with Ann ends: timeout, said by nobody'],
    ['coolDown.over', 'The cool-down of Ann is over'],
    ['peer.forgotten', 'Ann makes room for another one, and comes back as one that nobody knows'],
    ['peer.dismissed', 'The application disconnects Ann'],
    ['peer.banned', 'The application bans Ann'],
    ['peer.unbanned', 'The application lifts the ban of Ann']
  ])
})

describe('what does not happen unless an exploration asks for it', () => {
  it.each<[HappeningsInit, string[]]>([
    [
      { wishes: ['static', 'requested', 'discovered'] },
      ['The application calls connect() for Ann', 'The last connect() for Ann is aborted']
    ],
    [{ wishes: ['static', 'discovered', 'connect'] }, ['Ann is wanted as requested']],
    [
      { dismissals: false },
      [
        'The application disconnects Ann',
        'The application bans Ann',
        'The application lifts the ban of Ann'
      ]
    ],
    [{ channels: false }, ['Ann shakes hands in the channel of a new connection']],
    [
      { excuses: false },
      [
        "The dial of Ann fails, and it is our network's fault",
        'We slept through the handshake with Ann'
      ]
    ]
  ])('%j', (init, sentences) => {
    const rest = new Set(told({ ...EVERYTHING, ...init }))
    expect(told(EVERYTHING).filter((each) => !rest.has(each))).toEqual(sentences)
  })
})

it('no two have one sentence, or one key, and none has the key of an event of the house', () => {
  const all = [...ALL.happenings, ...ALL.stale]
  expect(new Set(all.map(({ say }) => say('Ann'))).size).toBe(all.length)
  const keys = [...all, ...Object.values(INNER)].map(({ key }) => key)
  expect(new Set(keys).size).toBe(keys.length)
})

it('every sentence names the peer, by the name that it is told', () => {
  for (const { say } of [...ALL.happenings, ...ALL.stale]) {
    expect(say('Ann')).toContain('Ann')
    expect(say('Bob')).toBe(say('Ann').replaceAll('Ann', 'Bob'))
  }
})

it('every answer to a session may come late, of the session before it, and says so', () => {
  const answers = ALL.happenings.filter((each) => {
    const event = eventOf(each)
    return each.kind !== 'hello' && 'session' in event && event.session === CURRENT
  })
  expect(answers).toHaveLength(12)
  expect(ALL.stale.map((each) => [eventOf(each), each.say('Ann')])).toEqual(
    answers.map((each) => [
      { ...eventOf(each), session: CURRENT - 1 },
      `An answer of an earlier session comes late: ${each.say('Ann')}`
    ])
  )
})
