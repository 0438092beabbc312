import { AbstractStream } from '@libp2p/utils'
import type { Parcel, Wire } from './wire.ts'
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
  /** The end of the connection that it is at. */
  readonly #end: MessageStreamDirection

  private constructor(
    id: string,
    direction: MessageStreamDirection,
    wire: Wire,
    end: MessageStreamDirection
  ) {
    super({ id, direction, log: silent })
    this.#wire = wire
    this.#end = end
  }

  /**
   * Both ends of a new stream: of the one who opens it, and of the one to whom it is opened.
   *
   * @param opener - The end of the connection that opens it
   */
  static pair(
    id: string,
    wire: Wire,
    opener: MessageStreamDirection
  ): { opened: SimulatedStream; offered: SimulatedStream } {
    const opened = new SimulatedStream(id, 'outbound', wire, opener)
    const offered = new SimulatedStream(id, 'inbound', wire, opposite(opener))
    opened.other = offered
    offered.other = opened
    return { opened, offered }
  }

  get isOpen(): boolean {
    return this.status === 'open' || this.status === 'closing'
  }

  override sendData(data: Uint8ArrayList): SendResult {
    const bytes = data.slice()
    this.#tell(bytes, (other) => other.onData(bytes))
    return { sentBytes: bytes.byteLength, canSendMore: true }
  }

  override sendReset(): void {
    this.#tell('resets', (other) => other.onRemoteReset())
  }

  override async sendCloseWrite(): Promise<void> {
    this.#tell('closes', (other) => other.onRemoteCloseWrite())
  }

  override async sendCloseRead(): Promise<void> {}
  override sendPause(): void {}
  override sendResume(): void {}

  /** What has been sent arrives, unless the other end is gone by then. */
  #tell(what: Parcel['what'], arrive: (other: SimulatedStream) => void): void {
    const parcel = { from: this.#end, stream: this.id, what }
    this.#wire.carry(() => {
      if (this.other.isOpen) arrive(this.other)
    }, parcel)
  }
}

/** The other end of a connection. */
const opposite = (end: MessageStreamDirection): MessageStreamDirection =>
  end === 'outbound' ? 'inbound' : 'outbound'
