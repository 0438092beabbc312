import { describe, expect, test } from 'vitest'
import { CandidateSources } from '../../src/scheduler/candidate-sources.ts'
import { seeded } from '../policies/seeded.ts'
import type { CandidateSource } from '../../src/scheduler/candidate-sources.ts'

/** A queue that does as it is told, and counts what it costs. */
class Queue {
  readonly sources: CandidateSources
  readonly waiting = new Map<string, CandidateSource>()
  made = 0
  failedThatLeft = 0

  constructor(limit: number, random: () => number = () => 0.5) {
    this.sources = new CandidateSources(limit, random)
  }

  find(peer: string, source: CandidateSource, isFull = false): boolean {
    const consideration = this.sources.consider(source, isFull)
    if (!consideration.isTaken) return false
    const { instead } = consideration
    if (instead === 'failed') this.failedThatLeft++
    else if (instead !== undefined) this.leave(instead.peer)
    this.made++
    this.sources.took(peer, source)
    this.sources.moved(peer, true)
    this.waiting.set(peer, source)
    return true
  }

  leave(peer: string): void {
    this.sources.forgotten(peer)
    this.waiting.delete(peer)
  }

  count(source: CandidateSource): number {
    return [...this.waiting.values()].filter((each) => each === source).length
  }
}

describe('a source of candidates', () => {
  test('has its share of the queue, whatever another one finds', () => {
    const queue = new Queue(5)
    for (let i = 0; i < 100; i++) queue.find(`flood${i}`, 'discovery')
    expect(queue.count('discovery')).toBe(5)
    for (let i = 0; i < 3; i++) expect(queue.find(`mine${i}`, 'dht')).toBe(true)
    for (let i = 0; i < 100; i++) queue.find(`more${i}`, 'discovery')
    expect([queue.count('discovery'), queue.count('dht')]).toEqual([5, 3])
    expect(queue.sources.queued).toEqual({ discovery: 5, dht: 3, walk: 0, store: 0, memory: 0 })
  })

  test('every candidate found since there was room is as likely to be kept as each other', () => {
    const random = seeded(7)
    const kept = Array.from({ length: 100 }, () => 0)
    const runs = 4_000
    for (let run = 0; run < runs; run++) {
      const queue = new Queue(10, random)
      for (let i = 0; i < 100; i++) queue.find(`${i}`, 'discovery')
      for (const peer of queue.waiting.keys()) kept[Number(peer)]!++
    }
    // one in ten, give or take five standard deviations of a coin thrown 4,000 times
    const deviation = Math.sqrt(runs * 0.1 * 0.9)
    for (const times of kept) expect(Math.abs(times - runs * 0.1)).toBeLessThan(5 * deviation)
  })

  test('a million names cost a few thousand candidates', () => {
    const queue = new Queue(500, seeded(3))
    for (let i = 0; i < 1_000_000; i++) queue.find(`${i}`, 'discovery')
    // 500 x (1 + ln 2000) = 4,300
    expect(queue.made).toBeGreaterThan(3_800)
    expect(queue.made).toBeLessThan(4_800)
    expect(queue.waiting.size).toBe(500)
  })

  test('has room again as soon as one of its candidates is dialed', () => {
    const queue = new Queue(2, () => 0.999)
    queue.find('a', 'walk')
    queue.find('b', 'walk')
    expect(queue.find('c', 'walk')).toBe(false)
    queue.sources.moved('a', false)
    expect(queue.find('d', 'walk')).toBe(true)
    // a is back in the queue after its cool-down: nobody is sent away for it
    queue.sources.moved('a', true)
    expect(queue.sources.queued.walk).toBe(3)
    expect(queue.find('e', 'walk')).toBe(false)
  })

  test('of two sources that find the same peer the first counts', () => {
    const queue = new Queue(2)
    queue.find('a', 'walk')
    queue.sources.took('a', 'discovery')
    queue.sources.moved('a', true)
    expect(queue.sources.queued).toMatchObject({ walk: 1, discovery: 0 })
    // nobody found this one: the application asked for it
    queue.sources.moved('stranger', true)
    expect(queue.sources.queued).toMatchObject({ walk: 1, discovery: 0 })
  })

  test('shares alike with the others when no more peers are tracked', () => {
    const queue = new Queue(50, seeded(4))
    for (let i = 0; i < 50; i++) queue.find(`a${i}`, 'discovery')
    for (let i = 0; i < 50; i++) queue.find(`b${i}`, 'dht')
    const before = queue.made
    for (let i = 0; i < 30_000; i++) {
      queue.find(`c${i}`, 'walk', true)
      queue.find(`d${i}`, 'discovery', true)
      queue.find(`e${i}`, 'dht', true)
    }
    const { discovery, dht, walk } = queue.sources.queued
    expect([discovery, dht, walk].toSorted((a, b) => a - b)).toEqual([33, 33, 34])
    // and they do not take it from each other for ever: 33 x ln(30,000 / 33) for each, and the way there
    expect(queue.made - before).toBeLessThan(1_200)
  })

  test('may have a few that wait however many peers could not be reached', () => {
    const queue = new Queue(50, () => 0.999)
    for (let i = 0; i < 20; i++) queue.find(`a${i}`, 'discovery', true)
    expect([queue.waiting.size, queue.failedThatLeft]).toEqual([16, 16])
  })

  test('with no share at all has nobody', () => {
    expect(new Queue(0, () => 0).find('a', 'walk')).toBe(false)
    expect(new Queue(0, () => 0).find('a', 'walk', true)).toBe(false)
  })
})
