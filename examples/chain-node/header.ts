import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { encodeFields, fromHex, toHex } from './encoding.ts'
import type { Hex } from './encoding.ts'

/** What is gossiped, and what holds the chain together. */
export interface Header {
  readonly number: number
  readonly parentHash: Hex
  /** Epoch milliseconds. */
  readonly time: number
  /** An Ed25519 public key. */
  readonly proposer: Hex
  readonly transactionsRoot: Hex
  /** The proposer's, over everything above. */
  readonly signature: Hex
}

export type UnsealedHeader = Omit<Header, 'proposer' | 'signature'>

/** Makes the header that of the proposer with this key. */
export function seal(unsealed: UnsealedHeader, privateKey: Uint8Array): Header {
  const header = { ...unsealed, proposer: toHex(ed25519.getPublicKey(privateKey)) }
  return { ...header, signature: toHex(ed25519.sign(sealedBytes(header), privateKey)) }
}

/** Did the proposer sign it? */
export function isSealed(header: Header): boolean {
  const { proposer, signature } = header
  return ed25519.verify(fromHex(signature), sealedBytes(header), fromHex(proposer), {
    zip215: false
  })
}

/** What names the block. */
export function headerHash(header: Header): Hex {
  return toHex(sha256(sealedBytes(header)))
}

function sealedBytes(header: Omit<Header, 'signature'>): Uint8Array {
  const { number, parentHash, time, proposer, transactionsRoot } = header
  return encodeFields('header', [number, parentHash, time, proposer, transactionsRoot])
}
