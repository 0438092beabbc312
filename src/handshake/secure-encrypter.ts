import { serviceCapabilities } from '@libp2p/interface'
import type { Role } from './handshake.ts'
import type { Trunk, UpgradeOptions } from './secure-channel.ts'
import type {
  ConnectionEncrypter,
  MessageStream,
  SecureConnectionOptions,
  SecuredConnection
} from '@libp2p/interface'

/** The part of the secure channel that an encrypter needs. */
export interface Shaker {
  shake(
    secured: SecuredConnection,
    role: Role,
    trunk: Trunk,
    options: UpgradeOptions
  ): Promise<SecuredConnection>
}

/**
 * An encrypter around another one, Noise for example, under a protocol id of its own: the inner handshake
 * runs first and unchanged, then the application's, inside what it made.
 *
 * @param shaker - Looked up for every connection: encrypters are made before services are
 */
export function secureEncrypter(
  inner: ConnectionEncrypter,
  protocol: string,
  shaker: () => Shaker | undefined
): ConnectionEncrypter {
  const shake = async (
    secure: (options?: SecureConnectionOptions) => Promise<SecuredConnection>,
    role: Role,
    connection: MessageStream,
    options: SecureConnectionOptions = {}
  ): Promise<SecuredConnection> => {
    const lifecycle = shaker()
    if (lifecycle === undefined) {
      throw new Error('Expected the peer lifecycle that secures this encrypter among the services')
    }
    // libp2p hands its own options on: for a relayed connection its limits are among them
    return lifecycle.shake(await secure(options), role, connection, options)
  }
  const encrypter = {
    protocol,
    secureOutbound: (connection: MessageStream, options?: SecureConnectionOptions) =>
      shake((o) => inner.secureOutbound(connection, o), 'initiator', connection, options),
    secureInbound: (connection: MessageStream, options?: SecureConnectionOptions) =>
      shake((o) => inner.secureInbound(connection, o), 'responder', connection, options),
    [Symbol.toStringTag]: 'libp2p-peer-lifecycle-secure',
    [serviceCapabilities]: ['@libp2p/connection-encryption']
  } satisfies ConnectionEncrypter & Record<symbol, unknown>
  return encrypter
}
