import { LOCAL_REASONS, MAX_FAILURES, WIRE_REASONS } from '../../machines/index.ts'
import { GOOD_FOR, REMOVED_AFTER } from './constants.ts'
import type { Reason, Side } from '../../machines/index.ts'

/**
 * What is remembered, one record a key: small JSON that a person can read. Nothing of a record is
 * believed before it is checked, for the datastore may be shared, torn by a crash, or somebody else's.
 * There is no authorization in it and no hello: whoever comes back shakes hands.
 */

/** A ban, or the end of one: shared by all nodes with one datastore. */
export interface BanRecord {
  /** Epoch milliseconds at which it was said: of two records of one peer the later one counts. */
  readonly at: number
  /** Epoch milliseconds of its end, Infinity for none; `lifted` if it was taken back. */
  readonly until: number | 'lifted'
}

/** A "no" that has effect until a time. */
export interface RememberedNo {
  readonly reason: Reason
  readonly by: Side
  /** Epoch milliseconds; Infinity for ever. */
  readonly until: number
  /** What our verdicts depended on then, in short. */
  readonly under?: string
}

/** What this node knows of one peer. */
export interface PeerRecord {
  /** Epoch milliseconds at which it was true. */
  readonly at: number
  /** The last "no", while it had effect. */
  readonly no?: RememberedNo
  /** Failures in a row; they decide how long the next cool-down is. */
  readonly failures?: number
  /** Epoch milliseconds at which the peer was found to be good last: authorized, or answering a feeler. */
  readonly goodAt?: number
  /** Where it was, the best first, as text; at most {@link MAX_ADDRESSES}. */
  readonly addresses?: readonly string[]
  /** The application asked for it as a static peer, at run time. */
  readonly isStatic?: boolean
  /** It is dialed first after a restart. */
  readonly isAnchor?: boolean
}

/** Why bytes are no record. */
export type RecordFault =
  /** More bytes than a record has. */
  | 'oversized'
  /** No text, no JSON, or cut off. */
  | 'torn'
  /** JSON of another shape, or with values that cannot be. */
  | 'malformed'
  /** Of a later version of this library. It is left alone. */
  | 'future'

/** The version of the records' shape. */
const RECORD_VERSION = 1

/** Bytes of one record. */
export const MAX_RECORD_SIZE = 4_096

/** Addresses of one peer. */
export const MAX_ADDRESSES = 8

/** Characters of one address; one with two certificate hashes has about 300. */
const MAX_ADDRESS_LENGTH = 512

/** Characters of what our verdicts depended on. */
const MAX_SHORT_LENGTH = 16

/** The last moment that a `Date` knows, in epoch milliseconds (ECMA-262). */
const LAST_MOMENT = 8.64e15

const REASONS: ReadonlySet<unknown> = new Set([...WIRE_REASONS, ...LOCAL_REASONS])
const SIDES: ReadonlySet<unknown> = new Set(['local', 'remote', 'network'])

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function encodeBan({ at, until }: BanRecord): Uint8Array {
  return encode({ v: RECORD_VERSION, at, until: until === Infinity ? 'forever' : until })
}

/** Addresses that make the record too long are left out, the last ones first. */
export function encodePeer(record: PeerRecord): Uint8Array {
  const { no, addresses = [], ...rest } = record
  const told = no && { ...no, until: no.until === Infinity ? 'forever' : no.until }
  const fit = addresses.filter(isAddress).slice(0, MAX_ADDRESSES)
  for (;;) {
    const list = fit.length === 0 ? undefined : fit
    const bytes = encode({ v: RECORD_VERSION, ...rest, no: told, addresses: list })
    if (bytes.byteLength <= MAX_RECORD_SIZE) return bytes
    fit.pop()
  }
}

/** Reads a ban; the word for what is wrong with it if it is none. Never throws. */
export function readBan(bytes: unknown): BanRecord | RecordFault {
  const json = readJson(bytes)
  if (typeof json === 'string') return json
  const { at, until } = json
  if (!isMoment(at)) return 'malformed'
  if (until === 'lifted') return { at, until }
  const end = endOf(until)
  return end === undefined ? 'malformed' : { at, until: end }
}

/** Reads what is known of a peer; the word for what is wrong with it if it is nothing. Never throws. */
export function readPeer(bytes: unknown): PeerRecord | RecordFault {
  const json = readJson(bytes)
  if (typeof json === 'string') return json
  const { at, failures, goodAt, isStatic, isAnchor } = json
  const no = readNo(json['no'])
  const addresses = readAddresses(json['addresses'])
  const isSound =
    isMoment(at) &&
    no !== 'malformed' &&
    addresses !== 'malformed' &&
    isOptional(failures, isCount) &&
    isOptional(goodAt, isMoment) &&
    isOptional(isStatic, isFlag) &&
    isOptional(isAnchor, isFlag)
  if (!isSound) return 'malformed'
  return {
    at,
    ...(no !== undefined && { no }),
    ...(failures !== undefined && { failures }),
    ...(goodAt !== undefined && { goodAt }),
    ...(addresses !== undefined && { addresses }),
    ...(isStatic !== undefined && { isStatic }),
    ...(isAnchor !== undefined && { isAnchor })
  }
}

/**
 * How long a thing that was said at `at` and ends at `until` still lasts, in milliseconds. A wall clock
 * that was set back since then lengthens nothing, one that was set forward ends it early.
 */
export function timeLeft({ at, until }: { at: number; until: number }, now: number): number {
  return Math.max(0, Math.min(until - now, until - at))
}

/**
 * What still means something of a record that was found at the start; undefined if nothing does. A peer
 * that failed is as good as unknown an hour after its cool-down, one that was good after thirty days.
 */
export function freshOf(record: PeerRecord, now: number): PeerRecord | undefined {
  const { at, no, failures, goodAt, addresses, isStatic, isAnchor } = record
  const isKept = isStatic === true || isAnchor === true
  const isGood = goodAt !== undefined && now - goodAt <= GOOD_FOR
  const hasFailed = now - (no?.until ?? at) <= REMOVED_AFTER
  if (!isKept && !isGood && !hasFailed) return undefined
  return {
    at,
    ...(hasFailed && no !== undefined && { no }),
    ...(hasFailed && failures !== undefined && { failures }),
    ...(isGood && { goodAt }),
    ...((isGood || isKept) && addresses !== undefined && { addresses }),
    ...(isStatic !== undefined && { isStatic }),
    ...(isAnchor !== undefined && { isAnchor })
  }
}

type Json = Readonly<Record<string, unknown>>

function readJson(bytes: unknown): Json | RecordFault {
  if (!(bytes instanceof Uint8Array)) return 'malformed'
  if (bytes.byteLength > MAX_RECORD_SIZE) return 'oversized'
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(bytes))
  } catch {
    return 'torn'
  }
  const json = asObject(value)
  if (json === undefined) return 'malformed'
  const version = json['v']
  if (typeof version !== 'number' || !Number.isSafeInteger(version)) return 'malformed'
  if (version > RECORD_VERSION) return 'future'
  return version === RECORD_VERSION ? json : 'malformed'
}

function readNo(value: unknown): RememberedNo | undefined | 'malformed' {
  if (value === undefined) return undefined
  const no = asObject(value)
  if (no === undefined) return 'malformed'
  const { reason, by, under } = no
  const until = endOf(no['until'])
  if (!REASONS.has(reason) || !SIDES.has(by) || until === undefined) return 'malformed'
  if (!isOptional(under, isShort)) return 'malformed'
  return { reason: reason as Reason, by: by as Side, until, ...(under !== undefined && { under }) }
}

function readAddresses(value: unknown): readonly string[] | undefined | 'malformed' {
  if (value === undefined) return undefined
  if (!Array.isArray(value) || value.length > MAX_ADDRESSES) return 'malformed'
  return value.every(isAddress) ? [...value] : 'malformed'
}

/** The own entries of a plain object, without the prototype that a key could name. */
function asObject(value: unknown): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.assign(Object.create(null) as Json, value)
}

const endOf = (value: unknown): number | undefined =>
  value === 'forever' ? Infinity : isMoment(value) ? value : undefined

const isMoment = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= LAST_MOMENT

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= MAX_FAILURES

const isShort = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= MAX_SHORT_LENGTH

const isFlag = (value: unknown): value is boolean => typeof value === 'boolean'

const isAddress = (value: unknown): value is string =>
  typeof value === 'string' && value.startsWith('/') && value.length <= MAX_ADDRESS_LENGTH

const isOptional = <T>(
  value: unknown,
  is: (value: unknown) => value is T
): value is T | undefined => value === undefined || is(value)

const encode = (json: Json): Uint8Array => encoder.encode(JSON.stringify(json))
