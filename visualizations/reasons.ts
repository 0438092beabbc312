import { codeOf, LOCAL_REASONS, WIRE_REASONS } from '../machines/index.ts'
import { REASON_MEANINGS } from './reason-meanings.ts'
import { code, markdownTable } from './tables.ts'

/** The words that can be said to a peer. */
export function wireReasonTable(): string {
  return markdownTable(
    ['code', 'reason', 'meaning'],
    WIRE_REASONS.map((reason) => [`${codeOf(reason)}`, code(reason), REASON_MEANINGS[reason]])
  )
}

/** The words that never leave this node. */
export function localReasonTable(): string {
  return markdownTable(
    ['reason', 'meaning'],
    LOCAL_REASONS.map((reason) => [code(reason), REASON_MEANINGS[reason]])
  )
}
