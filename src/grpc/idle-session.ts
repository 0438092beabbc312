import type { Clock } from '../clock.ts'
import type { Http2Session, Http2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'

export interface IdleSessionInit {
  session: Http2Session
  duplex: Duplex
  /** Milliseconds without a call after which the session is closed. */
  idleTimeout: number
  clock: Clock
}

/**
 * Closes a session that has been without a call for long. One deadline at a time, which looks how long it has
 * been when it fires; born with the session, gone with the stream under it.
 */
export class IdleSession {
  readonly #init: IdleSessionInit
  #calls = 0
  #idleSince: number

  constructor(init: IdleSessionInit) {
    this.#init = init
    this.#idleSince = init.clock.now()
    this.#watch(init.idleTimeout)
  }

  /** A call has begun; it is over when its stream is closed. */
  began(call: Http2Stream): void {
    this.#calls++
    call.once('close', () => {
      this.#calls--
      this.#idleSince = this.#init.clock.now()
    })
  }

  #watch(delay: number): void {
    const { session, duplex, idleTimeout, clock } = this.#init
    const cancel = clock.after(delay, () => {
      duplex.off('close', cancel)
      const left = this.#calls > 0 ? idleTimeout : this.#idleSince + idleTimeout - clock.now()
      if (left > 0) this.#watch(left)
      // what is under it waits for the peer to go, and not for long
      else session.close()
    })
    duplex.once('close', cancel)
  }
}
