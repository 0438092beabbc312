import { AbstractStream } from '@libp2p/utils'
import type { Logger } from '@libp2p/interface'
import type { SendResult } from '@libp2p/utils'
import type { Uint8ArrayList } from 'uint8arraylist'

const silent: Logger = Object.assign(() => {}, {
  enabled: false,
  error: () => {},
  trace: () => {},
  newScope: () => silent
})

/**
 * A stream whose other end is the test: libp2p's own buffers and states over a muxer that sends as many bytes
 * as the window has, and tells of room as yamux does.
 */
export class WindowedStream extends AbstractStream {
  /** Messages that went out. */
  readonly sent: Uint8Array[] = []
  /** What else went out, in order. */
  readonly signals: ('reset' | 'closeWrite' | 'pause' | 'resume')[] = []
  #window: number

  constructor(window = Infinity) {
    super({ id: 'windowed', direction: 'outbound', log: silent })
    this.#window = window
  }

  /** Listeners of the events that a user of a stream adds; libp2p has one of its own for `close` and `drain`. */
  get listeners(): number {
    const own = 2
    return (
      this.listenerCount('message') +
      this.listenerCount('end') +
      this.listenerCount('close') +
      this.listenerCount('drain') -
      own
    )
  }

  /** The other end opens the window by so many bytes. */
  grant(bytes: number): void {
    this.#window += bytes
    if (this.writeBuffer.byteLength > 0) this.safeDispatchEvent('drain')
  }

  override sendData(data: Uint8ArrayList): SendResult {
    const sentBytes = Math.min(this.#window, data.byteLength)
    if (sentBytes > 0) this.sent.push(data.slice(0, sentBytes))
    this.#window -= sentBytes
    return { sentBytes, canSendMore: sentBytes === data.byteLength }
  }

  override sendReset(): void {
    this.signals.push('reset')
  }

  override async sendCloseWrite(): Promise<void> {
    this.signals.push('closeWrite')
  }

  override async sendCloseRead(): Promise<void> {}

  override sendPause(): void {
    this.signals.push('pause')
  }

  override sendResume(): void {
    this.signals.push('resume')
  }
}
