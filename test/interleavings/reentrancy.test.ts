/**
 * Every public method, called from within a listener to every event, with the peer that it is about and with
 * another one. A method or an event that is new is missed by the types in methods.ts and listeners.ts.
 *
 * Mutations that turn this file red, each tried by hand:
 * - encounters.ts: who shakes hands anew is not asked about once more before it is let in
 * - interpreter.ts: an event is delivered at once, also within another one
 */
import { describe, expect, test } from 'vitest'
import { WITHIN } from './listeners.ts'
import { call, CALL_NAMES } from './methods.ts'
import { Reference } from './reference.ts'
import { Scene } from './scene.ts'
import { IN_ORDER, Turns } from './turns.ts'
import type { Within } from './listeners.ts'

/** What leads to each event, of p0. */
const CAUSES = {
  'peer:transition': (scene: Scene) => call(scene, 'connect', 'p0'),
  'peer:authorized': (scene: Scene) => call(scene, 'connect', 'p0'),
  'peer:rejected': (scene: Scene) => {
    scene.peer('p0').follow('wrong chain')
    call(scene, 'connect', 'p0')
  },
  'peer:deauthorized': async (scene: Scene) => {
    call(scene, 'connect', 'p0')
    await scene.calm()
    call(scene, 'disconnect', 'p0')
  },
  'peer:fault': (scene: Scene) => {
    scene.application.mood = 'throwing'
    call(scene, 'connect', 'p0')
  }
}

/** The peer shakes hands anew: its authorization ends, and the next one is about to be considered. */
const restart = async (scene: Scene): Promise<void> => {
  call(scene, 'connect', 'p0')
  await scene.calm()
  void scene.peer('p0').greet(scene.node)
  await scene.calm()
  // whoever keeps its stream for a second means it
  await scene.tick(1_000)
}

const causeOf = (within: Within): ((scene: Scene) => unknown) =>
  CAUSES[within.replace('node ', '') as keyof typeof CAUSES]

const CASES = [
  ...WITHIN.map((within) => ({ within, how: 'at first', cause: causeOf(within) })),
  { within: 'peer:deauthorized', how: 'as it shakes hands anew', cause: restart } as const
]

describe.each(CASES)('from within $within, $how', ({ within, cause }) => {
  test.each(CALL_NAMES)('%s()', async (name) => {
    for (const who of ['p0', 'p1'] as const) {
      const scene = new Scene(new Turns(IN_ORDER), new Reference())
      await scene.calm()
      // somebody else is authorized, and has something to lose
      call(scene, 'connect', 'p2')
      await scene.calm()
      scene.listeners.next(within, () => call(scene, name, who))
      await cause(scene)
      await scene.calm()
      expect(scene.listeners.waiting).toBe(0)
      scene.check('calm')
      await scene.end()
    }
  })
})
