import { HandshakeRefusedError, InvalidOptionsError } from '../errors.ts'
import { printable } from '../printable.ts'
import { checkPart, decodeParts, encodeParts } from './parts.ts'
import { ChainPart } from './wire/parts.js'
import type { Handshake } from './handshake.ts'
import type { Shape } from './wire-shape.ts'

export interface ChainHandshakeInit {
  /** The chain's id: a whole number from 0 to 2^64 - 1. */
  readonly chainId: number | bigint

  /** The hash of the chain's first block, 1 to 64 bytes: `0x` and hex digits, or the bytes. */
  readonly genesis: string | Uint8Array
}

/** What a peer on the same chain said of itself. */
export interface ChainHello {
  readonly chainId: bigint

  /** `0x` and lower-case hex digits. */
  readonly genesis: string
}

const PART = 'chain'
const CHAIN_PART: Shape = { 1: 'uint64', 2: 'bytes' }
const MAX_CHAIN_ID = 2n ** 64n - 1n
const MAX_GENESIS_LENGTH = 64

/**
 * A handshake that authorizes peers on the same chain: same chain id, same genesis. Any other is refused
 * with `incompatible` and a detail that names what differs.
 *
 * @throws {InvalidOptionsError} If `chainId` or `genesis` is not what it has to be.
 *
 * @example
 *
 * ```ts
 * peerLifecycle({
 *   protocolPrefix: '/mychain',
 *   handshake: chainHandshake({ chainId: 7, genesis: '0x1a2b3c' })
 * })
 * ```
 */
export function chainHandshake(init: ChainHandshakeInit): Handshake<ChainHello> {
  const chainId = validateChainId(init.chainId)
  const genesis = validateGenesis(init.genesis)
  const ours: ChainHello = { chainId, genesis: toHex(genesis) }
  const payload = encodeParts(new Map([[PART, ChainPart.encode({ chainId, genesis })]]))
  return {
    hello: () => payload.slice(),
    verify: (theirs) => {
      const hello = readChain(theirs)
      if (hello.chainId !== ours.chainId) {
        throw incompatible(`chain id ${hello.chainId}, expected ${ours.chainId}`)
      }
      if (hello.genesis !== ours.genesis) {
        throw incompatible(`genesis ${short(hello.genesis)}, expected ${short(ours.genesis)}`)
      }
      return hello
    }
  }
}

function readChain(payload: Uint8Array): ChainHello {
  const body = decodeParts(payload).get(PART)
  if (body === undefined) throw incompatible(`no part "${PART}"`)
  checkPart(body, CHAIN_PART, `part "${PART}"`)
  const { chainId, genesis } = ChainPart.decode(body)
  return { chainId, genesis: toHex(genesis) }
}

function incompatible(detail: string): HandshakeRefusedError {
  return new HandshakeRefusedError('incompatible', detail)
}

function validateChainId(chainId: unknown): bigint {
  if (typeof chainId === 'bigint' && chainId >= 0n && chainId <= MAX_CHAIN_ID) return chainId
  if (typeof chainId === 'number' && Number.isSafeInteger(chainId) && chainId >= 0) {
    return BigInt(chainId)
  }
  throw new InvalidOptionsError(
    `chainId: expected a whole number from 0 to 2^64 - 1, as a bigint above 2^53 - 1, got ${described(chainId)}`
  )
}

function validateGenesis(genesis: unknown): Uint8Array<ArrayBuffer> {
  if (genesis instanceof Uint8Array && isGenesisLength(genesis.byteLength)) {
    return new Uint8Array(genesis)
  }
  if (typeof genesis === 'string' && /^0x(?:[0-9a-f]{2})+$/i.test(genesis)) {
    const bytes = fromHex(genesis)
    if (isGenesisLength(bytes.byteLength)) return bytes
  }
  throw new InvalidOptionsError(
    `genesis: expected 1 to ${MAX_GENESIS_LENGTH} bytes, as 0x and hex digits or a Uint8Array, got ${described(genesis)}`
  )
}

function isGenesisLength(length: number): boolean {
  return length >= 1 && length <= MAX_GENESIS_LENGTH
}

function described(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`
  if (typeof value === 'string') return `"${printable(value, 80)}"`
  return typeof value === 'number' || typeof value === 'bigint' ? `${value}` : typeof value
}

function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array((hex.length - 2) / 2)
  for (let i = 0; i < bytes.byteLength; i++) {
    bytes[i] = Number.parseInt(hex.slice(2 + 2 * i, 4 + 2 * i), 16)
  }
  return bytes
}

function toHex(bytes: Uint8Array): string {
  return `0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

// enough of a hash to tell two apart, and never more than a line
function short(hex: string): string {
  return hex.length <= 20 ? hex : `${hex.slice(0, 10)}…${hex.slice(-8)}`
}
