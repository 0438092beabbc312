import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { chainHandshake, peerLifecycle } from '../../src/index.ts'
import { replayRecording } from '../../src/inspector/index.ts'

const createNode = (chainId: number) =>
  createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: {
      peers: peerLifecycle({
        protocolPrefix: '/mychain',
        handshake: chainHandshake({ chainId, genesis: '0x1f2e3d' }),
        outboundShare: 0, // nobody is made a peer unasked
        recorder: { lines: 10_000, redact: 'hash' }
      }),
      identify: identify()
    }
  })

const [alice, bob, eve] = await Promise.all([createNode(7), createNode(7), createNode(8)])
await alice.services.peers.connect(bob.getMultiaddrs())
await alice.services.peers.connect(eve.getMultiaddrs()).catch(() => {})

const folder = await mkdtemp(join(tmpdir(), 'recording-'))
const file = join(folder, 'alice.jsonl')
await writeFile(file, alice.services.peers.recording())

// the same charts, on any machine, come to the same
const stream = createReadStream(file, 'utf8')
const { paths, divergence } = await replayRecording(stream)
console.log(divergence === undefined ? 'the same again' : 'something else')
for (const path of paths.values()) console.log(`a peer is ${path.split('.')[0]}`)

// what somebody has changed is found
const text = [...alice.services.peers.recording()].join('')
const forged = text.replace('"to":"authorized"', '"to":"rejected.connected"')
const found = await replayRecording(forged)
console.log(`line ${found.divergence?.line}: ${found.divergence?.what}`)
console.log(`  recorded ${found.divergence?.recorded}, replayed ${found.divergence?.replayed}`)

await rm(folder, { recursive: true })
await Promise.all([alice.stop(), bob.stop(), eve.stop()])
