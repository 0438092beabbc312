import { headlineOf } from './printable.ts'
import type { Clock } from './clock.ts'
import type { AnyMachineSnapshot, AnyStateMachine, InspectionEvent } from 'xstate'

/** Who looks on: a function, or an observer such as `inspector.inspect` of `@statelyai/inspect`. */
export type InspectionObserver =
  | ((event: InspectionEvent) => void)
  | { next?: ((event: InspectionEvent) => void) | undefined }

/** What an event is about. */
type ActorRef = InspectionEvent['actorRef']

/** An actor of xstate with what inspectors read of it besides. */
type Actor = ActorRef & { readonly id: string; readonly logic: AnyStateMachine }

/** Milliseconds in which an observer that goes on failing is reported no more than once: a minute. */
const SILENCE = 60_000

/**
 * Hands what xstate tells of our actors to an observer, as copies that are plain data: nothing live can be
 * reached from them, and nothing that an observer does to them reaches a chart. The events have the shapes
 * of xstate's own and come in their order, but when nothing is under way any more: then an observer may
 * call whatever it likes.
 */
export class Onlooker {
  readonly #observer: InspectionObserver
  readonly #clock: Pick<Clock, 'now'>
  readonly #onFault: (error: unknown) => void
  readonly #refs = new WeakMap<ActorRef, ActorRef>()
  readonly #logics = new WeakMap<AnyStateMachine, object>()
  /** What is not yet handed over (happened -> the work that it is part of is done). */
  #waiting: InspectionEvent[] = []
  #faultAt = -Infinity

  /**
   * @param observer - May throw, or reject
   * @param onFault - The observer has failed; told once a minute at the most
   */
  constructor(
    observer: InspectionObserver,
    clock: Pick<Clock, 'now'>,
    onFault: (error: unknown) => void
  ) {
    this.#observer = observer
    this.#clock = clock
    this.#onFault = onFault
  }

  /** For the options of an actor. Never throws. */
  readonly inspect = (event: InspectionEvent): void => {
    if (this.#waiting.push(this.#copyOf(event)) === 1) queueMicrotask(() => this.#handOver())
  }

  #handOver(): void {
    const events = this.#waiting
    this.#waiting = []
    for (const event of events) {
      try {
        const result = this.#tell(event)
        if (result instanceof Promise) result.catch((error: unknown) => this.#failed(error))
      } catch (error) {
        this.#failed(error)
      }
    }
  }

  #tell(event: InspectionEvent): unknown {
    const observer = this.#observer
    return typeof observer === 'function' ? observer(event) : observer.next?.(event)
  }

  #failed(error: unknown): void {
    const now = this.#clock.now()
    if (now - this.#faultAt < SILENCE) return
    this.#faultAt = now
    this.#onFault(error)
  }

  #copyOf(event: InspectionEvent): InspectionEvent {
    const { actorRef, snapshot, ...rest } = event as InspectionEvent & { snapshot?: unknown }
    return {
      ...(plain(rest) as InspectionEvent),
      actorRef: this.#refOf(actorRef),
      ...(snapshot !== undefined && { snapshot: snapshotOf(snapshot) })
    } as InspectionEvent
  }

  /** The same for the same actor: an observer may tell actors apart by it. */
  #refOf(actorRef: ActorRef): ActorRef {
    const known = this.#refs.get(actorRef)
    if (known !== undefined) return known
    const { id, sessionId, logic } = actorRef as Actor
    const ref = Object.freeze({
      id,
      sessionId,
      logic: this.#logicOf(logic),
      getSnapshot: () => snapshotOf(actorRef.getSnapshot()),
      send: () => {
        throw new TypeError('Expected an observer to look on, and it sends an event')
      }
    })
    this.#refs.set(actorRef, ref)
    return ref
  }

  #logicOf(machine: AnyStateMachine): object {
    const known = this.#logics.get(machine)
    if (known !== undefined) return known
    const logic = { id: machine.id, config: plain(machine.config) }
    this.#logics.set(machine, logic)
    return logic
  }
}

/** What a chart's snapshot says, without the chart itself. */
function snapshotOf(snapshot: unknown): unknown {
  const {
    status,
    value,
    context,
    tags = [],
    output,
    error
  } = snapshot as Partial<AnyMachineSnapshot>
  const told = { status, value, context, output, error, children: {}, historyValue: {} }
  return { ...(plain(told) as object), tags: [...tags] }
}

/**
 * A copy of data. An error becomes its headline, a function its name, a transition what it says of itself in
 * JSON; nothing is left of what else lives.
 */
function plain(value: unknown): unknown {
  if (typeof value === 'function') return { type: value.name }
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Error) return headlineOf(value)
  if (Array.isArray(value)) return value.map(plain)
  const { toJSON, ...rest } = value as { toJSON?: unknown }
  if (typeof toJSON === 'function') {
    const told: unknown = toJSON.call(value)
    return plain(typeof told === 'object' ? { ...told, toJSON: undefined } : told)
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return undefined
  return Object.fromEntries(Object.entries(rest).map(([name, inner]) => [name, plain(inner)]))
}
