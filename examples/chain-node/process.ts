/** One node in a process of its own. Does what the first process asks, and ends with it. */

import { peerIdFromString } from '@libp2p/peer-id'
import { chronicle, standingOf } from './chronicle.ts'
import { writeTransaction } from './codec.ts'
import { callBeforeHandshakes, tryDoor } from './doors.ts'
import { toHex } from './encoding.ts'
import { historyOf, NEWCOMER, scheduleOf } from './genesis.ts'
import { DHT_PROTOCOL, GRPC_PROTOCOL } from './libp2p.ts'
import { isStray, MEMBERS, privateKeyOf, publicKeyOf } from './members.ts'
import { startNode } from './node.ts'
import { signTransaction } from './transaction.ts'
import type { Attempt } from './doors.ts'
import type { ChainNode } from './node.ts'
import type { Call, Message, NodeReport, Orders } from './orders.ts'
import type { Place } from './place.ts'

const name = MEMBERS.find((member) => member === process.argv[2]) ?? 'ada'
const attempts: Attempt[] = []
let running: { node: ChainNode; farewells: readonly string[] } | undefined

const orders: Orders = {
  async join(bootstrap) {
    const node = await startNode({
      name,
      history: name === NEWCOMER ? [] : historyOf(scheduleOf(name)),
      // the strays' own gate shall not stop them: what does is the gate of the others
      openProtocols: isStray(name) ? [DHT_PROTOCOL, GRPC_PROTOCOL] : [DHT_PROTOCOL],
      onSubmitted: (_, publicKey) => tell({ event: { kind: 'submitted', publicKey } })
    })
    running = { node, farewells: chronicle(node, publicKeyOf(name), tell) }
    if (isStray(name)) callBeforeHandshakes(node.libp2p, (attempt) => attempts.push(attempt))
    for (const address of bootstrap) node.libp2p.services.peers.enqueue(address)
    return placeOf(node)
  },

  propose: () => theNode().proposer.start(),

  rest: () => theNode().proposer.stop(),

  async submit(peer, count) {
    const client = theNode().clients.of(peerIdFromString(peer))
    const nonces = Array.from({ length: count }, (_, nonce) => nonce)
    const submitted = nonces.map(async (nonce) => {
      const unsigned = { nonce, recipient: publicKeyOf('ada'), amount: 1 }
      const transaction = signTransaction(unsigned, privateKeyOf(name))
      const { hash } = await client.submitTransaction(writeTransaction(transaction))
      return toHex(hash)
    })
    return Promise.all(submitted)
  },

  async tryDoors(places) {
    const tried: Attempt[] = []
    for (const place of places) tried.push(...(await tryDoor(theNode().libp2p, place)))
    attempts.push(...tried)
    return tried
  },

  report,

  async leave() {
    await running?.node.stop()
    running = undefined
  }
}

function report(): NodeReport {
  const node = theNode()
  const { chain, libp2p, witness } = node
  const { peers, pubsub } = libp2p.services
  const authorized = peers.getPeers({ state: 'authorized' })
  const { refusedInbound, heldDropped } = peers.status().gate
  return {
    ...standingOf(node),
    ...placeOf(node),
    name,
    hashes: [...chain.transactions],
    nextForks: Object.fromEntries(
      authorized.map(({ peerId, hello }) => [peerId.toString(), Number(hello?.forkNext)])
    ),
    gossip: pubsub.getPeers().map(String),
    refusedStreams: refusedInbound + heldDropped,
    traffic: witness.traffic,
    attempts,
    farewells: running?.farewells ?? []
  }
}

function theNode(): ChainNode {
  if (running === undefined) throw new Error(`${name} has not joined`)
  return running.node
}

function placeOf({ libp2p }: ChainNode): Place {
  return { peer: libp2p.peerId.toString(), addresses: libp2p.getMultiaddrs().map(String) }
}

function tell(message: Message): void {
  // nobody hears it if the first process has just gone; we follow it
  process.send?.(message, undefined, undefined, () => {})
}

/** Carries out an order: the types of its name and of its arguments go together. */
async function carryOut({ id, name: order, args }: Call): Promise<void> {
  const run = orders[order] as (...of: typeof args) => unknown
  try {
    tell({ reply: id, value: await run(...args) })
  } catch (err) {
    tell({ reply: id, error: err instanceof Error ? err.message : String(err) })
  }
}

process.on('message', (call: Call) => void carryOut(call))
process.once('disconnect', () => process.exit()) // the first process has gone, however
process.on('SIGINT', () => {}) // Ctrl-C reaches all processes of the terminal; the first one decides
