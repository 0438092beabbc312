import { allOf, chainHandshake, forkHandshake, signedHandshake } from '../../src/index.ts'
import { CHAIN_ID, GENESIS_HASH } from './genesis.ts'
import { memberOf } from './members.ts'
import { forksOf } from './rules.ts'
import type { Chain } from './chain.ts'
import type { HelloOf } from '../../src/index.ts'

/** Whom this node talks to: the same chain, the same side of every fork, and the key of a member. */
export function chainNodeHandshake(chain: Chain, privateKey: Uint8Array) {
  return allOf(
    chainHandshake({ chainId: CHAIN_ID, genesis: GENESIS_HASH }),
    forkHandshake({
      genesis: GENESIS_HASH,
      forks: forksOf(chain.schedule),
      head: () => ({ block: chain.head.number })
    }),
    signedHandshake({
      key: { type: 'ed25519', privateKey },
      isAllowed: (publicKey) => memberOf(publicKey) !== undefined
    })
  )
}

/** What is known of an authorized peer: chain, fork id, and the key that it proved to own. */
export type ChainNodeHello = HelloOf<ReturnType<typeof chainNodeHandshake>>
