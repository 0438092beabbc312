import { reasonOf } from '../../machines/reasons.ts'
import { FrameReader } from './frame-reader.ts'
import { encodeMessage, readMessage } from './messages.ts'
import { refusalOf } from './refusal.ts'
import { discardInput, endStream, refuseStream, say } from './stream-end.ts'
import { UserCalls } from './user-calls.ts'
import type { Reason, Side } from '../../machines/reasons.ts'
import type { Clock } from '../clock.ts'
import type { Handshake, HandshakeFunction, Refusal, Role, Verdict } from './handshake.ts'
import type { Answer } from './user-calls.ts'
import type { AbortOptions, PeerId, Stream } from '@libp2p/interface'

interface UpdateInit extends AbortOptions {
  /** A fresh stream to an authorized peer. */
  readonly stream: Stream

  /** The application's hello, anew: at most 2,048 bytes. */
  readonly payload: Uint8Array
}

interface UpdateSendingInit extends UpdateInit {
  /**
   * Called once, with what the promise resolves with, in the very event in which the answer comes: what
   * follows it, the end of the connection say, is not looked at before. Must not throw.
   */
  onAnswer?(answer: UpdateAnswer): void
}

/** How an update ended at the side that sent it. */
export type UpdateAnswer = { readonly kind: 'accepted' } | Refusal

/**
 * Says UPDATE and waits for the peer's verdict; REJECT deauthorizes on both sides. Never rejects: a
 * stream that ends without a verdict is a refusal with reason `stream-closed`, an aborted `signal` one
 * with reason `aborted` (the stream is reset then). After either the peer may have judged all the same.
 */
export function sendUpdate(init: UpdateSendingInit): Promise<UpdateAnswer> {
  const { stream, payload, signal } = init
  let isOver = false
  return new Promise((resolve) => {
    const end = (answer: UpdateAnswer): void => {
      if (isOver) return
      isOver = true
      reader.stop()
      signal?.removeEventListener('abort', onAbort)
      if (answer.kind === 'refused' && answer.by !== 'remote') {
        stream.abort(new Error(`The update ended: ${answer.reason}`))
      }
      init.onAnswer?.(answer)
      resolve(answer)
    }
    const onAbort = (): void => end(refusal('aborted', 'local'))
    const onLost = (): void => end(refusal('stream-closed', 'network'))
    const onViolation = (detail: string): void => end(violation(detail))
    const reader = new FrameReader(stream, {
      onFrame: (body) => end(answerOf(body)),
      onViolation,
      onEnd: (how) =>
        how === 'truncated' ? onViolation('the stream ended within a frame') : onLost()
    })
    if (signal?.aborted === true) return onAbort()
    signal?.addEventListener('abort', onAbort)
    reader.start()
    if (!say(stream, encodeMessage({ type: 'update', payload }))) return onLost()
    stream.close(signal === undefined ? {} : { signal }).catch(onLost)
  })
}

export interface UpdateAnswerInit<Hello> extends UpdateInit {
  /** The peer that sent it, as the connection knows it. */
  readonly peerId: PeerId

  /** Our role in the handshake that authorized the peer. */
  readonly role: Role

  /** What `verify` made of the peer's last payload. */
  readonly current: unknown

  readonly handshake: Handshake<Hello>
  readonly clock: Clock

  /** Milliseconds that `verify` may take. */
  readonly verifyTimeout: number

  /**
   * Called once, when the verdict was sent: what became of it, and when the peer has had its chance to
   * read it. Must not throw.
   */
  onVerdict(verdict: Verdict<Hello>, closed: Promise<void>): void

  /** Called with what `verify` threw that is no refusal. Must not throw. */
  onFault(source: HandshakeFunction, error: unknown): void
}

/**
 * Judges the payload of an UPDATE as a handshake's HELLO is judged, and says ACCEPT or REJECT. Resolves
 * when the stream is closed; never rejects. An aborted `signal` resets the stream, and the verdict is a
 * refusal with reason `aborted`.
 */
export function answerUpdate<Hello>(init: UpdateAnswerInit<Hello>): Promise<void> {
  const { stream, payload, peerId, role, current, handshake, clock, signal } = init
  const ended = new AbortController()
  const calls = new UserCalls(clock, init.verifyTimeout)
  return new Promise((resolve) => {
    const end = (verdict: Verdict<Hello>, closed: Promise<void>): void => {
      signal?.removeEventListener('abort', onAbort)
      calls.close()
      resolve(closed)
      init.onVerdict(verdict, closed)
      ended.abort()
    }
    const onAbort = (): void => {
      stream.abort(new Error('The update was abandoned'))
      end(refusal('aborted', 'local'), endStream(stream, clock))
    }
    const onAnswer = (answer: Answer<Hello>): void => {
      if (answer.kind === 'value') {
        const sent = say(stream, encodeMessage({ type: 'accept' }))
        const accepted = { kind: 'accepted', hello: answer.value } as const
        end(sent ? accepted : refusal('stream-closed', 'network'), endStream(stream, clock))
      } else {
        const { reason, detail } = wordFor(answer, init)
        end(refusal(reason, 'local', detail), refuseStream(stream, reason, 0, clock))
      }
    }
    if (signal?.aborted === true) return onAbort()
    signal?.addEventListener('abort', onAbort)
    // an UPDATE is one frame: whatever follows it is not read
    discardInput(stream)
    calls.call(
      () => handshake.verify(payload.slice(), { peerId, role, current, signal: ended.signal }),
      onAnswer
    )
  })
}

function wordFor<Hello>(
  answer: Exclude<Answer<Hello>, { kind: 'value' }>,
  { onFault }: Pick<UpdateAnswerInit<Hello>, 'onFault'>
) {
  if (answer.kind === 'timeout')
    return { reason: 'timeout', detail: 'verify took too long' } as const
  const refused = refusalOf(answer.error)
  if (refused !== undefined) return { detail: undefined, ...refused }
  onFault('verify', answer.error)
  return { reason: 'internal', detail: 'verify failed' } as const
}

function answerOf(body: Uint8Array): UpdateAnswer {
  const message = readMessage(body)
  if (message.type === 'accept') return { kind: 'accepted' }
  if (message.type === 'reject') {
    return { ...refusal(reasonOf(message.code), 'remote'), retryAfter: message.retryAfter }
  }
  if (message.type === 'malformed') return violation(message.detail)
  // the peer began a handshake: to it we are not authorized any more, and its goodbye is on the way
  if (message.type === 'hello') return refusal('stream-closed', 'network')
  return violation(`${message.type} instead of accept or reject`)
}

function violation(detail: string): Refusal {
  return refusal('protocol-violation', 'local', detail)
}

function refusal(reason: Reason, by: Side, detail?: string): Refusal {
  const refused = { kind: 'refused', reason, by, retryAfter: 0 } as const
  return detail === undefined ? refused : { ...refused, detail }
}
