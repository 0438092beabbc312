import { DOORS } from '../refusals.ts'
import { KINDS, plain, read } from './fields.ts'
import type { RefusalEntry } from './entry.ts'
import type { Kinds, PlainFields } from './fields.ts'

/** What a line holds of a "no", beside who was refused. */
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
export function readRefusal(given: unknown): PlainFields {
  const fields = read(given, FIELDS)
  for (const name of ['door', 'direction', 'reason', 'by']) {
    if (!(name in fields)) throw new Error(`Expected a refusal to have ${name}`)
  }
  const { omitted = 1 } = fields
  if (Number.isInteger(omitted) && Number(omitted) > 0) return fields
  throw new Error(`Expected omitted to be a whole number above 0, got ${omitted}`)
}
