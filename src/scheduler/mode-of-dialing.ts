import { createActor } from 'xstate'
import { schedulerMachine } from '../../machines/index.ts'
import { PROBE_INTERVAL } from './constants.ts'
import type { Cancel, Clock } from '../clock.ts'
import type { SchedulerEvent, SchedulerMode } from '../../machines/index.ts'
import type { InspectionEvent, SnapshotFrom } from 'xstate'

/** Told of an event that the scheduler's chart has taken, and of the mode before and after. */
export type ModeListener = (
  event: SchedulerEvent['type'],
  from: SchedulerMode,
  to: SchedulerMode
) => void

/** Runs the scheduler's chart: whether anybody is dialed at all, and, while offline, the probes. */
export class ModeOfDialing {
  readonly #actor: ReturnType<typeof createActor<typeof schedulerMachine>>
  /** The deadline of the next probe (offline entered -> left). */
  #probe: Cancel | undefined
  #isProbing = false

  /**
   * @param wake - Lets the scheduler plan
   * @param onTaken - Told of every event that is not ignored
   * @param inspect - Told of everything that the actor does
   */
  constructor(
    clock: Clock,
    wake: () => void,
    onTaken?: ModeListener,
    inspect?: (event: InspectionEvent) => void
  ) {
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
    const heard = onTaken && hearing(onTaken)
    this.#actor = createActor(machine, {
      id: 'scheduler',
      ...((heard ?? inspect) && {
        inspect: (event: InspectionEvent) => {
          heard?.(event)
          inspect?.(event)
        }
      })
    }).start()
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

/** What xstate tells of every event, from within which others may be sent, put in order. */
function hearing(onTaken: ModeListener): (inspected: InspectionEvent) => void {
  let from: SchedulerMode = 'stopped'
  return (inspected) => {
    if (inspected.type !== '@xstate.snapshot') return
    const { value: to } = inspected.snapshot as SnapshotFrom<typeof schedulerMachine>
    const type = inspected.event.type as SchedulerEvent['type'] | 'xstate.init'
    const before = from
    from = to
    if (type !== 'xstate.init' && (to !== before || type === 'probe.due')) onTaken(type, before, to)
  }
}
