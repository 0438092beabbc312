import { createActor } from 'xstate'
import { schedulerMachine } from '../../machines/index.ts'
import { PROBE_INTERVAL } from './constants.ts'
import type { Cancel, Clock } from '../clock.ts'
import type { SchedulerEvent, SchedulerMode } from '../../machines/index.ts'

/** Runs the scheduler's chart: whether anybody is dialed at all, and, while offline, the probes. */
export class ModeOfDialing {
  readonly #actor: ReturnType<typeof createActor<typeof schedulerMachine>>
  /** The deadline of the next probe (offline entered -> left). */
  #probe: Cancel | undefined
  #isProbing = false

  /** @param wake - lets the scheduler plan */
  constructor(clock: Clock, wake: () => void) {
    const machine = schedulerMachine.provide({
      actions: {
        armProbe: () => {
          this.#probe?.()
          this.#probe = clock.after(PROBE_INTERVAL, () => this.send({ type: 'probe.due' }))
        },
        clearProbe: () => {
          this.#probe?.()
          this.#probe = undefined
          this.#isProbing = false
        },
        probe: () => {
          this.#isProbing = true
          wake()
        },
        wake
      }
    })
    this.#actor = createActor(machine).start()
  }

  get value(): SchedulerMode {
    return this.#actor.getSnapshot().value
  }

  /** Are slots granted? */
  get isGranting(): boolean {
    return this.#actor.getSnapshot().hasTag('granting')
  }

  /** While offline: may one candidate be tried now? */
  get isProbing(): boolean {
    return this.#isProbing
  }

  /** The candidate of this probe is being tried. */
  probed(): void {
    this.#isProbing = false
  }

  send(event: SchedulerEvent): void {
    this.#actor.send(event)
  }
}
