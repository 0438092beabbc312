/** What the option `inspect` hands over: everything that the charts do, and nothing that lives. */
import { createActor, createMachine } from 'xstate'
import { describe, expect, it } from 'vitest'
import { peerMachine } from '../../machines/index.ts'
import { Onlooker } from '../../src/onlooker.ts'
import { Interpreter } from '../../src/peers/interpreter.ts'
import { pathOf } from '../../src/peers/tracked-peer.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { recordedLife } from '../recorder/life.ts'
import { minutes, World } from '../rounds/world.ts'
import { reachable } from './reachable.ts'
import type { PeerFault } from '../../src/index.ts'
import type { AnyMachineSnapshot, InspectionEvent } from 'xstate'

type Line = Record<'type' | 'from' | 'to' | 'event', string> & { readonly peer?: string }
type Named = InspectionEvent['actorRef'] & { readonly id: string }

const nameOf = ({ actorRef }: InspectionEvent): string => (actorRef as Named).id

/** The moves of every actor, as `actor: from -> to (event)`, recounted from its snapshots alone. */
function movesIn(events: readonly InspectionEvent[]): string[] {
  const paths = new Map<unknown, string>()
  return events.flatMap((event) => {
    if (event.type !== '@xstate.snapshot') return []
    const to = pathOf((event.snapshot as AnyMachineSnapshot).value as string)
    const from = paths.get(event.actorRef)
    paths.set(event.actorRef, to)
    const isMove = from !== undefined && from !== to
    return isMove ? [`${nameOf(event)}: ${from} -> ${to} (${event.event.type})`] : []
  })
}

describe('an observer', () => {
  it('is told of every move of every peer and of the scheduler, as the recorder is', async () => {
    const events: InspectionEvent[] = []
    const { lines } = await recordedLife({ inspect: { next: (event) => void events.push(event) } })
    const recorded = lines
      .map((line) => JSON.parse(line) as Line)
      .filter(({ type, from, to }) => (type === 'move' || type === 'mode') && from !== to)
      .map(({ peer = 'scheduler', from, to, event }) => `${peer}: ${from} -> ${to} (${event})`)
    expect(recorded.length).toBeGreaterThan(20)
    expect(movesIn(events)).toEqual(recorded)
    expect(new Set(events.map(({ type }) => type))).toEqual(
      new Set(
        ['actor', 'event', 'microstep', 'action', 'snapshot'].map((what) => `@xstate.${what}`)
      )
    )
  })

  it('sees of an actor its name, its chart and where it is, and the same actor every time', async () => {
    const events: InspectionEvent[] = []
    const { world } = await recordedLife({ inspect: (event) => void events.push(event) })
    const actors = events
      .filter(({ type }) => type === '@xstate.actor')
      .map(({ actorRef }) => actorRef)
    expect(new Set(actors).size).toBe(actors.length)
    expect(new Set(actors.map(({ sessionId }) => sessionId)).size).toBe(actors.length)
    for (const event of events) {
      expect(actors).toContain(event.actorRef)
      expect(event.rootId).toBe(event.actorRef.sessionId)
    }
    const peer = actors.find((actor) => (actor as Named).id === world.id('i1').toString())
    expect(peer).toMatchObject({ logic: { id: 'peer', config: { initial: 'discovered' } } })
    const { value, context } = (peer as Named).getSnapshot() as AnyMachineSnapshot
    expect(pathOf(value as string)).toBe(world.peers.getPeer(world.id('i1'))?.path)
    expect(context).toMatchObject({ peer: world.id('i1').toString(), reason: 'banned' })
  })

  it('reaches nothing that lives, wherever it looks', async () => {
    const events: InspectionEvent[] = []
    await recordedLife({ inspect: (event) => void events.push(event) })
    const found = reachable(events)
    expect(found.living).toEqual([])
    expect(found.count).toBeGreaterThan(1_000)
    // the two ways on that are left: where the actor is now, and a send that does not
    expect([...found.functions].toSorted()).toEqual(['getSnapshot', 'send'])
    for (const { actorRef } of events) {
      expect(reachable(actorRef.getSnapshot()).living).toEqual([])
      expect(() => actorRef.send({ type: 'peer.forgotten' })).toThrow('to look on')
    }
    // what xstate itself hands over is found to live
    const raw: InspectionEvent[] = []
    const inspect = (event: InspectionEvent): void => void raw.push(event)
    createActor(peerMachine, { input: { peer: 'p' }, inspect }).start()
    expect(reachable(raw).living.length).toBeGreaterThan(3)
  })

  it('may change whatever it is handed: no chart changes, nor what is recorded', async () => {
    const { lines } = await recordedLife({ inspect: (event) => wreck(event) })
    expect(lines).toEqual((await recordedLife()).lines)
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('a bad eye')
      }
    ],
    [
      'rejects',
      async () => {
        throw new Error('a bad eye')
      }
    ]
  ])('that %s is reported once a minute, and nothing else comes of it', async (_, inspect) => {
    const world = await World.create({ inspect: inspect as () => void })
    const faults: PeerFault[] = []
    world.peers.addEventListener('peer:fault', ({ detail }) => void faults.push(detail))
    // it was told of the first, when the node was made, before anybody listened
    await world.play({ discovered: ['d1', 'd2'], are: { d1: 'authorized', d2: 'authorized' } })
    expect(faults).toEqual([])
    await world.play({ advance: minutes(1), disconnected: ['d1'] })
    await world.play({ disconnected: ['d2'], are: { d2: 'rejected.disconnected: requested' } })
    const told = faults.map(({ source, error }) => `${source}: ${(error as Error).message}`)
    expect(told).toEqual(['inspect: a bad eye'])
  })

  it('may call whatever it likes, from the birth of a peer on', async () => {
    let calls = 0
    const world = await World.create({
      maxPeers: 4,
      inspect: (event) => {
        if (nameOf(event) === 'scheduler' || calls > 200) return
        calls++
        const { peers } = world
        const name = nameOf(event)
        void peers.connect(name).catch(() => {})
        peers.enqueue(name)
        peers.explain(name)
        peers.status()
        if (calls % 20 === 0) peers.ban(name, { duration: 1_000 })
        if (calls % 30 === 0) void peers.disconnect(name)
      }
    })
    await world.play({ discovered: ['d1', 'd2', 'd3'], greeting: ['i1'] })
    await world.play({ advance: minutes(5) })
    expect(calls).toBeGreaterThan(100)
    const { tracked } = world.peers.status()
    expect(world.peers.getPeers()).toHaveLength(tracked)
    expect(tracked).toBe(4)
  })
})

it('of an error its headline is told, and of what is no plain data nothing', async () => {
  const faulty = createMachine({
    context: { since: new Date(0), names: new Set(['p']), count: 1 },
    on: {
      fault: {
        actions: () => {
          throw new TypeError('bad\u001B[31m eye')
        }
      }
    }
  })
  const events: InspectionEvent[] = []
  const clock = new ManualClock()
  const onlooker = new Onlooker(
    (event) => void events.push(event),
    clock,
    () => {}
  )
  const actor = createActor(faulty, { inspect: onlooker.inspect })
  actor.subscribe({ error: () => {} })
  actor.start().send({ type: 'fault' })
  await Promise.resolve()
  expect(events.at(-1)?.actorRef.getSnapshot()).toMatchObject({
    status: 'error',
    error: expect.stringMatching(/^TypeError: bad\S* eye$/),
    context: { since: '1970-01-01T00:00:00.000Z', names: undefined, count: 1 }
  })
})

it('without one no actor has an inspector, and so nothing is made', async () => {
  const ports = {
    carryOut() {},
    onMove() {},
    onSettled() {},
    onUntaken() {},
    onFault() {},
    onQuiet: () => false
  }
  const peerId = (await World.create()).id('p')
  const init = { clock: new ManualClock(), random: () => 0 }
  const optionsOf = (inspect?: (event: InspectionEvent) => void): object =>
    (new Interpreter(ports, { ...init, inspect }).create(peerId, 'p').actor as unknown as Options)
      .options
  expect(optionsOf()).not.toHaveProperty('inspect')
  expect(optionsOf(() => {})).toHaveProperty('inspect')
})

interface Options {
  readonly options: object
}

/** Empties everything that can be reached. */
function wreck(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  for (const [name, inner] of Object.entries(value)) {
    wreck(inner)
    Reflect.deleteProperty(value, name)
  }
}
