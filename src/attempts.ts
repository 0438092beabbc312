import { authorizedPeerOf } from './announcements.ts'
import { epochOf } from './peers/peer-view.ts'
import { Waiters } from './peers/waiters.ts'
import { rejectionOf } from './rejection.ts'
import type { Clock } from './clock.ts'
import type { AuthorizedPeer } from './events.ts'
import type { TrackedPeer } from './peers/tracked-peer.ts'
import type { Waiter } from './peers/waiters.ts'
import type { RefusalNote } from './refusals.ts'
import type { Rooms } from './rooms.ts'
import type { Reason } from '../machines/index.ts'

export interface AttemptsInit<Hello> {
  readonly clock: Clock
  /** Milliseconds that a caller waits at most. */
  readonly connectTimeout: number
  /** Asked late: the rooms are furnished after this. */
  rooms(): Pick<Rooms<Hello>, 'peers' | 'scheduler' | 'sight'>
}

/** The attempts that callers of `connect()` wait for. */
export class Attempts<Hello> {
  readonly #init: AttemptsInit<Hello>
  readonly #waiters = new Waiters<AuthorizedPeer<Hello>>()

  constructor(init: AttemptsInit<Hello>) {
    this.#init = init
  }

  /** Does anybody wait for the peer's verdict? */
  isAwaited(peer: string): boolean {
    return this.#waiters.has(peer)
  }

  /** Waits for the verdict on a peer that is wanted for this one attempt. */
  begin(peer: TrackedPeer, signal: AbortSignal | undefined): Promise<AuthorizedPeer<Hello>> {
    const { key } = peer
    const { clock, connectTimeout } = this.#init
    const { peers, scheduler } = this.#init.rooms()
    return new Promise((resolve, reject) => {
      const giveUp = (reason: Reason): void => {
        const isLast = this.#waiters.remove(key, waiter)
        reject(rejectionOf(key, { reason, by: 'local' }))
        if (isLast) peers.send(peer, { type: 'peer.unwanted' })
      }
      const onAbort = (): void => giveUp('aborted')
      const cancel = clock.after(connectTimeout, () => giveUp('timeout'))
      const release = (): void => {
        cancel()
        signal?.removeEventListener('abort', onAbort)
      }
      const waiter: Waiter<AuthorizedPeer<Hello>> = { resolve, reject, release }
      signal?.addEventListener('abort', onAbort)
      this.#waiters.add(key, waiter)
      peers.send(peer, { type: 'peer.wanted', priority: 'requested', lasting: false, urgent: true })
      if (this.#waiters.has(key) && !peer.isPending && peer.path !== 'authorized') {
        const { reason = 'aborted', by = 'local', until } = peer.context
        this.#note(key, { reason, by, until })
      }
      this.settle(peer)
      const { queuedAs } = peer
      const refusal = queuedAs && scheduler.check(queuedAs, key, true)
      if (refusal === undefined || refusal === 'dial-limit') return
      this.#note(key, { reason: refusal, by: 'local' })
      giveUp(refusal)
    })
  }

  /** The peer has come to where it is: its callers have their verdict, if that is one. */
  settle(peer: TrackedPeer): void {
    const { key, path } = peer
    const { clock } = this.#init
    if (!this.#waiters.has(key)) return
    if (path === 'authorized')
      return this.#waiters.resolve(key, authorizedPeerOf<Hello>(peer, clock))
    if (peer.isPending) return
    const { reason = 'aborted', by = 'local', detail, until } = peer.context
    const retryAt = reason === 'aborted' ? undefined : epochOf(until, clock)
    this.#waiters.reject(key, rejectionOf(key, { reason, by, detail, retryAt }))
  }

  /** Nothing comes of the attempts at this peer. */
  end(peer: string, reason: Reason): void {
    this.#waiters.reject(peer, rejectionOf(peer, { reason, by: 'local' }))
  }

  /** Nothing comes of any attempt. */
  endAll(reason: Reason): void {
    for (const peer of this.#waiters.peers()) this.end(peer, reason)
  }

  /** The error of an attempt that is refused before anything is tried. */
  refuse(peer: string, reason: Reason): Error {
    this.#note(peer, { reason, by: 'local' })
    return rejectionOf(peer, { reason, by: 'local' })
  }

  #note(peer: string, no: Pick<RefusalNote, 'reason' | 'by' | 'until'>): void {
    this.#init.rooms().sight.refusals.note({ ...no, peer, door: 'dial', direction: 'outbound' })
  }
}
