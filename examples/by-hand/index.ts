/**
 * What is wrong with keeping peers by hand, in one scene: a stranger that has never greeted is no peer of ours,
 * and yet the application hears it. The whole list is in the README.
 */
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { memory } from '@libp2p/memory'
import { createLibp2p } from 'libp2p'
import { PeersByHand } from './peers-by-hand.ts'

const APP = '/mychain/blocks/1.0.0'

const createNode = (name: string) =>
  createLibp2p({
    addresses: { listen: [`/memory/by-hand-${name}`] },
    transports: [memory()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()]
  })

const [alice, stranger] = await Promise.all([createNode('alice'), createNode('stranger')])
const chain = { chainId: 7, genesis: '0x1f2e3d' }
const peers = new PeersByHand(alice, { chain, maxPeers: 10 })
await peers.start()

const heard = Promise.withResolvers<string>()
await alice.handle(APP, (stream) => {
  stream.addEventListener('message', ({ data }) => {
    heard.resolve(new TextDecoder().decode(data.subarray()))
  })
})

const stream = await stranger.dialProtocol(alice.getMultiaddrs(), APP)
stream.send(new TextEncoder().encode('a block of another chain'))

console.log(`the application has got: ${await heard.promise}`)
console.log(`and of peers it has ${peers.peers.size}`)

peers.stop()
await Promise.all([alice.stop(), stranger.stop()])
