/**
 * What is done in a world, and when the world has nothing to complain of.
 *
 * Mutations that turn this file red, each tried by hand:
 * - meeting.ts: each of the lines that say that something came between
 * - links.ts: a dial of somebody who is gone goes through
 * - life.ts: what a process announces that is gone is noted
 * - lapsing-handshake.ts: each of the functions that are handed on
 * - resident.ts: who stands still is stopped or killed; a listener does not throw; a ban that was lost counts
 * - node-clock.ts: what was missed fires, though it was taken back meanwhile
 */
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { Network } from '../../src/testing/simulation/network.ts'
import { CHAIN, chain } from '../../src/testing/simulation/simulated-node.ts'
import { LapsingHandshake } from '../../src/testing/world/lapsing-handshake.ts'
import { Links } from '../../src/testing/world/links.ts'
import { Member } from '../../src/testing/world/member.ts'
import { NodeClock } from '../../src/testing/world/node-clock.ts'
import { Villain } from '../../src/testing/world/villain.ts'
import { never, stranger } from './bends.ts'
import { liveThrough, MINUTE, ownChains, SECOND, smallPlan } from './small-worlds.ts'
import type { Handshake, HandshakeContext } from '../../src/index.ts'
import type { Deed, Lapse } from '../../src/testing/world/plan.ts'
import type { Bend, SmallPlan } from './small-worlds.ts'

/** What happens in a world of two nodes when this is done, before discovery finds anybody. */
async function eventsOf(...steps: SmallPlan['steps']): Promise<string[]> {
  const { entries, violations } = await liveThrough(
    smallPlan({ nodes: 2, steps, duration: 3 * SECOND }),
    {
      isTold: true
    }
  )
  expect(violations).toEqual([])
  return entries.map(({ text }) => text)
}

const KILL: Deed = { type: 'restart', node: 0, how: 'kill', files: 'lost', for: SECOND }

/** All are of one chain, but for the node 1. */
const allButOne = (index: number): Handshake<string> => chain(index === 1 ? 'chain 8' : CHAIN)

describe('two that meet and do not let each other in', () => {
  const MEET = [SECOND, { type: 'meet', node: 0, of: 1 }] as const
  const SOON = 1_050

  it.each<[string, number, Deed]>([
    ['one is down by then', 900, { ...KILL, node: 1 }],
    ['one is down afterwards', SOON, { ...KILL, node: 1 }],
    ['the other is down afterwards', SOON, KILL],
    ['they lose their connection', SOON, { type: 'lose', node: 0, pick: 0 }],
    ['one disturbs the other', SOON, { type: 'disconnect', node: 1, pick: 0 }],
    ['one is slow', SOON, { type: 'slow', node: 0, by: 400, for: MINUTE }],
    ['one stands still', 900, { type: 'stall', node: 1, for: MINUTE }],
    ['the code of one fails', 900, { type: 'lapse', node: 1, how: 'verify throws', for: MINUTE }],
    ['they are apart', 900, { type: 'partition', salt: 2, share: 0.5, isSilent: true, for: MINUTE }]
  ])('are no violation if %s', async (_, at, deed) => {
    const steps = [MEET, [at, deed] as const].toSorted(([a], [b]) => a - b)
    const plan = smallPlan({ nodes: 2, steps })
    expect((await liveThrough(plan, { handshake: ownChains })).violations).toEqual([])
  })

  it('are no violation if one is about to stop, and says goodbye to somebody else', async () => {
    const steps: SmallPlan['steps'] = [
      [SECOND / 2, { type: 'learn', node: 0, of: 2 }],
      MEET,
      [6 * SECOND - 10, { ...KILL, how: 'stop' }]
    ]
    const { violations } = await liveThrough(smallPlan({ steps }), { handshake: allButOne })
    expect(violations).toEqual([])
  })
})

describe('a deed', () => {
  it('about somebody who is not there is not done', async () => {
    const events = await eventsOf([SECOND, { type: 'learn', node: 0, of: 9 }])
    expect(events).toEqual(['node 0 discovers peer 9', 'every node stops'])
  })

  it('of a node that is down is not done', async () => {
    const events = await eventsOf(
      [SECOND, KILL],
      [1.5 * SECOND, { type: 'enqueue', node: 0, of: 1 }]
    )
    expect(events.filter((text) => text.includes('slot.granted'))).toEqual([])
  })

  it('that a process had begun ends with it: a dial of the DHT', async () => {
    const dial: Deed = { type: 'dial as DHT', node: 0, of: 1 }
    expect((await eventsOf([SECOND, dial])).join()).toContain('connection.opened')
    const events = await eventsOf([SECOND, dial], [SECOND, KILL])
    expect(events.filter((text) => text.includes('goes from'))).toEqual([])
  })

  it('that a process had begun ends with it: what is announced later, nobody hears', async () => {
    const ask: Deed = { type: 'enqueue', node: 0, of: 1 }
    expect((await eventsOf([SECOND, ask])).join()).toContain('authorized')
    const events = await eventsOf([SECOND, ask], [SECOND, KILL])
    expect(events.filter((text) => text.includes('goes from'))).toEqual([])
  })
})

/** Its connect() never answers. */
const forgetsCallers: Bend = ({ peers }) => {
  peers.connect = never
}

/** It wants somebody who is nowhere. */
const wantsNobody: Bend = ({ peers, network }) => {
  network.clock.after(SECOND, () => peers.enqueue(stranger))
}

describe('a world', () => {
  const MEET = [SECOND, { type: 'meet', node: 0, of: 1 }] as const

  it.each(['hello', 'verify', 'listener'])(
    'in which a %s throws goes on, and is whole again when it does not',
    async (source) => {
      const how = `${source} throws` as Lapse
      const steps: SmallPlan['steps'] = [[900, { type: 'lapse', node: 0, how, for: SECOND }], MEET]
      const faults = new Set<string>()
      const bend: Bend = ({ peers }) => {
        peers.addEventListener('peer:fault', ({ detail }) => faults.add(detail.source))
      }
      const world = { bend, isTold: true }
      const { entries, violations } = await liveThrough(smallPlan({ nodes: 2, steps }), world)
      expect([violations, [...faults]]).toEqual([[], [source]])
      expect(entries.map(({ text }) => text).join()).toContain('to authorized')
    }
  )

  it('gives a connect() as long again whose node was disturbed', async () => {
    const steps: SmallPlan['steps'] = [
      [SECOND, { type: 'connect', node: 0, of: 1 }],
      [50 * SECOND, { type: 'slow', node: 0, by: 10, for: SECOND }]
    ]
    const { violations } = await liveThrough(smallPlan({ nodes: 2, steps }), {
      bend: forgetsCallers
    })
    expect(violations).toMatchObject([{ law: 'settle', at: 121 * SECOND }])
  })

  it('stops nobody, and nobody again, who stands still', async () => {
    const stall: Deed = { type: 'stall', node: 0, for: SECOND }
    const steps: SmallPlan['steps'] = [
      [SECOND, stall],
      [1.1 * SECOND, { ...stall, for: MINUTE }],
      [1.2 * SECOND, { ...KILL, for: MINUTE }],
      // it goes on when the first time is over
      [2.1 * SECOND, { type: 'enqueue', node: 0, of: 1 }]
    ]
    expect((await eventsOf(...steps)).join()).toContain('authorized')
  })

  it('does not insist on a ban that a process took with it when it was killed', async () => {
    const steps: SmallPlan['steps'] = [
      MEET,
      [10 * SECOND, { type: 'ban', node: 0, pick: 0, for: 2 * MINUTE }],
      [11 * SECOND, { ...KILL, files: 'kept' }],
      [MINUTE, { type: 'enqueue', node: 0, of: 1 }]
    ]
    const { entries, violations } = await liveThrough(smallPlan({ nodes: 2, steps }), {
      isTold: true
    })
    expect(violations).toEqual([])
    const again = entries.filter(({ at, text }) => at < 2 * MINUTE && text.includes('authorized'))
    expect(again.length).toBeGreaterThan(3)
  })

  it('has nobody at an address for a peer that is nowhere', async () => {
    const plan = smallPlan({ nodes: 2, steps: [], duration: 3 * SECOND })
    const { entries } = await liveThrough(plan, { bend: wantsNobody, isTold: true })
    expect(entries.map(({ text }) => text)).toContainEqual(expect.stringContaining('no-address'))
  })
})

it('a hostile peer leaves in peace who is down', async () => {
  const network = new Network()
  const links = new Links(network.clock, 1)
  const peer = { latency: 1, reach: 'open' } as const
  const villain = new Villain({ index: 0, script: 'silent', ...peer }, network, links)
  await villain.assail(new Member({ index: 1, ...peer }), 'flood')
  expect(network.wires).toEqual([])
})

describe('the handshake of an application whose code fails at times', () => {
  const context = {} as HandshakeContext
  const bytes = new Uint8Array([1])

  /** Says which of its functions was called, if it was called as its own. */
  class Whole implements Handshake<string> {
    readonly name = 'whole'
    readonly fingerprint = 'print'
    readonly parts = ['a', 'b']
    readonly calls: string[] = []
    hello(): Uint8Array {
      return this.#called('hello')
    }

    verify(): string {
      this.#called('verify')
      return this.name
    }

    prove(): Uint8Array {
      return this.#called('prove')
    }

    verifyProof(): void {
      this.#called('verifyProof')
    }

    subscribe(): () => void {
      this.#called('subscribe')
      return () => {}
    }

    #called(what: string): Uint8Array {
      this.calls.push(`${this.name} ${what}`)
      return bytes
    }
  }

  it('is the same as ever when it does not', async () => {
    const inner = new Whole()
    const handshake = new LapsingHandshake(inner)
    expect(handshake).toMatchObject({ fingerprint: 'print', parts: ['a', 'b'] })
    await handshake.hello(context)
    await handshake.verify(bytes, context)
    await handshake.prove?.(bytes, context)
    await handshake.verifyProof?.(bytes, bytes, 'whole', context)
    handshake.subscribe?.(() => {})
    const names = ['hello', 'verify', 'prove', 'verifyProof', 'subscribe']
    expect(inner.calls).toEqual(names.map((name) => `whole ${name}`))
  })

  it('has no more functions than it had', () => {
    const handshake = new LapsingHandshake<string>({ hello: () => bytes, verify: () => '' })
    const { prove, verifyProof, subscribe, parts, fingerprint } = handshake
    expect([prove, verifyProof, subscribe, parts, fingerprint]).toEqual(Array(5).fill(undefined))
  })
})

it('what a process that stands still takes back does not fire when it goes on', () => {
  const world = new ManualClock()
  const clock = new NodeClock(world)
  const cancel = clock.after(SECOND, () => expect.unreachable())
  clock.stall()
  world.advance(2 * SECOND)
  cancel()
  clock.after(MINUTE, () => {})
  clock.resume()
  // the timer of what is set, and no other
  expect([clock.pending, world.pending]).toEqual([1, 1])
})
