import type { Clock } from '../../clock.ts'
import type { Links } from './links.ts'
import type { Resident } from './resident.ts'

/**
 * Milliseconds in which two nodes that see each other undisturbed agree whether they are authorized: a
 * handshake's deadline, a goodbye, the end of its connection, and both once more.
 */
const CALM = 40_000

/** Do any two nodes that can speak with each other agree whether they are authorized? */
export class Agreement {
  readonly #clock: Clock
  readonly #links: Links
  readonly #onDisagreement: (a: Resident, b: Resident) => void
  /** Pairs that disagree, since when. */
  readonly #apart = new Map<string, number>()

  constructor(clock: Clock, links: Links, onDisagreement: (a: Resident, b: Resident) => void) {
    this.#clock = clock
    this.#links = links
    this.#onDisagreement = onDisagreement
  }

  /** One of the two has another opinion of the other. */
  changed(one: Resident, other: Resident): void {
    const [a, b] = one.index < other.index ? [one, other] : [other, one]
    const pair = `${a.index} ${b.index}`
    if (agree(a, b)) return void this.#apart.delete(pair)
    const now = this.#clock.now()
    this.#apart.set(pair, now)
    this.#clock.after(CALM, () => this.#look(a, b, now))
  }

  #look(a: Resident, b: Resident, since: number): void {
    const pair = `${a.index} ${b.index}`
    // they have agreed meanwhile, which `changed` was told
    if (this.#apart.get(pair) !== since) return
    const now = this.#clock.now()
    const isDisturbed = this.#links.isDisturbed(a, b)
    const calmSince = isDisturbed ? now : Math.max(since, a.disturbedAt, b.disturbedAt)
    if (now - calmSince >= CALM) return this.#onDisagreement(a, b)
    this.#clock.after(CALM - (now - calmSince), () => this.#look(a, b, since))
  }
}

const agree = (a: Resident, b: Resident): boolean => a.authorizes(b) === b.authorizes(a)
