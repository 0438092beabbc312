import type { Role } from './handshake.ts'
import type { PeerId } from '@libp2p/interface'

/** What one side brings into a handshake. */
interface TranscriptSide {
  /** Its peer id, as the connection knows it: never a field of a message. */
  readonly peerId: PeerId

  /** The nonce of its HELLO, 32 bytes. */
  readonly nonce: Uint8Array

  /** The payload of its HELLO. */
  readonly payload: Uint8Array
}

/** Everything a proof speaks of. */
export interface TranscriptInit {
  /** The protocol id of the exchange's stream, `/mychain/peer-lifecycle/1.0.0` for example. */
  readonly protocol: string

  /** The role of the side whose proof it is. */
  readonly prover: Role

  readonly initiator: TranscriptSide
  readonly responder: TranscriptSide
}

const DOMAIN = 'peer-lifecycle/1'

const text = new TextEncoder()

/**
 * The bytes that a proof signs or authenticates: each item after its length, 2 bytes big-endian. Both
 * identities, both nonces, both payloads, the protocol and the prover's role are in it, so a proof is
 * of no use in another exchange, to another peer, for another network or in the other direction.
 *
 * @throws {RangeError} If an item is longer than its length field can say (65,535 bytes).
 */
export function transcriptOf({
  protocol,
  prover,
  initiator,
  responder
}: TranscriptInit): Uint8Array {
  const items = [
    text.encode(DOMAIN),
    text.encode(protocol),
    text.encode(prover),
    initiator.peerId.toMultihash().bytes,
    responder.peerId.toMultihash().bytes,
    initiator.nonce,
    responder.nonce,
    initiator.payload,
    responder.payload
  ]
  const bytes = new Uint8Array(items.reduce((sum, item) => sum + 2 + item.byteLength, 0))
  const view = new DataView(bytes.buffer)
  let offset = 0
  for (const item of items) {
    if (item.byteLength > 0xffff) {
      throw new RangeError(`Expected an item of at most 65535 bytes, got ${item.byteLength}`)
    }
    view.setUint16(offset, item.byteLength)
    bytes.set(item, offset + 2)
    offset += 2 + item.byteLength
  }
  return bytes
}
