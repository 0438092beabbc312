import { headlineOf, nameOf } from '../printable.ts'
import type { Reason } from '../../machines/index.ts'

/**
 * Whose fault a dial's failure is:
 *
 * - `local`: ours, libp2p's queue is full or it is stopping; it says nothing of the peer
 * - `misled`: another peer answered at the address
 * - `refused`: somebody answered, or this node's connection gater said no: the network is there
 * - `no-address`: there was nothing that libp2p could dial
 * - `network`: nobody answered
 */
export type DialFault = 'local' | 'misled' | 'refused' | 'no-address' | 'network'

/** A dial that came to nothing. */
export interface DialFailure {
  readonly kind: 'failed'
  readonly reason: Reason
  readonly detail: string
  readonly fault: DialFault
}

/** Names of libp2p's errors that say that there is no address to dial. */
const NO_ADDRESS = new Set(['NoValidAddressesError', 'NotFoundError', 'NoPeerRoutersError'])

/** Names of errors that say that libp2p is stopping, or was told to stop dialing by somebody. */
const STOPPING = new Set(['NotStartedError', 'AbortError'])

/** Whose fault it is that a dial ended with this error. */
export function faultOf(error: unknown): DialFault {
  const errors = partsOf(error)
  if (errors !== undefined) return worst(errors.map(faultOf))
  const name = nameOf(error)
  if (NO_ADDRESS.has(name)) return 'no-address'
  if (STOPPING.has(name)) return 'local'
  const message = headlineOf(error)
  if (name === 'DialError' && message.includes('queue is full')) return 'local'
  // libp2p flattens what an encrypter throws: of noise's error only the message is left
  if (name === 'UnexpectedPeerError') return 'misled'
  if (name === 'EncryptionFailedError') {
    return message.includes('does not match expected') ? 'misled' : 'refused'
  }
  return name === 'DialDeniedError' ? 'refused' : 'network'
}

/** The dial that ended with this error. */
export function failureOf(error: unknown): DialFailure {
  const fault = faultOf(error)
  const reason = fault === 'no-address' ? 'no-address' : 'dial-failed'
  return { kind: 'failed', reason, fault, detail: headlineOf(error) }
}

/** Of two failures, in the order in which they happened, the one that says more. */
export function graver(a: DialFailure, b: DialFailure): DialFailure {
  return worst([a.fault, b.fault]) === b.fault ? b : a
}

/** That somebody answered says more than that nobody did. */
const MOST_FIRST = ['local', 'misled', 'refused', 'network', 'no-address'] as const

function worst(faults: readonly DialFault[]): DialFault {
  return MOST_FIRST.find((fault) => faults.includes(fault)) ?? 'network'
}

/** The errors of one address that turned out to be several: a DNS name, say. */
function partsOf(error: unknown): readonly unknown[] | undefined {
  if (nameOf(error) !== 'AggregateError' || typeof error !== 'object' || error === null) {
    return undefined
  }
  const { errors } = error as { errors?: unknown }
  return Array.isArray(errors) && errors.length > 0 ? errors : undefined
}
