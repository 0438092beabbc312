import { serveGrpc } from '../../src/grpc/index.ts'
import { Chain } from './chain.ts'
import { Clients } from './clients.ts'
import { Follower } from './follower.ts'
import { BLOCK_INTERVAL, GENESIS, scheduleOf } from './genesis.ts'
import { Gossip } from './gossip.ts'
import { createChainLibp2p, GRPC_PROTOCOL } from './libp2p.ts'
import { privateKeyOf } from './members.ts'
import { Mempool } from './mempool.ts'
import { Proposer } from './proposer.ts'
import { chainService } from './service.ts'
import { ChainService } from './wire/chain_pb.js'
import { Witness } from './witness.ts'
import type { Block } from './block.ts'
import type { ChainLibp2p } from './libp2p.ts'
import type { Member } from './members.ts'
import type { Transaction } from './transaction.ts'

export interface ChainNodeInit {
  readonly name: Member
  /** The blocks that the node has on disk, so to say. */
  readonly history: readonly Block[]
  /** Protocols that are not gated. Default: the DHT's. */
  readonly openProtocols?: readonly string[]
  /** A peer has handed in a transaction that was news; `publicKey` is the key that the peer proved to own. */
  onSubmitted?(transaction: Transaction, publicKey: string): void
}

/** A node of the blockchain, running. */
export interface ChainNode {
  readonly libp2p: ChainLibp2p
  readonly chain: Chain
  readonly mempool: Mempool
  readonly clients: Clients
  readonly proposer: Proposer
  readonly witness: Witness
  stop(): Promise<void>
}

/** Milliseconds after which every peer is asked where it stands: gossip may get lost. */
const ASK_INTERVAL = 1_000

/** Starts a node that knows nobody yet, and proposes nothing until `proposer.start()`. */
export async function startNode(init: ChainNodeInit): Promise<ChainNode> {
  const privateKey = privateKeyOf(init.name)
  const chain = new Chain(GENESIS, scheduleOf(init.name))
  for (const block of init.history) chain.append(block)
  const mempool = new Mempool((hash) => chain.transactions.has(hash))

  const libp2p = await createChainLibp2p(chain, privateKey, init.openProtocols)
  const { peers, pubsub } = libp2p.services
  const authorized = () => peers.getPeers({ state: 'authorized' })

  const witness = new Witness(libp2p) // for the report of the example; elsewhere it is `libp2p` itself
  const clients = new Clients(witness)
  const follower = new Follower(chain, clients, (peer) => peers.ban(peer))

  const gossip = new Gossip({
    pubsub,
    schedule: chain.schedule,
    onHead: ({ number, proposer }, from) => {
      // who made the block has it; who passed on that it is there may still be fetching it
      const maker = authorized().find(({ hello }) => hello?.publicKey === proposer)
      follower.follow(maker?.peerId ?? from, number)
    },
    onTransaction: (transaction) => {
      if (mempool.hasRoom) mempool.add(transaction)
    }
  })
  const proposer = new Proposer({
    chain,
    mempool,
    privateKey,
    interval: BLOCK_INTERVAL,
    onProposed: (header) => gossip.announce(header)
  })
  const service = chainService({
    chain,
    mempool,
    onTransaction: (transaction, publicKey) => {
      gossip.pass(transaction)
      init.onSubmitted?.(transaction, publicKey)
    }
  })
  const served = await serveGrpc(witness, {
    protocol: GRPC_PROTOCOL,
    interceptors: [witness.countCalls],
    routes: (router) => router.service(ChainService, service)
  })

  chain.addEventListener('block', ({ detail }) => mempool.remove(detail.transactions))
  // tell every peer, and ask nobody: who is not on our side of the fork is a peer no more
  chain.addEventListener('fork', () => void peers.refresh())
  peers.addEventListener('peer:authorized', ({ detail }) => void follower.ask(detail.peerId))
  peers.addEventListener('peer:deauthorized', ({ detail }) => void clients.forget(detail.peerId))

  await libp2p.start()
  gossip.start()
  const asking = setInterval(() => {
    for (const { peerId } of authorized()) void follower.ask(peerId)
  }, ASK_INTERVAL)

  return {
    libp2p,
    chain,
    mempool,
    clients,
    proposer,
    witness,
    stop: async () => {
      clearInterval(asking)
      proposer.stop()
      follower.stop()
      await clients.close()
      await served.close()
      await libp2p.stop()
    }
  }
}
