import { isWireReason } from '../../machines/reasons.ts'
import { printable } from '../printable.ts'
import type { WireReason } from '../../machines/reasons.ts'

/**
 * The word and the detail of a `HandshakeRefusedError` that an application threw; undefined if it threw
 * anything else. The error is matched by name, as it may come from another copy of this package, and
 * read with care: an application may throw anything, a getter that throws included.
 */
export function refusalOf(error: unknown): { reason: WireReason; detail?: string } | undefined {
  try {
    if (typeof error !== 'object' || error === null) return undefined
    const { name, reason, detail } = error as Record<'name' | 'reason' | 'detail', unknown>
    if (name !== 'HandshakeRefusedError') return undefined
    const word = typeof reason === 'string' && isWireReason(reason) ? reason : 'refused'
    return typeof detail === 'string'
      ? { reason: word, detail: printable(detail) }
      : { reason: word }
  } catch {
    // not a refusal, then: what was thrown is reported as the fault it is
    return undefined
  }
}
