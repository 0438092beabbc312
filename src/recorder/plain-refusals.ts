import { DOORS } from '../refusals.ts'
import { KINDS, plain, read } from './fields.ts'
import type { RecordedRefusal, RefusalEntry } from './entry.ts'
import type { Kinds, PlainFields } from './fields.ts'

/** A "no" as a line holds it, beside who was refused. */
export interface PlainRefusal extends Omit<RecordedRefusal, 'peer'> {
  /** Refusals that were left out before it; absent if none were. */
  readonly omitted?: number
}

const FIELDS = {
  door: DOORS,
  direction: KINDS.direction,
  reason: KINDS.reason,
  by: KINDS.by,
  detail: KINDS.detail,
  omitted: 'number'
} as const satisfies Kinds

/** @param hides - Is the detail, which may quote an id or an address, left out? */
export function plainRefusal(entry: RefusalEntry, hides: boolean): PlainFields {
  const { detail, omitted, ...fields } = plain(entry, FIELDS)
  return {
    ...fields,
    ...(detail !== undefined && !hides && { detail }),
    ...(omitted !== 0 && omitted !== undefined && { omitted })
  }
}

/** @throws Error that names what was expected and what came */
export function readRefusal(given: unknown): PlainRefusal {
  const fields = read(given, FIELDS)
  for (const name of ['door', 'direction', 'reason', 'by']) {
    if (!(name in fields)) throw new Error(`Expected a refusal to have ${name}`)
  }
  const { omitted = 1 } = fields
  if (Number.isInteger(omitted) && Number(omitted) > 0) return fields as unknown as PlainRefusal
  throw new Error(`Expected omitted to be a whole number above 0, got ${omitted}`)
}
