import { HandshakeRefusedError } from '../errors.ts'
import { handshakePart } from './handshake-part.ts'
import { shortHex, toHex } from './hex.ts'
import { readGenesis, readInit, readUint64 } from './option-values.ts'
import { checkPart } from './parts.ts'
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

const CHAIN_PART: Shape = { 1: 'uint64', 2: 'bytes' }

/**
 * A handshake that authorizes peers on the same chain: same chain id, same genesis. Any other is refused
 * with `incompatible` and a detail that names what differs. For every network that has such names; two
 * chains that share them and differ by a fork are told apart by `forkHandshake`. Part `chain`.
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
  readInit(init, ['chainId', 'genesis'])
  const chainId = readUint64('chainId', init.chainId)
  const genesis = readGenesis(init.genesis)
  const ours: ChainHello = { chainId, genesis: toHex(genesis) }

  return handshakePart({
    name: 'chain',
    fingerprint: `chain ${chainId} ${ours.genesis}`,
    hello: () => ChainPart.encode({ chainId, genesis }),
    verify: (body) => {
      checkPart(body, CHAIN_PART, 'part "chain"')
      const part = ChainPart.decode(body)
      const hello: ChainHello = { chainId: part.chainId, genesis: toHex(part.genesis) }
      if (hello.chainId !== ours.chainId) {
        throw incompatible(`chain id ${hello.chainId}, expected ${ours.chainId}`)
      }
      if (hello.genesis !== ours.genesis) {
        throw incompatible(`genesis ${shortHex(hello.genesis)}, expected ${shortHex(ours.genesis)}`)
      }
      return hello
    }
  })
}

function incompatible(detail: string): HandshakeRefusedError {
  return new HandshakeRefusedError('incompatible', detail)
}
