import { HandshakeRefusedError, InvalidOptionsError } from '../errors.ts'
import { whenThere } from './awaitable.ts'
import { ForkSchedule } from './fork-id.ts'
import { handshakePart } from './handshake-part.ts'
import { fromHex, toHex } from './hex.ts'
import {
  checkFunction,
  describe,
  readGenesis,
  readInit,
  readUint64,
  uint64Of
} from './option-values.ts'
import { checkPart } from './parts.ts'
import { ForkPart } from './wire/parts.js'
import type { ForkId, HeadPosition } from './fork-id.ts'
import type { Handshake } from './handshake.ts'
import type { Shape } from './wire-shape.ts'

/** The newest block of our chain. */
export interface ForkHead {
  /** Its number. */
  readonly block: number | bigint

  /** Its time, as the block itself says it: seconds since 1970. Needed if there are `timeForks`. */
  readonly time?: number | bigint
}

export interface ForkHandshakeInit {
  /** The hash of the chain's first block, 1 to 64 bytes: `0x` and hex digits, or the bytes. */
  readonly genesis: string | Uint8Array

  /**
   * The blocks at which the rules of the chain changed or will change: all of them, whatever we have
   * passed. In any order; 0 is the genesis and no fork, and two forks at one block are one.
   */
  readonly forks: readonly (number | bigint)[]

  /**
   * The times of the changes that are scheduled by time (EIP-6122), in seconds since 1970. They come
   * after all forks by block. In any order, as `forks`.
   *
   * @default []
   */
  readonly timeForks?: readonly (number | bigint)[]

  /**
   * The time of the first block: whatever was in force then is no fork.
   *
   * @default 0
   */
  readonly genesisTime?: number | bigint

  /**
   * The newest block of our chain, now. Called for every hello and every verdict, so answer from memory.
   * If it throws, or answers anything else, that is a fault of ours (`internal`).
   */
  head(): ForkHead | Promise<ForkHead>
}

/** Where a peer on the same chain stands, as it said. */
export interface ForkHello {
  /** CRC-32 of its genesis and of the forks it has passed: `0x` and 8 hex digits. */
  readonly forkHash: string

  /** Block or time of the next fork that it knows; 0 for none. */
  readonly forkNext: bigint
}

const FORK_PART: Shape = { 1: 'bytes', 2: 'uint64' }
const HASH_LENGTH = 4

/**
 * A handshake that authorizes peers on the same side of every fork, as Ethereum does (EIP-2124, with the
 * times of EIP-6122): a peer that is behind or ahead of us on the same chain is welcome, and one that
 * plans another future is until that fork is passed. Any other is refused with `incompatible`; the detail
 * begins with `remote stale` (it has not been upgraded for a fork that we have passed) or with `local
 * stale or incompatible` (it is on another chain, or on a fork that we do not know). For chains whose
 * rules change; call `peers.refresh()` when a fork is passed, so that whoever did not follow is
 * deauthorized. Part `fork`.
 *
 * @throws {InvalidOptionsError} If an option is not what it has to be.
 *
 * @example
 *
 * ```ts
 * const handshake = allOf(
 *   chainHandshake({ chainId: 7, genesis }),
 *   forkHandshake({ genesis, forks: [1_150_000, 1_920_000], head: () => ({ block: chain.height }) })
 * )
 * ```
 */
export function forkHandshake(init: ForkHandshakeInit): Handshake<ForkHello> {
  readInit(init, ['genesis', 'forks', 'timeForks', 'genesisTime', 'head'])
  checkFunction(init, 'head', { isRequired: true })
  const genesis = readGenesis(init.genesis)
  const blocks = readForks('forks', init.forks)
  const times = readForks('timeForks', init.timeForks ?? [])
  const genesisTime = readUint64('genesisTime', init.genesisTime ?? 0)
  const schedule = new ForkSchedule({ genesis, blocks, times, genesisTime })
  const readHead = (head: unknown): HeadPosition => positionOf(head, times.length > 0)

  return handshakePart({
    name: 'fork',
    fingerprint: `fork ${toHex(genesis)} ${genesisTime} blocks ${blocks.join()} times ${times.join()}`,
    hello: () =>
      whenThere(init.head(), (head) => {
        const { hash, next } = schedule.idAt(readHead(head))
        return ForkPart.encode({ hash: fromHex(hash) ?? new Uint8Array(), next })
      }),
    verify: (body) => {
      const id = readForkId(body)
      return whenThere(init.head(), (head) => {
        const position = readHead(head)
        const verdict = schedule.judge(id, position)
        if (verdict === 'compatible') return { forkHash: id.hash, forkNext: id.next }
        const detail = `${verdict}: fork id ${written(id)}, ours ${written(schedule.idAt(position))}`
        throw new HandshakeRefusedError('incompatible', detail)
      })
    }
  })
}

function readForkId(body: Uint8Array): ForkId {
  checkPart(body, FORK_PART, 'part "fork"')
  const { hash, next } = ForkPart.decode(body)
  if (hash.byteLength === HASH_LENGTH) return { hash: toHex(hash), next }
  const detail = `a fork hash of ${hash.byteLength} bytes, expected ${HASH_LENGTH}`
  throw new HandshakeRefusedError('protocol-violation', detail)
}

function positionOf(head: unknown, needsTime: boolean): HeadPosition {
  const { block, time } = (head ?? {}) as Partial<ForkHead>
  const position = { block: uint64Of(block), time: uint64Of(time ?? (needsTime ? undefined : 0)) }
  if (position.block !== undefined && position.time !== undefined) return position as HeadPosition
  const expected = needsTime ? 'block and time' : 'block'
  throw new TypeError(
    `Expected head() to give ${expected} as whole numbers, got block ${describe(block)} and time ${describe(time)}`
  )
}

function readForks(name: string, forks: unknown): bigint[] {
  if (Array.isArray(forks)) return forks.map((fork, i) => readUint64(`${name}[${i}]`, fork))
  throw new InvalidOptionsError(`${name}: expected a list of whole numbers, got ${describe(forks)}`)
}

function written({ hash, next }: ForkId): string {
  return next === 0n ? hash : `${hash} before ${next}`
}
