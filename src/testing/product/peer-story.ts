import { NAMES } from './counterexample.ts'
import { NOBODY } from './scene.ts'
import { SlotTable } from './slot-table.ts'
import { GLOBAL, stepOf } from './step-code.ts'
import type { Counterexample } from './counterexample.ts'
import type { Happening } from './happenings.ts'
import type { Breach } from './peer-laws.ts'
import type { Local, Scene, SceneBook } from './scene.ts'
import type { StateTable } from './state-table.ts'
import type { Step } from './step-code.ts'

/** The exploration, as far as a story has to go through it once more. */
export interface PeerStoryInit {
  readonly count: number
  readonly table: StateTable
  readonly scenes: SceneBook
  readonly happenings: readonly Happening[]
  take(row: readonly number[], step: Omit<Step, 'branch'>): readonly Scene[]
  pathOf(local: Local): string
}

const GLOBAL_WORDS: Readonly<Record<(typeof GLOBAL)[number], string>> = {
  lose: 'The network seems gone',
  probe: 'It is time to see whether the network is back',
  drain: 'The node is about to stop'
}

/** Tells how a state was come to, in which peers have names again. */
export class PeerStory {
  readonly #init: PeerStoryInit

  constructor(init: PeerStoryInit) {
    this.#init = init
  }

  /**
   * @param index - The state in which the law is broken, or out of which the step leads that breaks it
   * @param last - That step
   */
  tell(index: number, breach: Breach, last?: Step): Counterexample {
    const { table, count, scenes } = this.#init
    const names: string[] = NAMES.slice(0, count)
    const story: string[] = []
    for (const { from, step: code } of table.path(index)) {
      const step = stepOf(code)
      const row = table.row(from)
      const before = scenes.sceneOf(row)
      const after = this.#init.take(row, step)[step.branch] ?? before
      story.push(`${this.#say(step, names)}${this.#changes(before, after, names)}`)
      scenes.rowOf(after, names)
    }
    if (last !== undefined) story.push(`${this.#say(last, names)}.`)
    const who = names[breach.place ?? count] ?? 'somebody'
    if (breach.happening !== undefined) story.push(`${breach.happening.say(who)}.`)
    return { law: breach.law, detail: breach.detail.replace('WHO', () => who), story }
  }

  #say({ place, which }: Step, names: readonly string[]): string {
    const global = GLOBAL[which]
    if (place >= this.#init.count) return global === undefined ? '' : GLOBAL_WORDS[global]
    return this.#init.happenings[which]?.say(names[place] ?? '') ?? ''
  }

  #changes(before: Scene, after: Scene, names: readonly string[]): string {
    const changed = after.peers.flatMap((local, place) => {
      const was = before.peers[place] ?? NOBODY
      const [old, now] = [this.#describe(was), this.#describe(local)]
      return old === now ? [] : `${names[place] ?? ''} is ${now}`
    })
    const mode = before.mode === after.mode ? [] : [`the scheduler is ${after.mode}`]
    const all = [...changed, ...mode]
    return all.length === 0 ? '.' : `: ${all.join('; ')}.`
  }

  #describe(local: Local): string {
    const { kind } = SlotTable.tokenOf(local.token) ?? {}
    const path = this.#init.pathOf(local)
    return kind === undefined ? path : `${path} with a slot (${kind})`
  }
}
