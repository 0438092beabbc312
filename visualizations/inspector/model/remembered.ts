/** The last thing that was made, as long as the occasion is the same. */
export class Remembered<T> {
  #occasion: string | undefined = undefined
  #made: T | undefined = undefined

  of(occasion: string, make: () => T): T {
    if (this.#made === undefined || this.#occasion !== occasion) {
      this.#made = make()
      this.#occasion = occasion
    }
    return this.#made
  }
}
