/** How a story is told: who is in it, how long it is, and in which words. */
import { describe, expect, it } from 'vitest'
import { tellDeed, tellStory } from '../../src/testing/world/story.ts'
import type { Entry } from '../../src/testing/world/event-log.ts'
import type { Deed } from '../../src/testing/world/plan.ts'

const HOUR = 3_600_000

const entry = (at: number, peers: number[]): Entry => ({
  at,
  peers,
  text: peers.length === 0 ? 'all' : `of ${peers.join(' and ')}`
})

const ENTRIES = [entry(1, [0, 1]), entry(2, [1]), entry(3, [0, 2]), entry(4, []), entry(5, [2, 1])]

/** What is told but the last line, without the times. */
const told = (
  law: 'slot' | 'gate',
  peers: number[],
  entries: readonly Entry[] = ENTRIES
): string[] =>
  tellStory(entries, { law, at: 6, peers, what: 'what' })
    .slice(0, -1)
    .map((line) => line.replace(/^\S+ /, ''))

describe('a story', () => {
  it('of two peers is what touches nobody else, and what touches all', () => {
    expect(told('gate', [0, 1])).toEqual(['of 0 and 1', 'of 1', 'all'])
  })

  it('of one peer is what it did with whomever', () => {
    expect(told('gate', [0])).toEqual(['of 0 and 1', 'of 0 and 2', 'all'])
  })

  it('of the books of a node is what that node did with whomever', () => {
    expect(told('slot', [1, 0])).toEqual(['of 0 and 1', 'of 1', 'all', 'of 2 and 1'])
  })

  it('of nobody is what touches all', () => {
    expect(told('gate', [])).toEqual(['all'])
  })

  it('has under 12 lines: the last that happened, and what was found', () => {
    const many = Array.from({ length: 100 }, (_, at) => entry(at, [0]))
    const story = tellStory(many, { law: 'cause', at: 100, peers: [0, 3], what: 'it is so' })
    expect(story).toHaveLength(11)
    expect(story[0]).toBe('00:00:00.090 of 0')
    expect(story.at(-1)).toBe('00:00:00.100 the law "cause" is broken, seen at 0 and 3: it is so')
  })

  it.each([
    [0, '00:00:00.000 '],
    [13 * HOUR + 7 * 60_000 + 5_042, '13:07:05.042 '],
    [24 * HOUR - 1, '23:59:59.999 '],
    [24 * HOUR, 'day 2 00:00:00.000 '],
    [400 * 24 * HOUR + 1, 'day 401 00:00:00.001 ']
  ])('shows %i ms as a clock would that began at midnight', (at, text) => {
    const [line] = tellStory([], { law: 'cause', at, peers: [0], what: '' })
    expect(line?.startsWith(`${text}the law`), line).toBe(true)
  })
})

const text = (deed: Deed): string => tellDeed(deed, new Map()).text

describe('a deed', () => {
  it.each([
    [-300, '-300 ms'],
    [999, '999 ms'],
    [1_250, '1.3 s'],
    [-90_000, '-90 s'],
    [120_000, '2 min'],
    [7_200_000, '2 h'],
    [-48 * HOUR, '-48 h']
  ])('of %i ms says %s', (by, length) => {
    expect(text({ type: 'jump', node: 4, by })).toBe(`the wall clock of peer 4 is set by ${length}`)
  })

  it('that touches all touches nobody by name', () => {
    const cut = { type: 'partition', salt: 1, share: 0.25, isSilent: true, for: HOUR } as const
    expect(tellDeed(cut, new Map())).toEqual({
      peers: [],
      text: '25 % of the world are cut off silently for 60 min'
    })
    expect(text({ ...cut, isSilent: false })).toContain('with a reset')
  })
})
