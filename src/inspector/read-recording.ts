import { schedulerMachine } from '../../machines/index.ts'
import { isPath } from '../recorder/chart.ts'
import { readContext, readEvent, shown } from '../recorder/fields.ts'
import { FORMAT, LONGEST_LINE } from '../recorder/format.ts'
import { readConnection } from '../recorder/plain-connections.ts'
import { tableOfPlain } from '../recorder/plain-dispositions.ts'
import { readRefusal } from '../recorder/plain-refusals.ts'
import type { RecordedConnection } from '../recorder/entry.ts'
import type { PlainRefusal } from '../recorder/plain-refusals.ts'
import type {
  DispositionTable,
  PeerContext,
  PeerEvent,
  SchedulerMode
} from '../../machines/index.ts'

/** What a recording says of itself, on its first line. */
export interface RecordingHeader {
  readonly type: 'recording'
  /** The node that was recorded, as it was shown. */
  readonly node: string
  /** When it was written: in the milliseconds of `at` on the other lines, and since the epoch. */
  readonly at: number
  readonly epoch: number
  /** The number of the first decision. */
  readonly seq: number
  readonly mode: SchedulerMode
  readonly dispositions: DispositionTable
}

/** A peer that was tracked when the recording begins. */
export interface PeerLine {
  readonly type: 'peer'
  readonly peer: string
  readonly path: string
  readonly context: PeerContext
  /** Since when it is there, and has its slot if it has one. */
  readonly since: number
  readonly held: number | undefined
  readonly connections: readonly RecordedConnection[]
}

interface Numbered {
  readonly seq: number
  readonly at: number
}

interface Decided extends Numbered {
  readonly from: string
}

/** A decision about a peer. */
export interface MoveLine extends Decided {
  readonly type: 'move'
  readonly peer: string
  readonly event: PeerEvent
  readonly to: string
  readonly reason: string | undefined
  readonly slot: number | undefined
  readonly edge: string
  /** What its chart remembers otherwise, as it is written. */
  readonly change: Readonly<Record<string, unknown>>
}

/** A peer was tracked no more. */
interface ForgottenLine extends Decided {
  readonly type: 'forgotten'
  readonly peer: string
  readonly reason: string
}

/** The scheduler's mode changed. */
interface ModeLine extends Decided {
  readonly type: 'mode'
  readonly event: string
  readonly to: string
}

/** A connection of a peer opened or closed. */
export interface ConnectionLine extends Numbered, RecordedConnection {
  readonly type: 'connection'
  readonly peer: string
  readonly what: 'opened' | 'closed'
}

/** A "no" was said to a peer, or by it. */
interface RefusalLine extends Numbered, PlainRefusal {
  readonly type: 'refusal'
  readonly peer: string
}

export type RecordedLine =
  | RecordingHeader
  | PeerLine
  | MoveLine
  | ForgottenLine
  | ModeLine
  | ConnectionLine
  | RefusalLine

/**
 * Reads one line of a recording. Whatever is not as it is written is an error: of a file that somebody else
 * has made, nothing is believed.
 *
 * @throws Error that names what was expected and what came
 */
export function readLine(text: string): RecordedLine {
  if (text.length > LONGEST_LINE) {
    throw new Error(`Expected a line of at most ${LONGEST_LINE} characters, got ${text.length}`)
  }
  const line = fieldsOf(parsed(text), 'a line')
  const { type } = line
  const read = READERS.get(type)
  if (read === undefined) throw new Error(`Expected a type of line, got ${shown(type)}`)
  return read(line)
}

const READERS = new Map<unknown, (line: Fields) => RecordedLine>([
  ['recording', readHeader],
  ['peer', readPeer],
  ['move', readMove],
  ['forgotten', readForgotten],
  ['mode', readMode],
  ['connection', readConnectionLine],
  ['refusal', readRefusalLine]
])

function readPeer(line: Fields): PeerLine {
  const peer = textOf(line, 'peer')
  const context = readContext(peer, line['context'])
  const { held, connections = [] } = line
  if (!Array.isArray(connections)) {
    throw new Error(`Expected connections to be a list, got ${shown(connections)}`)
  }
  return {
    type: 'peer',
    peer,
    path: pathOf(line, 'path'),
    context,
    since: numberOf(line, 'since'),
    held: held === undefined ? undefined : numberOf(line, 'held'),
    connections: connections.map(readConnection)
  }
}

function readConnectionLine(line: Fields): ConnectionLine {
  const { type: _type, seq: _seq, at: _at, peer: _peer, what, ...connection } = line
  if (what !== 'opened' && what !== 'closed') {
    throw new Error(`Expected what to be opened or closed, got ${shown(what)}`)
  }
  return {
    type: 'connection',
    ...numbersOf(line),
    peer: textOf(line, 'peer'),
    what,
    ...readConnection(connection)
  }
}

function readRefusalLine(line: Fields): RefusalLine {
  const { type: _type, seq: _seq, at: _at, peer: _peer, ...refusal } = line
  const peer = textOf(line, 'peer')
  return { type: 'refusal', ...numbersOf(line), peer, ...readRefusal(refusal) }
}

function readMove(line: Fields): MoveLine {
  const { reason, slot } = line
  return {
    type: 'move',
    ...numbersOf(line),
    peer: textOf(line, 'peer'),
    from: pathOf(line, 'from'),
    to: pathOf(line, 'to'),
    event: readEvent(textOf(line, 'event'), line['with']),
    reason: reason === undefined ? undefined : textOf(line, 'reason'),
    slot: slot === undefined ? undefined : numberOf(line, 'slot'),
    edge: textOf(line, 'edge'),
    change: fieldsOf(line['change'], 'change')
  }
}

function readForgotten(line: Fields): ForgottenLine {
  const [peer, reason] = [textOf(line, 'peer'), textOf(line, 'reason')]
  return { type: 'forgotten', ...numbersOf(line), peer, from: pathOf(line, 'from'), reason }
}

function readMode(line: Fields): ModeLine {
  const [from, to] = [modeOf(line, 'from'), modeOf(line, 'to')]
  return { type: 'mode', ...numbersOf(line), event: textOf(line, 'event'), from, to }
}

function modeOf(line: Fields, name: string): SchedulerMode {
  const mode = textOf(line, name)
  if (Object.hasOwn(schedulerMachine.states, mode)) return mode as SchedulerMode
  throw new Error(`Expected ${name} to be a mode of the scheduler, got ${shown(mode)}`)
}

function readHeader(line: Fields): RecordingHeader {
  const { format } = line
  if (format !== FORMAT) {
    const later = typeof format === 'number' && format > FORMAT
    const hint = later ? ': it was written by a later version of this library' : ''
    throw new Error(`Expected format ${FORMAT}, got ${shown(format)}${hint}`)
  }
  return {
    type: 'recording',
    node: textOf(line, 'node'),
    at: numberOf(line, 'at'),
    epoch: numberOf(line, 'epoch'),
    seq: numberOf(line, 'seq'),
    mode: modeOf(line, 'mode'),
    dispositions: tableOfPlain(line['dispositions'])
  }
}

type Fields = Readonly<Record<string, unknown>>

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`Expected a line of JSON, got ${shown(text)}`)
  }
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    // without a prototype, so that a name that is not there is not found elsewhere
    return Object.assign(Object.create(null) as Fields, value)
  }
  throw new Error(`Expected ${what} to be an object, got ${shown(value)}`)
}

function textOf(line: Fields, name: string): string {
  const value = line[name]
  if (typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME) return value
  throw new Error(`Expected ${name} to be a text, got ${shown(value)}`)
}

/** Characters of a peer's name, a state or an edge at the most. */
const LONGEST_NAME = 256

function numberOf(line: Fields, name: string): number {
  const value = line[name]
  if (typeof value === 'number') return value
  throw new Error(`Expected ${name} to be a number, got ${shown(value)}`)
}

function pathOf(line: Fields, name: string): string {
  const path = textOf(line, name)
  if (isPath(path)) return path
  throw new Error(`Expected ${name} to be a state of the chart, got ${shown(path)}`)
}

const numbersOf = (line: Fields): { seq: number; at: number } => ({
  seq: numberOf(line, 'seq'),
  at: numberOf(line, 'at')
})
