/**
 * Bytes as a list of decisions: whatever the bytes are, something is made of them, so that every mutation
 * of them is another thing of the same kind. When they are used up, the first choice is taken.
 */
export class Choices {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isOver(): boolean {
    return this.#at >= this.#bytes.byteLength
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 0
  }

  /** A whole number below `end`, which is at most 65,536. */
  below(end: number): number {
    return end <= 256 ? this.byte() % end : (this.byte() * 256 + this.byte()) % end
  }

  flag(): boolean {
    return this.byte() % 2 === 1
  }

  of<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0]
  }

  /** At most `max` bytes; how many there are is said by the first ones. */
  bytes(max: number): Uint8Array {
    const length = this.below(max + 1)
    const bytes = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += length
    return bytes.slice()
  }

  /** Text of at most `max` bytes, with whatever is in it that is no UTF-8 replaced. */
  text(max: number): string {
    return Buffer.from(this.bytes(max)).toString('utf8')
  }

  /** Any number that a program might meet. */
  number(): number {
    const kind = this.byte()
    if (kind < 64) return kind
    if (kind < 192) return this.below(65_536)
    return NUMBERS[kind % NUMBERS.length] ?? 0
  }
}

const NUMBERS = [
  0,
  -0,
  -1,
  0.5,
  1 / 3,
  1,
  1e-300,
  2 ** 31,
  2 ** 32,
  Number.MAX_SAFE_INTEGER,
  2 ** 53,
  1e300,
  Infinity,
  -Infinity,
  NaN
]
