/** Canaries of xstate: what it does with faults, long delays and foreign objects. */
import { assign, createActor, createMachine, setup, spawnChild } from 'xstate'
import { createTestModel } from 'xstate/graph'
import { expect, vi } from 'vitest'
import { canary } from './canary.ts'

const DAY = 86_400_000

canary(
  'a child that throws takes its parent and its siblings with it',
  { row: 'M27', file: 'src/peers/interpreter.ts', so: 'can have peers as children of one actor' },
  () => {
    const faulty = createMachine({
      on: {
        fault: {
          actions: () => {
            throw new Error('mine')
          }
        }
      }
    })
    const parent = createMachine({
      entry: [
        spawnChild(faulty, { id: 'faulty' }),
        spawnChild(createMachine({}), { id: 'sibling' })
      ]
    })
    const actor = createActor(parent)
    actor.subscribe({ error: () => {} })
    actor.start()
    const { faulty: child, sibling } = actor.getSnapshot().children
    child?.send({ type: 'fault' })

    expect(actor.getSnapshot().status).toBe('error')
    expect(sibling?.getSnapshot().status).toBe('stopped')
  }
)

canary(
  'a root actor with an error observer keeps its fault to itself',
  { row: 'M27', file: 'src/peers/interpreter.ts', so: 'has to contain faults in another way' },
  () => {
    const machine = createMachine({
      on: {
        fault: {
          actions: () => {
            throw new Error('mine')
          }
        }
      }
    })
    const error = vi.fn<(error: unknown) => void>()
    const [faulty, other] = [createActor(machine), createActor(machine)]
    for (const actor of [faulty, other]) actor.subscribe({ error })
    for (const actor of [faulty, other]) actor.start()

    expect(() => faulty.send({ type: 'fault' })).not.toThrow()

    expect(error).toHaveBeenCalledTimes(1)
    expect(other.getSnapshot().status).toBe('active')
  }
)

canary(
  'a delay of thirty days is over at once',
  { row: 'M28', file: 'src/heap-clock.ts', so: 'may leave long delays to others' },
  async () => {
    const machine = createMachine({
      initial: 'banned',
      states: { banned: { after: { [30 * DAY]: 'free' } }, free: {} }
    })
    const actor = createActor(machine).start()
    await vi.waitFor(() => expect(actor.getSnapshot().value).toBe('free'), { timeout: 5_000 })
    actor.stop()
  }
)

canary(
  'assign() takes over the prototype of what it is given',
  { row: 'M29', file: 'src/handshake/parts.ts', so: 'may hand foreign objects to machines' },
  () => {
    const machine = setup({
      types: {
        context: {} as Record<string, unknown>,
        events: {} as { type: 'heard'; said: string }
      }
    }).createMachine({
      context: {},
      on: {
        heard: {
          actions: assign(({ event }) => JSON.parse(event.said) as Record<string, unknown>)
        }
      }
    })
    const actor = createActor(machine).start()
    actor.send({ type: 'heard', said: '{"__proto__":{"known":true}}' })
    expect(actor.getSnapshot().context['known']).toBe(true)
    // no more than this one object
    expect(({} as Record<string, unknown>)['known']).toBeUndefined()
  }
)

canary(
  'an inspector that throws throws out of the actor',
  {
    row: 'M30',
    file: 'src/peers/interpreter.ts',
    so: 'may hand an inspector of the user to xstate'
  },
  () => {
    expect(() => createActor(createMachine({}), { inspect: fail }).start()).toThrow('mine')
  }
)

canary(
  'createTestModel() refuses machines with delays or invocations',
  { row: 'M32', file: 'machines/peer.ts', so: 'may have deadlines of its own' },
  () => {
    const delayed = createMachine({ initial: 'a', states: { a: { after: { 1: 'b' } }, b: {} } })
    const invoking = createMachine({ invoke: { src: createMachine({}) } })
    expect(() => createTestModel(delayed)).toThrow(/after/i)
    expect(() => createTestModel(invoking)).toThrow(/invoc/i)
    expect(() => createTestModel(createMachine({ initial: 'a', states: { a: {} } }))).not.toThrow()
  }
)

function fail(): never {
  throw new Error('mine')
}
