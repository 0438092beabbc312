import { TypedEventEmitter } from 'main-event'
import type { EventHandler, EventObject } from 'main-event'

/**
 * An event target whose listeners cannot harm anybody: one that throws, or whose promise rejects, is
 * reported, and the others run. In a plain event target it would be an uncaught exception or an
 * unhandled rejection, and the end of the process.
 */
export abstract class ContainedEvents<
  Events extends { [Name in keyof Events]: Event }
> extends TypedEventEmitter<Events> {
  readonly #contained = new WeakMap<object, (event: Event) => void>()

  /** Called with what a listener threw. */
  protected abstract onListenerFault(error: unknown): void

  override addEventListener<K extends keyof Events>(
    type: K,
    listener: EventHandler<Events[K]> | null,
    options?: boolean | AddEventListenerOptions
  ): void {
    super.addEventListener(type, listener === null ? null : this.#contain(listener), options)
  }

  override removeEventListener<K extends keyof Events>(
    type: K,
    listener?: EventHandler<Events[K]> | null,
    options?: boolean | EventListenerOptions
  ): void {
    super.removeEventListener(type, listener ? this.#contain(listener) : null, options)
  }

  #contain<E extends Event>(listener: EventHandler<E>): (event: E) => void {
    const known = this.#contained.get(listener)
    if (known !== undefined) return known as (event: E) => void
    const contained = (event: E): void => {
      try {
        const result: unknown =
          typeof listener === 'function'
            ? listener(event)
            : (listener as EventObject<E>).handleEvent(event)
        if (result instanceof Promise) result.catch((error: unknown) => this.onListenerFault(error))
      } catch (error) {
        this.onListenerFault(error)
      }
    }
    this.#contained.set(listener, contained as (event: Event) => void)
    // the base class removes by what it was given: a listener whose signal is aborted, for one
    this.#contained.set(contained, contained as (event: Event) => void)
    return contained
  }
}
