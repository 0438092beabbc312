import { AbstractStream } from '@libp2p/utils'
import type { Wire } from './wire.ts'
import type { Logger, MessageStreamDirection } from '@libp2p/interface'
import type { SendResult } from '@libp2p/utils'
import type { Uint8ArrayList } from 'uint8arraylist'

export const silent: Logger = Object.assign(() => {}, {
  enabled: false,
  error: () => {},
  trace: () => {},
  newScope: () => silent
})

/** One end of a stream of a simulated connection, with libp2p's own buffering and states. */
export class SimulatedStream extends AbstractStream {
  other!: SimulatedStream
  readonly #wire: Wire

  private constructor(id: string, direction: MessageStreamDirection, wire: Wire) {
    super({ id, direction, log: silent })
    this.#wire = wire
  }

  /** Both ends of a new stream: of the one who opens it, and of the one to whom it is opened. */
  static pair(id: string, wire: Wire): { opened: SimulatedStream; offered: SimulatedStream } {
    const opened = new SimulatedStream(id, 'outbound', wire)
    const offered = new SimulatedStream(id, 'inbound', wire)
    opened.other = offered
    offered.other = opened
    return { opened, offered }
  }

  get isOpen(): boolean {
    return this.status === 'open' || this.status === 'closing'
  }

  override sendData(data: Uint8ArrayList): SendResult {
    const bytes = data.slice()
    this.#tell((other) => other.onData(bytes))
    return { sentBytes: bytes.byteLength, canSendMore: true }
  }

  override sendReset(): void {
    this.#tell((other) => other.onRemoteReset())
  }

  override async sendCloseWrite(): Promise<void> {
    this.#tell((other) => other.onRemoteCloseWrite())
  }

  override async sendCloseRead(): Promise<void> {}
  override sendPause(): void {}
  override sendResume(): void {}

  /** What has been sent arrives, unless the other end is gone by then. */
  #tell(arrive: (other: SimulatedStream) => void): void {
    this.#wire.carry(() => {
      if (this.other.isOpen) arrive(this.other)
    })
  }
}
