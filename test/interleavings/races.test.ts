/**
 * C3: streams that are opened at the very moment at which their peer loses its authorization, for every way
 * to lose it and in every order of what follows: no call of the handler begins once `peer:deauthorized` was
 * told, however far the stream had come by then.
 *
 * Mutations that turn this file red, each tried by hand:
 * - stream-doors.ts: the handler's own door is open
 * - doors.ts: streams pass in `rejected.connected`
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { call } from './methods.ts'
import { Reference } from './reference.ts'
import { Scene } from './scene.ts'
import { Turns } from './turns.ts'
import type { Counterpart, Name } from './counterpart.ts'
import type { Scheduler } from 'fast-check'

const RACERS: readonly Name[] = ['p0', 'p1', 't0']

/** A gated protocol of the application. */
const RACE = '/rounds/race/1.0.0'

/** Streams that each of them opens. */
const STREAMS = 12

/** How a peer comes to be authorized no more. */
const ENDS = {
  ban: (scene, { name }) => call(scene, 'ban', name as Name),
  disconnect: (scene, { name }) => call(scene, 'disconnect', name as Name),
  revoke: (scene, { name }) => call(scene, 'revoke', name as Name),
  goodbye: (_, peer) => void peer.sayGoodbye('requested').catch(() => {}),
  leave: (_, peer) => void peer.leave(),
  break: (_, peer) => peer.connections[0]?.abort(new Error('broken')),
  restart: ({ node }, peer) => void peer.greet(node),
  stop: (scene) => scene.stop()
} satisfies Record<string, (scene: Scene, peer: Counterpart) => void>

type End = keyof typeof ENDS

/** Who is authorized by what the application was told, and how often its handler was called. */
class Witness {
  served = 0
  readonly #authorized = new Set<string>()

  constructor(scene: Scene) {
    const { peers } = scene
    peers.addEventListener('peer:authorized', ({ detail }) => this.#authorized.add(detail.peer))
    peers.addEventListener('peer:deauthorized', ({ detail }) =>
      this.#authorized.delete(detail.peer)
    )
    void scene.node.components.registrar.handle(RACE, (stream, { remotePeer }) => {
      this.served++
      const peer = remotePeer.toString()
      if (!this.#authorized.has(peer)) scene.accuse(`${scene.nameOf(peer)} was served`)
      void stream.close()
    })
  }

  get authorized(): number {
    return this.#authorized.size
  }
}

/** Is the peer authorized when its streams are opened, or does that come in between? */
type Beginning = 'authorized' | 'shaking hands'

async function race(
  scheduler: Scheduler,
  beginning: Beginning,
  ends: readonly End[]
): Promise<number> {
  const turns = new Turns(scheduler)
  const scene = new Scene(turns, new Reference())
  const witness = new Witness(scene)
  // between the first door and the second
  scene.node.components.registrar.use(RACE, [
    async (stream, connection, next) => {
      await turns.take('middleware')
      next(stream, connection)
    }
  ])
  await scene.calm()
  for (const name of RACERS) {
    if (beginning === 'authorized') call(scene, 'connect', name)
    else void scene.peer(name).connect(scene.node)
  }
  await scene.calm()
  expect(witness.authorized).toBe(beginning === 'authorized' ? RACERS.length : 0)
  for (const [index, name] of RACERS.entries()) {
    const peer = scene.peer(name)
    const [connection] = peer.connections
    const open = (): void => void connection?.newStream(RACE).catch(() => {})
    const end = (): void => ENDS[ends[index] ?? 'ban'](scene, peer)
    if (beginning === 'shaking hands') {
      void peer.greet(scene.node)
      // at once, whoever it is, in the very event that tells of it
      scene.listeners.next('peer:authorized', end)
    }
    for (const act of [...Array.from({ length: STREAMS }, () => open), end]) {
      void scheduler.schedule(Promise.resolve(), act.name).then(act)
    }
  }
  await scene.calm()
  scene.check('calm')
  return witness.served
}

test('10,000 races of a stream against the end of its authorization', async () => {
  const ways = new Set<End>()
  let races = 0
  let served = 0
  const end = fc.constantFrom(...(Object.keys(ENDS) as End[]))
  const property = fc.asyncProperty(
    fc.scheduler(),
    fc.constantFrom<Beginning>('authorized', 'authorized', 'shaking hands'),
    fc.tuple(...RACERS.map(() => end)),
    async (scheduler, beginning, ends) => {
      served += await race(scheduler, beginning, ends)
      races += RACERS.length * STREAMS
      for (const way of ends) ways.add(way)
    }
  )

  await fc.assert(property, { seed: 20_261_123, numRuns: 278 })

  expect(races).toBeGreaterThanOrEqual(10_000)
  expect([...ways].toSorted()).toEqual(Object.keys(ENDS).toSorted())
  // either side wins now and then
  expect(served / races).toBeGreaterThan(0.05)
  expect(served / races).toBeLessThan(0.9)
}, 240_000)
