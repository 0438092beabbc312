import { PeerRejectedError } from './errors.ts'
import type { Reason, Side } from '../machines/index.ts'

/** The error of a `connect()` that failed, with everything a caller needs to know in its message. */
export function rejectionOf(
  peer: string,
  no: { reason: Reason; by: Side; retryAt?: number | undefined; detail?: string | undefined }
): PeerRejectedError {
  const said = no.by === 'network' ? '' : no.by === 'remote' ? ', said by the peer' : ', said here'
  const exactly = no.detail === undefined ? '' : `: ${no.detail}`
  return new PeerRejectedError(`${peer} was not authorized: ${no.reason}${said}${exactly}`, no)
}
