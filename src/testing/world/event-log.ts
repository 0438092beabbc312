import { createHash } from 'node:crypto'

/** Characters that are hashed at once. */
const CHUNK = 1 << 16

/** One thing that happened, and to whom. */
export interface Entry {
  /** Milliseconds from the beginning. */
  readonly at: number
  /** Everybody it touches, by index; nobody if it touches all. */
  readonly peers: readonly number[]
  readonly text: string
}

/** Everything that happens, hashed as it happens, and kept only if somebody wants to tell it. */
export class EventLog {
  readonly #hash = createHash('sha256')
  readonly #entries: Entry[] | undefined
  #chunk = ''
  #count = 0

  /** @param isKept - Keeps every entry in memory, for a story */
  constructor(isKept: boolean) {
    this.#entries = isKept ? [] : undefined
  }

  /** Entries so far. */
  get count(): number {
    return this.#count
  }

  get entries(): readonly Entry[] {
    return this.#entries ?? []
  }

  write(at: number, peers: readonly number[], text: string): void {
    this.#count++
    this.#chunk += `${at} ${peers.join()} ${text}\n`
    if (this.#chunk.length > CHUNK) this.#flush()
    this.#entries?.push({ at, peers, text })
  }

  /** The hash of all that was written. Nothing can be written any more. */
  end(): string {
    this.#flush()
    return this.#hash.digest('hex')
  }

  #flush(): void {
    this.#hash.update(this.#chunk)
    this.#chunk = ''
  }
}
