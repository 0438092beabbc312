import { headerHash } from './header.ts'
import type { Hex } from './encoding.ts'
import type { ChainNode } from './node.ts'
import type { Message, Standing } from './orders.ts'

/** Tells what happens to a node, from now on. Returns why it lost peers: a list that grows. */
export function chronicle(
  node: ChainNode,
  publicKey: Hex,
  tell: (message: Message) => void
): readonly string[] {
  const { chain, libp2p } = node
  const { peers } = libp2p.services
  const farewells: string[] = []
  const tellStanding = (): void => tell({ standing: standingOf(node) })

  chain.addEventListener('block', ({ detail: { header, transactions } }) => {
    if (header.proposer === publicKey) {
      const { number } = header
      tell({ event: { kind: 'proposed', number, transactions: transactions.length } })
    }
    tellStanding()
  })
  chain.addEventListener('fork', ({ detail: { from } }) => {
    const told = peers.getPeers({ state: 'authorized' }).length
    tell({ event: { kind: 'fork', from, peers: told } })
  })
  peers.addEventListener('peer:authorized', ({ detail: { peer, direction } }) => {
    tell({ event: { kind: 'authorized', peer, direction } })
    tellStanding()
  })
  peers.addEventListener('peer:rejected', ({ detail: { peer, reason, by, detail = '' } }) => {
    tell({ event: { kind: 'rejected', peer, reason, by, detail } })
  })
  peers.addEventListener('peer:deauthorized', ({ detail: { peer, reason, by, detail = '' } }) => {
    farewells.push(reason)
    tell({ event: { kind: 'deauthorized', peer, reason, by, detail } })
    tellStanding()
  })
  tellStanding()
  return farewells
}

export function standingOf({ chain, libp2p }: ChainNode): Standing {
  const authorized = libp2p.services.peers.getPeers({ state: 'authorized' })
  return {
    number: chain.head.number,
    hash: headerHash(chain.head),
    transactions: chain.transactions.size,
    peers: authorized.map(({ peerId }) => peerId.toString())
  }
}
