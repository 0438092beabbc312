import { HandshakeRefusedError } from '../../src/index.ts'
import type { Handshake } from '../../src/index.ts'

/** What we know of a peer once it is authorized. */
export interface Hello {
  readonly network: number
  readonly height: number
}

/** Eight bytes: the network's number and our height, both big-endian. */
export function heightHandshake(network: number, height: () => number): Handshake<Hello> {
  return {
    hello: () => {
      const payload = new DataView(new ArrayBuffer(8))
      payload.setUint32(0, network)
      payload.setUint32(4, height())
      return new Uint8Array(payload.buffer)
    },

    verify: (payload) => {
      if (payload.length !== 8) {
        throw new HandshakeRefusedError('protocol-violation', `${payload.length} bytes, not 8`)
      }
      const view = new DataView(payload.buffer, payload.byteOffset)
      const theirs = { network: view.getUint32(0), height: view.getUint32(4) }
      if (theirs.network !== network) {
        throw new HandshakeRefusedError('incompatible', `network ${theirs.network}`)
      }
      return theirs
    }
  }
}
