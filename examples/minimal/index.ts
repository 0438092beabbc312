import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { chainHandshake, peerLifecycle } from '../../src/index.ts'
import type { Stream } from '@libp2p/interface'

const HEADER_PROTOCOL = '/mychain/header/1.0.0'

const createNode = () =>
  createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: {
      // the first of the services, so that it gates all that follow
      peers: peerLifecycle({
        protocolPrefix: '/mychain',
        handshake: chainHandshake({ chainId: 7, genesis: '0x1f2e3d' }),
        outboundShare: 0 // nobody is made a peer unasked, so that you see the refusal below
      }),
      identify: identify()
    }
  })

const [alice, bob] = await Promise.all([createNode(), createNode()])

// nothing special here: whoever reaches this handler is authorized
await bob.handle(HEADER_PROTOCOL, async (stream) => {
  for await (const height of stream) {
    stream.send(encode(`header ${decode(height)}`)) // a real protocol would frame its messages
    break
  }
  await stream.close()
})

// connected is not authorized
await alice.dial(bob.getMultiaddrs())
await alice.dialProtocol(bob.peerId, HEADER_PROTOCOL).catch((err: Error) => {
  console.log(`before: ${err.name}`)
})

const peer = await alice.services.peers.connect(bob.peerId)
console.log(`authorized: ${peer.direction}, chain ${peer.hello.chainId}`)

const stream = await alice.dialProtocol(bob.peerId, HEADER_PROTOCOL)
const answer = readAll(stream)
stream.send(encode('41'))
console.log(`received: ${await answer}`)
await stream.close()

await Promise.all([alice.stop(), bob.stop()])

async function readAll(from: Stream): Promise<string> {
  let text = ''
  for await (const chunk of from) text += decode(chunk)
  return text
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function decode(bytes: { subarray(): Uint8Array }): string {
  return new TextDecoder().decode(bytes.subarray())
}
