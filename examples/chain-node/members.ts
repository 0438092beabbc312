import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { toHex } from './encoding.ts'
import type { Hex } from './encoding.ts'

/** The five that followed the forks. The founder proposed every block before the first of them. */
export const FAITHFUL = ['ada', 'ben', 'cleo', 'dora', 'emil'] as const

/** The two that went another way, each its own. */
export const STRAYS = ['wren', 'yuri'] as const

export type Member = (typeof FAITHFUL)[number] | (typeof STRAYS)[number]

export const MEMBERS: readonly Member[] = [...FAITHFUL, ...STRAYS]

export function isStray(name: Member): boolean {
  return STRAYS.some((stray) => stray === name)
}

/** The key with which a member signs blocks and handshakes. Made from its name: fit for an example only. */
export function privateKeyOf(name: Member): Uint8Array {
  return sha256(utf8ToBytes(`chain-node ${name}`))
}

export function publicKeyOf(name: Member): Hex {
  return toHex(ed25519.getPublicKey(privateKeyOf(name)))
}

/** Whose key it is; undefined if it is no member's. Strays are members, too. */
export function memberOf(publicKey: string): Member | undefined {
  return NAMES.get(publicKey)
}

const NAMES: ReadonlyMap<string, Member> = new Map(MEMBERS.map((name) => [publicKeyOf(name), name]))
