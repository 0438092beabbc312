import { realClock } from '../../real-clock.ts'

/** What must happen at the node under test did not, or what must not did. */
export class UnmetError extends Error {
  static override name = 'UnmetError'

  constructor(message: string) {
    super(message)
    this.name = 'UnmetError'
  }
}

/** @throws UnmetError with `what`, unless it is so */
export function demand(isSo: boolean, what: string): void {
  if (!isSo) throw new UnmetError(what)
}

/** @throws UnmetError that shows both, unless they are the same as JSON */
export function demandEqual(got: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(got), JSON.stringify(expected)]
  demand(a === b, `${what}: expected ${b}, got ${a}`)
}

/** Milliseconds between two looks at something that is waited for. */
const LOOK_INTERVAL = 2

/** How long is waited for what happens on a real network: in real time, whatever clock a node runs on. */
export class Patience {
  readonly #clock = realClock()
  readonly #ms: number

  /** @param ms - Milliseconds for whatever is waited for */
  constructor(ms: number) {
    this.#ms = ms
  }

  /** Waits until it is so; fails with `what` if it is not so in time. */
  async until(isSo: () => boolean, what: string): Promise<void> {
    const end = this.#clock.now() + this.#ms
    while (!isSo()) {
      demand(this.#clock.now() < end, `${what}: not within ${this.#ms} ms`)
      await this.pause(LOOK_INTERVAL)
    }
  }

  /** The result of the promise; fails with `what` if there is none in time. */
  async within<T>(promise: Promise<T>, what: string): Promise<T> {
    const late = Promise.withResolvers<never>()
    const cancel = this.#clock.after(this.#ms, () => {
      late.reject(new UnmetError(`${what}: not within ${this.#ms} ms`))
    })
    try {
      return await Promise.race([promise, late.promise])
    } finally {
      cancel()
    }
  }

  /** Lets real time pass. */
  async pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => this.#clock.after(ms, resolve))
  }
}
