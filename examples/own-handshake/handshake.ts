import { HandshakeRefusedError } from '../../src/index.ts'
import type { Handshake } from '../../src/index.ts'

/** What we know of a peer once it is authorized. Plain data: it shows up in events and in getPeer(). */
export interface Hello {
  readonly version: number
  readonly height: number
}

const NETWORK = 'mychain'
const OLDEST_VERSION = 3

/** Same network, a version that is spoken here, and a height that is told anew in every handshake. */
export function heightHandshake(version: number, height: () => number): Handshake<Hello> {
  return {
    hello: () => encode({ network: NETWORK, version, height: height() }),

    // the payload is as hostile as the peer: check everything before you use it
    verify: (payload) => {
      const theirs = decode(payload)
      if (theirs['network'] !== NETWORK) {
        throw new HandshakeRefusedError('incompatible', `network ${String(theirs['network'])}`)
      }
      const { version: spoken, height: reached } = theirs
      if (!isCount(spoken) || !isCount(reached)) {
        throw new HandshakeRefusedError('protocol-violation', 'version and height must be counts')
      }
      if (spoken < OLDEST_VERSION) {
        throw new HandshakeRefusedError(
          'unsupported-version',
          `${spoken} is below ${OLDEST_VERSION}`
        )
      }
      return { version: spoken, height: reached }
    }
  }
}

function encode(hello: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(hello))
}

function decode(payload: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(payload))
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // said below, in the words of the protocol
  }
  throw new HandshakeRefusedError('protocol-violation', 'the hello is no JSON object')
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
