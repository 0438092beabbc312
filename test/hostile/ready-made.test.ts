/**
 * The ready-made handshakes among hostile peers: each by itself, and a node with it. Rows that are the same
 * whatever the handshake are left to rows.test.ts, unless `HOSTILE_ROWS=all` asks for them.
 */
import { describe, it } from 'vitest'
import { describeHandshake } from '../../src/testing/index.ts'
import { CHAIN_SUBJECT, OTHER_SUBJECTS } from './subjects.ts'

/** Rows in which a handshake has a say. */
const ROWS = [
  'B1',
  'B6',
  'B7',
  'B8',
  'B9',
  'B10',
  'B11',
  'B12',
  'B13',
  'B15',
  'B21',
  'C2',
  'D2',
  'D8'
]

const rows = process.env['HOSTILE_ROWS'] === 'all' ? undefined : ROWS

for (const subject of [CHAIN_SUBJECT, ...OTHER_SUBJECTS]) {
  describeHandshake(subject, { describe, it }, { ...(rows && { rows }) })
}
