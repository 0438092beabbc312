import { REJECTED } from './peer-rejected.table.ts'
import { RESTING } from './peer-resting.table.ts'
import { SESSION } from './peer-session.table.ts'
import type { Row } from './table-format.ts'

/** Every leaf of the peer's chart, in the three parts of the table. */
export const PEER_TABLE: Readonly<Record<string, Row>> = { ...RESTING, ...SESSION, ...REJECTED }
