import { sha256 } from '@noble/hashes/sha2.js'
import { InvalidOptionsError } from '../errors.ts'
import type { Redaction } from '../options/recorder-options.ts'

/** What is shown of a peer id. */
export type ShownPeer = (peer: string) => string

const SHORT = 12

/** Names that are remembered: each peer is shown on many lines, and most peers of a node are among these. */
const REMEMBERED_NAMES = 20_000

/**
 * Asks once for the name of a peer, as long as it is remembered.
 *
 * @param salt - What makes the hashes of this process its own
 */
export function redacting(redaction: Redaction, salt: Uint8Array): ShownPeer {
  if (redaction === 'none') return (peer) => peer
  const show = shownBy(redaction, salt)
  const names = new Map<string, string>()
  return (peer) => {
    const known = names.get(peer)
    if (known !== undefined) return known
    const name = show(peer)
    if (names.size >= REMEMBERED_NAMES) names.clear()
    names.set(peer, name)
    return name
  }
}

function shownBy(redaction: Exclude<Redaction, 'none'>, salt: Uint8Array): ShownPeer {
  if (redaction === 'short') return (peer) => peer.slice(-SHORT)
  if (redaction === 'hash') return (peer) => hashOf(peer, salt)
  return (peer) => {
    const shown: unknown = redaction(peer)
    if (typeof shown === 'string' && shown !== '') return shown
    throw new InvalidOptionsError(`Expected recorder.redact() to give a text, got ${typeof shown}`)
  }
}

function hashOf(peer: string, salt: Uint8Array): string {
  const text = new TextEncoder().encode(peer)
  const hash = sha256(new Uint8Array([...salt, ...text])).subarray(0, SHORT / 2)
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
