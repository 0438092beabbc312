import { transition, initialTransition } from 'xstate'
import { schedulerMachine } from '../../../machines/index.ts'
import type { SchedulerEvent, SchedulerMode } from '../../../machines/index.ts'

/** What this node holds of one peer: where its chart is, and what stands outside because of it. */
export interface Local {
  /** The number of the state of its chart. */
  readonly chart: number
  /** Its slot, or 0. */
  readonly token: number
  readonly isLinked: boolean
  /** The deadline that is armed. */
  readonly deadline: '' | 'dial' | 'handshake' | 'coolDown'
  /** Is a dial of ours in flight? */
  readonly isDialing: boolean
  /** Do its streams pass? */
  readonly isGateOpen: boolean
}

export const NOBODY: Local = {
  chart: 0,
  token: 0,
  isLinked: false,
  deadline: '',
  isDialing: false,
  isGateOpen: false
}

/** Everything at one moment. Changed in place while a step is taken. */
export interface Scene {
  mode: SchedulerMode
  /** May one candidate be tried although the network seems gone? */
  isProbing: boolean
  /** Is the deadline of the next probe armed? */
  isProbeArmed: boolean
  peers: Local[]
}

/** What is held of the peer at this place. */
export const localAt = (scene: Scene, place: number): Local => scene.peers[place] ?? NOBODY

/** Something of it is otherwise from now on. */
export function change(scene: Scene, place: number, changed: Partial<Local>): void {
  scene.peers[place] = { ...localAt(scene, place), ...changed }
}

/** Who holds which slot. */
export const tokensOf = ({ peers }: Scene): number[] => peers.map(({ token }) => token)

const DEADLINES = ['', 'dial', 'handshake', 'coolDown'] as const
const MODES = ['stopped', 'filling', 'full', 'offline', 'draining'] as const

/** Scenes as rows of numbers, in which it makes no difference who is who. */
export class SceneBook {
  readonly #locals: Local[] = []
  readonly #numbers = new Map<number, number>()

  /** Different things that this node may hold of a peer. */
  get size(): number {
    return this.#locals.length
  }

  /** The row of a scene. Peers are put into the order of the row; `names` with them. */
  rowOf(scene: Scene, names: string[] = []): number[] {
    const flags = (scene.isProbing ? 1 : 0) + (scene.isProbeArmed ? 2 : 0)
    const row = [MODES.indexOf(scene.mode) * 4 + flags]
    for (const [place, local] of scene.peers.entries()) {
      const number = this.numberOf(local)
      const name = names[place] ?? ''
      let at = place
      for (; at > 0 && (row[at] ?? 0) > number; at--) {
        row[at + 1] = row[at] ?? 0
        names[at] = names[at - 1] ?? ''
      }
      row[at + 1] = number
      names[at] = name
    }
    return row
  }

  sceneOf([head = 0, ...numbers]: readonly number[]): Scene {
    return {
      mode: MODES[head >> 2] ?? 'stopped',
      isProbing: (head & 1) === 1,
      isProbeArmed: (head & 2) === 2,
      peers: numbers.map((number) => this.local(number))
    }
  }

  local(number: number): Local {
    return this.#locals[number] ?? NOBODY
  }

  numberOf(local: Local): number {
    const { chart, token, isLinked, deadline, isDialing, isGateOpen } = local
    const flags = (isLinked ? 1 : 0) + (isDialing ? 2 : 0) + (isGateOpen ? 4 : 0)
    const key = ((chart * 16 + token) * 4 + DEADLINES.indexOf(deadline)) * 8 + flags
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const number = this.#locals.push(local) - 1
    this.#numbers.set(key, number)
    return number
  }
}

const START = initialTransition(schedulerMachine)[0]

interface ModeStep {
  readonly mode: SchedulerMode
  readonly effects: readonly string[]
}

/** The production chart of the scheduler as a table, made as it is asked. */
const modeSteps = new Map<string, ModeStep>()

function modeStep(mode: SchedulerMode, event: SchedulerEvent): ModeStep {
  const key = `${mode} ${event.type}`
  const known = modeSteps.get(key)
  if (known !== undefined) return known
  const snapshot = schedulerMachine.resolveState({ ...START, value: mode })
  const [next, actions] = transition(schedulerMachine, snapshot, event)
  const step = { mode: next.value, effects: actions.map(({ type }) => type) }
  modeSteps.set(key, step)
  return step
}

/** What the production chart of the scheduler makes of an event. */
export function tellScheduler(scene: Scene, event: SchedulerEvent): void {
  const { mode, effects } = modeStep(scene.mode, event)
  scene.mode = mode
  for (const effect of effects) {
    if (effect === 'armProbe') scene.isProbeArmed = true
    if (effect === 'probe') scene.isProbing = true
    if (effect === 'clearProbe') {
      scene.isProbeArmed = false
      scene.isProbing = false
    }
  }
}
