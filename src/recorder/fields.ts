import { LOCAL_REASONS, PRIORITIES, WIRE_REASONS } from '../../machines/index.ts'
import { printable } from '../printable.ts'
import type { PeerContext, PeerEvent } from '../../machines/index.ts'

/**
 * What a recording tells of events and of what charts remember: an allow-list, by which lines are written
 * and read. A field that is not in it reaches no file, and none is taken from one.
 */

type Kind = 'number' | 'flag' | 'text' | readonly string[]

/** What a group of fields may hold, by name. */
export type Kinds = Readonly<Record<string, Kind>>

export const KINDS = {
  at: 'number',
  authorizedAt: 'number',
  by: ['local', 'remote', 'network'],
  counted: 'number',
  detail: 'text',
  direction: ['inbound', 'outbound'],
  failures: 'number',
  isExcused: 'flag',
  lasting: 'flag',
  luck: 'number',
  priority: PRIORITIES,
  reason: [...WIRE_REASONS, ...LOCAL_REASONS],
  retryAfter: 'number',
  session: 'number',
  until: 'number',
  urgent: 'flag',
  usable: 'flag',
  wins: 'flag'
} as const satisfies Kinds

/** Characters of a text at the most: as many as a chart is told. */
const LONGEST = 1_000

type FieldsOf<T> = { readonly [Name in keyof Omit<T, 'type'>]-?: Kind }

type EventFields = {
  readonly [Type in PeerEvent['type']]: FieldsOf<Extract<PeerEvent, { type: Type }>>
}

const { at, by, detail, direction, isExcused, lasting, luck, priority, reason } = KINDS
const { retryAfter, session, until, urgent, usable, wins } = KINDS

const MOMENT = { at, luck }
const REFUSAL = { ...MOMENT, reason, by, retryAfter, detail }
const FAILURE = { ...MOMENT, isExcused }

/** What each event carries. */
const OF_EVENT: EventFields = {
  'peer.wanted': { priority, lasting, urgent },
  'peer.unwanted': {},
  'peer.dismissed': { reason, ...MOMENT },
  'peer.banned': { until, at },
  'peer.unbanned': {},
  'peer.pardoned': {},
  'peer.readdressed': {},
  'peer.restored': { reason, by, until, failures: KINDS.failures },
  'network.returned': {},
  'peer.forgotten': {},
  'connection.opened': {},
  'connection.closed': MOMENT,
  'slot.granted': { direction, usable, session },
  'dial.succeeded': { session },
  'dial.failed': { reason, detail, session, ...FAILURE },
  'dial.expired': { session, ...FAILURE },
  'feeler.failed': { reason, detail, ...FAILURE },
  'handshake.opened': { session },
  'handshake.offered': { wins, session },
  'handshake.yielded': { session },
  'handshake.accepted': { at, session },
  'handshake.refused': { session, ...REFUSAL },
  'handshake.expired': { session, ...FAILURE },
  'channel.refused': REFUSAL,
  'goodbye.received': REFUSAL,
  'update.refused': REFUSAL,
  'coolDown.over': { until }
}

/** What a chart remembers, beside whose it is. */
const OF_CONTEXT: FieldsOf<Omit<PeerContext, 'peer'>> = {
  session,
  direction,
  priority,
  lasting: PRIORITIES,
  failures: KINDS.failures,
  authorizedAt: KINDS.authorizedAt,
  reason,
  by,
  detail,
  until,
  counted: KINDS.counted
}

/** What a line holds of a field: JSON has no Infinity, so it is a word. */
export type Plain = string | number | boolean

/** Fields as a line holds them; those that are not set are left out. */
export type PlainFields = Readonly<Record<string, Plain>>

/** What the event carries, without its type. */
export const plainEvent = (event: PeerEvent): PlainFields => plain(event, OF_EVENT[event.type])

/** What the chart remembers. */
export const plainContext = (context: PeerContext): PlainFields => plain(context, OF_CONTEXT)

/** What the chart remembers otherwise than before; null stands for what it has forgotten. */
export function plainChange(
  before: PeerContext,
  after: PeerContext
): Readonly<Record<string, Plain | null>> {
  const [was, is] = [plainContext(before), plainContext(after)]
  const names = Object.keys(OF_CONTEXT).filter((name) => was[name] !== is[name])
  return Object.fromEntries(names.map((name) => [name, is[name] ?? null]))
}

/** @throws Error that names what was expected and what came */
export function readEvent(type: string, given: unknown): PeerEvent {
  const isEvent = Object.hasOwn(OF_EVENT, type)
  if (!isEvent) throw new Error(`Expected the type of an event, got ${shown(type)}`)
  const kinds = OF_EVENT[type as PeerEvent['type']]
  const fields = read(given, kinds)
  const missing = Object.keys(kinds).find((name) => name !== 'detail' && !(name in fields))
  if (missing !== undefined) throw new Error(`Expected ${type} to have ${missing}`)
  return { type, ...fields } as unknown as PeerEvent
}

/** @throws Error that names what was expected and what came */
export function readContext(peer: string, given: unknown): PeerContext {
  const fields = read(given, OF_CONTEXT)
  const empty = Object.fromEntries(Object.keys(OF_CONTEXT).map((name) => [name, undefined]))
  const missing = ALWAYS.find((name) => !(name in fields))
  if (missing !== undefined) throw new Error(`Expected a context to have ${missing}`)
  return { peer, ...empty, ...fields } as unknown as PeerContext
}

const ALWAYS = ['session', 'failures', 'authorizedAt', 'until', 'counted']

/** What is told of the fields that are set. */
export function plain(from: object, kinds: Kinds): PlainFields {
  const fields: Record<string, Plain> = {}
  for (const name of Object.keys(kinds)) {
    const value = (from as Readonly<Record<string, Plain | undefined>>)[name]
    if (value !== undefined) fields[name] = value === Infinity ? 'Infinity' : value
  }
  return fields
}

/**
 * Fields of these kinds, and no others.
 *
 * @throws Error that names what was expected and what came
 */
export function read(given: unknown, kinds: Kinds): Record<string, Plain> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new Error(`Expected an object of fields, got ${shown(given)}`)
  }
  const fields: Record<string, Plain> = {}
  for (const [name, value] of Object.entries(given)) {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
    if (kind === undefined) {
      throw new Error(`Expected ${Object.keys(kinds).join(', ') || 'no field'}, got ${shown(name)}`)
    }
    fields[name] = readField(name, kind, value)
  }
  return fields
}

function readField(name: string, kind: Kind, value: unknown): Plain {
  if (kind === 'number') {
    if (value === 'Infinity') return Infinity
    if (typeof value === 'number') return value
  } else if (kind === 'flag') {
    if (typeof value === 'boolean') return value
  } else if (typeof value === 'string') {
    if (kind === 'text' ? value.length <= LONGEST : kind.includes(value)) return value
  }
  const expected = typeof kind === 'string' ? EXPECTED[kind] : kind.join(' or ')
  throw new Error(`Expected ${name} to be ${expected}, got ${shown(value)}`)
}

const EXPECTED = {
  number: 'a number or "Infinity"',
  flag: 'true or false',
  text: `a text of at most ${LONGEST} characters`
}

/** A value from a file, fit for an error. */
export const shown = (value: unknown): string =>
  value === undefined ? 'nothing' : printable(JSON.stringify(value), 80)
