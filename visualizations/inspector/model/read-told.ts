import { readLine } from '../../../src/inspector/read-recording.ts'
import { printable } from '../../../src/printable.ts'
import type { Told } from './told.ts'

const STATUS = '{"type":"status"'

/**
 * Reads a line of a node's stream.
 *
 * @throws Error that names what was expected and what came
 */
export const readTold = (text: string): Told =>
  text.startsWith(STATUS) ? readStatus(JSON.parse(text, plain) as Told) : readLine(text)

/** Texts are fit to be shown, and the word for it is Infinity again. */
const plain = (name: string, value: unknown): unknown =>
  typeof value !== 'string' || name === 'peer'
    ? value
    : value === 'Infinity'
      ? Infinity
      : printable(value)

function readStatus(line: Told): Told {
  const shape = SHAPE as Readonly<Record<string, string>>
  const wrong = Object.keys(shape).find((name) => kindOf(line[name as 'type']) !== shape[name])
  if (wrong === undefined) return line
  throw new Error(`Expected ${wrong} of a status to be of type ${shape[wrong]}`)
}

const SHAPE = {
  at: 'number',
  epoch: 'number',
  mode: 'string',
  maxPeers: 'number',
  slots: 'list',
  slotsByKind: 'object',
  limits: 'object',
  queued: 'object',
  tracked: 'number',
  banned: 'number',
  refusals: 'list',
  gate: 'object',
  next: 'list'
}

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'list' : typeof value)
