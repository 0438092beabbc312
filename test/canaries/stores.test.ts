/** Canaries of what libp2p keeps of peers, and of what it lets them say and hold. */
import { expect } from 'vitest'
import { multiaddr } from '@multiformats/multiaddr'
import { APP, connect, eventually, stockNode } from '../gate/nodes.ts'
import { idOf } from '../../src/testing/simulation/scripted-peer.ts'
import { next } from '../network/waiting.ts'
import { canary } from './canary.ts'
import type { Connection, Libp2pEvents, Stream, StreamMuxer } from '@libp2p/interface'
import type { TypedEventTarget } from 'main-event'

canary(
  'a peer has as many addresses as it says',
  { row: 'M12', file: 'src/scheduler/address-choice.ts', so: 'need not look at so few of them' },
  async () => {
    const node = await stockNode()
    const multiaddrs = Array.from({ length: 500 }, (_, i) =>
      multiaddr(`/ip4/192.0.2.1/tcp/${i + 1}`)
    )
    await node.peerStore.merge(idOf('a'), { multiaddrs })
    expect((await node.peerStore.get(idOf('a'))).addresses).toHaveLength(500)
  }
)

canary(
  'an address is forgotten after its time, however often it is stored',
  { file: 'src/learn-addresses.ts', so: 'need not store addresses anew' },
  async () => {
    const node = await stockNode({}, { peerStore: { maxAddressAge: 20 } })
    const store = { multiaddrs: [multiaddr('/ip4/192.0.2.1/tcp/1')] }
    await node.peerStore.merge(idOf('a'), store)
    await eventually(async () => {
      await node.peerStore.merge(idOf('a'), store)
      expect((await node.peerStore.get(idOf('a'))).addresses).toEqual([])
    })
  }
)

canary(
  'what a peer calls itself is told as it is',
  { row: 'M18', file: 'src/printable.ts', so: 'may find less to escape' },
  async () => {
    const userAgent = 'a\u001B[31mb\r\nc<b>\u202Ed'
    const node = await stockNode()
    const other = await stockNode({}, { nodeInfo: { userAgent } })
    const identified = next(node as TypedEventTarget<Libp2pEvents>, 'peer:identify')
    await node.dial(other.getMultiaddrs())
    expect((await identified).agentVersion).toBe(userAgent)
  }
)

canary(
  'streams that never name a protocol are held, as many as a peer likes',
  { row: 'M14', file: 'src/gate/unnamed-streams.ts', so: 'can go' },
  async () => {
    const { local, remote } = await connect(await stockNode(), await stockNode())
    const { muxer } = local as Connection & { readonly muxer: StreamMuxer }
    for (let i = 0; i < 200; i++) await muxer.createStream()
    const unnamed = (): number => remote.streams.filter(({ protocol }) => protocol === '').length
    await eventually(() => expect(unnamed()).toBe(200))
  }
)

canary(
  'a connection that is closed ends its streams in good order first',
  {
    file: 'src/handshake/dialogue.ts',
    so: 'may blame a peer at once that ends its stream too early'
  },
  async () => {
    const node = await stockNode()
    const other = await stockNode()
    const handled = Promise.withResolvers<Stream>()
    await node.handle(APP, (stream) => handled.resolve(stream))
    const { local } = await connect(other, node)
    await local.newStream(APP)
    const stream = await handled.promise
    const told: string[] = []
    for (const name of ['remoteCloseWrite', 'close'] as const) {
      stream.addEventListener(name, () => void told.push(name))
    }
    await local.close()
    await eventually(() => expect(told).toContain('close'))
    expect(told).toEqual(['remoteCloseWrite', 'close'])
  }
)
