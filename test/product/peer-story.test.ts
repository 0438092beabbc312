/** A law that an exploration finds broken is told as a story, whatever it was that broke it. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { tellStory } from '../../src/testing/product/counterexample.ts'
import { explorePeers } from '../../src/testing/product/explore-peers.ts'
import { PeerHouse } from '../../src/testing/product/peer-house.ts'
import { bendEveryChart, forgetsAt, takesAnyAnswer } from './bent-charts.ts'
import type { ExplorePeersOptions } from '../../src/testing/product/peer-options.ts'

const SMALL = { peers: 2, slots: 1, wishes: ['discovered'], dismissals: false } as const

afterEach(() => {
  vi.restoreAllMocks()
})

/** At each probe all slots are gone. */
function losesSlots(): void {
  vi.spyOn(PeerHouse.prototype, 'probe').mockImplementation(({ peers, ...rest }) => {
    if (!rest.isProbeArmed) return []
    return [{ ...rest, peers: peers.map((local) => ({ ...local, token: 0 })) }]
  })
}

describe('a story', () => {
  it.each<[string, () => void, ExplorePeersOptions, string[]]>([
    [
      'a step that breaks a law in its midst',
      () => bendEveryChart(forgetsAt('peer.forgotten')),
      {},
      [
        '  2. Ann makes room for another one, and comes back as one that nobody knows.',
        'The slot law is broken: a forgotten peer holds a slot.'
      ]
    ],
    [
      'an answer that comes late',
      () => bendEveryChart(takesAnyAnswer),
      {},
      [
        '  2. An answer of an earlier session comes late: The dial of Ann succeeds.',
        'The generation law is broken: a stale answer leads Ann to connected.promoting, ' +
          'clearDeadline, cancelDial, tag, initiateHandshake, armHandshakeDeadline.'
      ]
    ],
    [
      'the end of the node',
      () => bendEveryChart(forgetsAt('peer.dismissed')),
      { stopping: true },
      ['  2. The node is about to stop.', 'The slot law is broken: a forgotten peer holds a slot.']
    ],
    [
      'an outage',
      losesSlots,
      { outages: true },
      [
        '  2. The network seems gone: the scheduler is offline.',
        '  3. It is time to see whether the network is back: Ann is dialing.',
        'The slot law is broken: Ann is dialing without a slot.'
      ]
    ]
  ])('of %s', (_, bend, options, lines) => {
    bend()
    const { counterexample, isComplete } = explorePeers({ ...SMALL, ...options })
    expect(isComplete).toBe(false)
    expect(counterexample && tellStory(counterexample).split('\n')).toEqual([
      '  1. Ann is wanted as discovered: Ann is dialing with a slot (discovered); ' +
        'the scheduler is full.',
      ...lines
    ])
  })

  it.each([{}, { stopping: true }, { outages: true }])(
    'is not told when all is well, %j',
    (options) => {
      const { counterexample, isComplete } = explorePeers({ ...SMALL, ...options })
      expect(counterexample).toBeUndefined()
      expect(isComplete).toBe(true)
    }
  )

  it('is not made of a fault of the exploration itself', () => {
    vi.spyOn(PeerHouse.prototype, 'drain').mockImplementation(() => {
      throw new TypeError('not a law')
    })
    expect(() => explorePeers({ ...SMALL, stopping: true })).toThrow(new TypeError('not a law'))
  })
})
