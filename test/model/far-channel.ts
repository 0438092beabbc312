import { noise } from '@chainsafe/libp2p-noise'
import { FarStream } from './far-stream.ts'
import type { ConnectionEncrypter, SecuredConnection } from '@libp2p/interface'

/** A handshake inside a secure channel, in the hands of a test: the upgrade waits until it lets it go on. */
export class FarChannel extends FarStream {
  readonly #left = Promise.withResolvers<boolean>()

  /** Resolves when the test has done with the channel: is it to become a connection? */
  get left(): Promise<boolean> {
    return this.#left.promise
  }

  /** Lets the upgrade go on: whatever was not heard yet is the muxer's. */
  pass(): void {
    const rest = this.stopReading()
    if (rest.byteLength > 0) this.stream.unshift(rest)
    this.#left.resolve(true)
  }

  hangUp(): void {
    this.stopReading()
    this.#left.resolve(false)
  }
}

/** An encrypter of which every handshake is in the hands of the test. */
export function byHand(
  protocol: string,
  onChannel: (channel: FarChannel) => void
): (components: Parameters<ReturnType<typeof noise>>[0]) => ConnectionEncrypter {
  const hold = async (secured: SecuredConnection): Promise<SecuredConnection> => {
    const channel = new FarChannel(secured.connection)
    onChannel(channel)
    if (!(await channel.left)) throw new Error('hung up by the test')
    return secured
  }
  return (components) => {
    const inner = noise()(components)
    return {
      protocol,
      secureOutbound: async (connection, options) =>
        hold(await inner.secureOutbound(connection, options)),
      secureInbound: async (connection, options) =>
        hold(await inner.secureInbound(connection, options))
    }
  }
}
