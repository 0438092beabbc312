import { OPENERS } from '../openers.ts'
import { printable } from '../printable.ts'
import { read, shown } from './fields.ts'
import { LONGEST_ADDRESS, LONGEST_ID } from './format.ts'
import type { RecordedConnection } from './entry.ts'
import type { Kinds, PlainFields } from './fields.ts'

/** What a line holds of a connection. */
const FIELDS = {
  id: 'text',
  opener: OPENERS,
  limited: 'flag',
  address: 'text'
} as const satisfies Kinds

/** @param hides - Is the address, which tells who the peer is, left out? */
export const plainConnection = (
  { id, opener, limited, address }: RecordedConnection,
  hides: boolean
): PlainFields => ({
  id,
  opener,
  ...(limited && { limited }),
  ...(address !== undefined && !hides && { address })
})

/** @throws Error that names what was expected and what came */
export function readConnection(given: unknown): RecordedConnection {
  const fields = read(given, FIELDS)
  for (const name of ['id', 'opener']) {
    if (!(name in fields)) throw new Error(`Expected a connection to have ${name}`)
  }
  const { limited = false, id, opener, address } = fields
  checkText('id', id, LONGEST_ID)
  checkText('address', address, LONGEST_ADDRESS)
  return { id, opener, limited, address } as RecordedConnection
}

function checkText(name: string, text: unknown, longest: number): void {
  if (typeof text !== 'string' || printable(text, longest) === text) return
  const expected = `a printable text of at most ${longest} characters`
  throw new Error(`Expected ${name} to be ${expected}, got ${shown(text)}`)
}
