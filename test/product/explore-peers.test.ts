import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { peerMachine, SlotBook } from '../../machines/index.ts'
import { SlotDesk } from '../../src/scheduler/slot-desk.ts'
import { explorePeers } from '../../src/testing/product/explore-peers.ts'
import { tellStory } from '../../src/testing/product/counterexample.ts'
import { OVERRIDDEN } from '../machines/peer-walk.ts'
import { leavesOf } from '../../src/testing/model/chart-edges.ts'
import { runWith } from '../faults/run.ts'
import { PEER_SIZES, storyOf } from './sizes.ts'
import type { PeerExploration } from '../../src/testing/product/peer-options.ts'

const PROGRAM = join(import.meta.dirname, 'index.ts')
const SHORT = PEER_SIZES.filter(({ minutes }) => minutes !== true)

const brokenIn = ({ counterexample }: PeerExploration): string =>
  counterexample === undefined ? 'none' : tellStory(counterexample)

afterEach(() => {
  vi.restoreAllMocks()
})

describe('every law holds in every state', () => {
  it.each(SHORT)('$name', { timeout: 300_000 }, ({ options }) => {
    const found = explorePeers(options)
    expect(brokenIn(found)).toBe('none')
    expect(found.isComplete).toBe(true)
  })

  it('with a table of dispositions in which much is the other way round', () => {
    const found = explorePeers({ peers: 2, failures: 1, dispositions: OVERRIDDEN })
    expect(brokenIn(found)).toBe('none')
  })
})

it('sees every state of the chart', () => {
  const { paths } = explorePeers({ peers: 2, channels: true })
  const leaves = leavesOf(peerMachine).filter((leaf) => leaf !== 'forgotten')
  expect(paths).toEqual(leaves.toSorted())
})

it('the same options are the same exploration', () => {
  const options = { peers: 2, wishes: ['discovered'], failures: 1 } as const
  expect(explorePeers(options)).toEqual(explorePeers(options))
})

it('gives up when there are too many states, and says so', () => {
  expect(explorePeers({ maxStates: 100 }).isComplete).toBe(false)
})

it.each([{ peers: 0 }, { peers: 9 }, { slots: 0 }, { peers: Number.NaN }])(
  'refuses %j',
  (options) => {
    expect(() => explorePeers(options)).toThrow(RangeError)
  }
)

describe('a fault is found, and told in less than 12 steps', () => {
  it.each([
    ['double-release', 'slot'],
    ['no-generation-check', 'generation'],
    ['gate-open-in-handshaking', 'gate']
  ] as const)('%s', { timeout: 120_000 }, async (fault, law) => {
    const { code, stdout } = await runWith(fault, [PROGRAM, '--seconds'])
    expect(stdout).toContain(`The ${law} law is broken: `)
    expect(storyOf(stdout).length).toBeLessThan(12)
    expect(code).toBe(1)
  })

  it('a desk that tells nobody of a slot that came free: wake-up', () => {
    vi.spyOn(SlotDesk.prototype, 'release').mockImplementation(function (this: SlotDesk, session) {
      this.book.release(session)
    })
    expect(brokenIn(explorePeers({ peers: 3 }))).toContain('The wake-up law is broken')
  })

  it('a book that keeps what is given back: slot', () => {
    vi.spyOn(SlotBook.prototype, 'release').mockReturnValue(false)
    expect(brokenIn(explorePeers({ peers: 2 }))).toContain('with a slot.')
  })
})
