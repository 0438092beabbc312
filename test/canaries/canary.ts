import { test } from 'vitest'

/** What is to be done on the day on which a canary turns red. */
export interface Consequence {
  /** The measurement that it repeats, if it is one of the numbered ones: `M1`. */
  readonly row?: string
  /** The file that can be simplified then, or has to be looked at, from the root of the project. */
  readonly file: string
  /** What of it, to be read after the name of the file: `can drop its copies`. */
  readonly so: string
}

/**
 * A test of what upstream does, and not of this library: something that is built around. Red means that
 * upstream has changed, for good or bad, and says which file knows of it.
 */
export function canary(
  what: string,
  { row, file, so }: Consequence,
  look: () => void | Promise<void>
): void {
  test(`${row === undefined ? '' : `${row}: `}${what} (${file})`, async () => {
    try {
      await look()
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new Error(`upstream changed: ${file} ${so}\n${reason}`, { cause })
    }
  })
}
