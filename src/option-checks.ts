import { InvalidOptionsError } from './errors.ts'
import { printable } from './printable.ts'

/** What a value must be: the question, and the answer in words. */
export interface Rule {
  readonly holds: (value: unknown) => boolean
  readonly expected: string
}

/** A rule for each option of a group. */
export type Rules<Options> = Readonly<Record<keyof Options, Rule>>

export const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1

const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && !Number.isNaN(value)

/** A whole number from 1. */
export const COUNT: Rule = { holds: isCount, expected: 'a whole number from 1' }

/** A whole number from 1; `Infinity` stands for "no limit". */
export const LIMIT: Rule = {
  holds: (value) => isCount(value) || value === Infinity,
  expected: 'a whole number from 1, or Infinity for no limit'
}

/** A whole number from 0. */
export const WHOLE: Rule = {
  holds: (value) => value === 0 || isCount(value),
  expected: 'a whole number from 0'
}

/** Finite milliseconds. */
export const TIME: Rule = {
  holds: (value) => isNumber(value) && value > 0 && value < Infinity,
  expected: 'a number of milliseconds above 0'
}

/** Milliseconds; `Infinity` stands for "never". */
export const INTERVAL: Rule = {
  holds: (value) => isNumber(value) && value > 0,
  expected: 'a number of milliseconds above 0, or Infinity for never'
}

/** A share of a whole. */
export const SHARE: Rule = {
  holds: (value) => isNumber(value) && value >= 0 && value <= 1,
  expected: 'a number from 0 to 1'
}

/** So many in a second; `Infinity` stands for "no limit". */
export const RATE: Rule = {
  holds: (value) => isNumber(value) && value > 0,
  expected: 'a number above 0, or Infinity for no limit'
}

export const FLAG: Rule = {
  holds: (value) => typeof value === 'boolean',
  expected: 'true or false'
}

/** One of these words. */
export const oneOf = (...words: readonly string[]): Rule => ({
  holds: (value) => typeof value === 'string' && words.includes(value),
  expected: words.map((word) => `'${word}'`).join(' or ')
})

/** A function, or nothing. */
export const CALLBACK: Rule = {
  holds: (value) => value === undefined || typeof value === 'function',
  expected: 'a function or nothing'
}

/**
 * One group of options with its defaults filled in, every value checked.
 *
 * @throws InvalidOptionsError with the option's path, what was expected and what was given
 */
export function readGroup<Options extends object>(
  group: string,
  init: unknown,
  defaults: Options,
  rules: Rules<Options>
): Readonly<Options> {
  expect(init === undefined || isObject(init), group, 'an object', init)
  const given = Object.entries(init ?? {}).filter(([, value]) => value !== undefined)
  const names = Object.keys(rules)
  for (const [name, value] of given) {
    const known = `one of ${names.join(', ')}`
    expect(names.includes(name), `an option of ${group}`, known, name)
    const { holds, expected } = rules[name as keyof Options]
    expect(holds(value), `${group}.${name}`, expected, value)
  }
  return Object.freeze({ ...defaults, ...Object.fromEntries(given) })
}

/** @throws InvalidOptionsError that names the option, what was expected and what was given */
export function expect(holds: boolean, option: string, expected: string, got: unknown): void {
  if (holds) return
  throw new InvalidOptionsError(
    `Expected ${printable(option)} to be ${expected}, got ${shown(got)}`
  )
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `"${printable(value, 80)}"`
  if (typeof value === 'function') return 'a function'
  if (isObject(value)) return Array.isArray(value) ? 'an array' : 'an object'
  return printable(String(value), 80)
}
