import { AbstractStream } from '@libp2p/utils'
import type { Logger, MessageStreamDirection } from '@libp2p/interface'
import type { SendResult } from '@libp2p/utils'
import type { Uint8ArrayList } from 'uint8arraylist'

const silent: Logger = Object.assign(() => {}, {
  enabled: false,
  error: () => {},
  trace: () => {},
  newScope: () => silent
})

/**
 * One end of a stream between two tests' hands, with libp2p's own buffering and state. What is sent
 * arrives a microtask later, in order, in chunks of the size the link was made with.
 */
export class LinkedStream extends AbstractStream {
  other!: LinkedStream
  readonly #chunk: number

  constructor(direction: MessageStreamDirection, chunk: number) {
    super({ id: direction, direction, log: silent })
    this.#chunk = chunk
  }

  /** Listeners of those events that a user of a stream adds; libp2p has one of its own for `close`. */
  get listeners(): number {
    const own = 1
    return (
      this.listenerCount('message') +
      this.listenerCount('remoteCloseWrite') +
      this.listenerCount('close') -
      own
    )
  }

  override sendData(data: Uint8ArrayList): SendResult {
    const bytes = data.slice()
    for (let i = 0; i < bytes.byteLength; i += this.#chunk) {
      const piece = bytes.subarray(i, i + this.#chunk)
      queueMicrotask(() => this.other.onData(piece))
    }
    return { sentBytes: bytes.byteLength, canSendMore: true }
  }

  override sendReset(): void {
    queueMicrotask(() => this.other.onRemoteReset())
  }

  override async sendCloseWrite(): Promise<void> {
    queueMicrotask(() => this.other.onRemoteCloseWrite())
  }

  override async sendCloseRead(): Promise<void> {}
  override sendPause(): void {}
  override sendResume(): void {}
}

/** Two ends of a stream, and the connection under it. */
export interface Link {
  readonly local: LinkedStream
  readonly remote: LinkedStream
}

/** @param chunk - Bytes that arrive at once. */
export function link(chunk = Infinity): Link {
  const local = new LinkedStream('outbound', chunk)
  const remote = new LinkedStream('inbound', chunk)
  local.other = remote
  remote.other = local
  return { local, remote }
}

/** The connection is gone, for both ends, without a word on the stream. */
export function cut({ local, remote }: Link): void {
  local.onTransportClosed()
  remote.onTransportClosed()
}
