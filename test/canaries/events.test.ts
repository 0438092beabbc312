/** Canaries of libp2p's events, which are no state machine. */
import { spawn } from 'node:child_process'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { MemoryDatastore } from 'datastore-core'
import { expect } from 'vitest'
import { APP, connect, eventually, stockNode } from '../gate/nodes.ts'
import { journal, next } from '../network/waiting.ts'
import { canary } from './canary.ts'
import type { Libp2p, Libp2pEvents, PeerStore } from '@libp2p/interface'
import type { TypedEventTarget } from 'main-event'

const ALL = ['connection:open', 'connection:close', 'peer:connect', 'peer:disconnect'] as const

const namesOf = (entries: readonly (readonly [string, unknown])[]): string[] =>
  entries.map(([name]) => name)

canary(
  'an RSA peer that is gone at once disconnects before it connects',
  { row: 'M4', file: 'src/connections.ts', so: 'can build on peer:connect and peer:disconnect' },
  async () => {
    const writing = Promise.withResolvers<void>()
    const slow = (components: { peerStore: PeerStore }) => {
      const { peerStore } = components
      const patch = peerStore.patch.bind(peerStore)
      peerStore.patch = async (...args) => {
        await writing.promise
        return patch(...args)
      }
      return {}
    }
    const node = await stockNode({ slow })
    const other = await stockNode({}, { privateKey: await generateKeyPair('RSA', 2048) })
    const told = journal(node as TypedEventTarget<Libp2pEvents>, ...ALL)
    const opened = next(node as TypedEventTarget<Libp2pEvents>, 'connection:open')
    // the dial fails if the connection is gone before it has resolved
    other.dial(node.getMultiaddrs()).catch(() => {})
    const connection = await opened
    connection.abort(new Error('gone'))
    await eventually(() => expect(namesOf(told)).toContain('connection:close'))
    writing.resolve()

    await eventually(() => expect(namesOf(told)).toContain('peer:connect'))

    const order = namesOf(told)
    expect(order.indexOf('peer:disconnect')).toBeGreaterThan(-1)
    expect(order.indexOf('peer:disconnect')).toBeLessThan(order.indexOf('peer:connect'))
  }
)

canary(
  'stop() closes connections and disconnects nobody',
  {
    row: 'M6',
    file: 'src/peer-lifecycle.ts',
    so: 'may end peers by their disconnection in stop()'
  },
  async () => {
    const node = await stockNode()
    const other = await stockNode()
    await connect(node, other)
    const told = journal(node as TypedEventTarget<Libp2pEvents>, ...ALL)

    await node.stop()

    expect(namesOf(told)).toEqual(['connection:close'])
  }
)

canary(
  'two nodes that dial each other at the same time have two connections',
  { row: 'M7', file: 'src/crossing.ts', so: 'meets fewer crossings' },
  async () => {
    // both have a connection in the making before either is through
    let waiting = 0
    const both = Promise.withResolvers<void>()
    const meet = async (): Promise<boolean> => {
      if (++waiting === 2) both.resolve()
      await both.promise
      return false
    }
    const gated = { connectionGater: { denyOutboundEncryptedConnection: meet } }
    const node = await stockNode({}, gated)
    const other = await stockNode({}, gated)

    await Promise.all([node.dial(other.getMultiaddrs()), other.dial(node.getMultiaddrs())])

    await eventually(() => {
      expect(node.getConnections(other.peerId)).toHaveLength(2)
      expect(other.getConnections(node.peerId)).toHaveLength(2)
    })
  }
)

canary(
  'a listener that throws, or whose promise rejects, ends the process',
  { row: 'M8', file: 'src/contained-events.ts', so: 'can go' },
  async () => {
    for (const listener of [
      "() => { throw new Error('mine') }",
      "async () => { throw new Error('mine') }"
    ]) {
      const program = `
        import { TypedEventEmitter } from 'main-event'
        const target = new TypedEventEmitter()
        target.addEventListener('it', ${listener})
        target.safeDispatchEvent('it')`
      const { code, said } = await run(program)
      expect(said).toContain('mine')
      expect(code).not.toBe(0)
    }
  }
)

canary(
  'whoever dials at the same time gets the same connection, which does not say for whom it was made',
  {
    row: 'M9',
    file: 'src/scheduler/dialer.ts',
    so: 'could tell its own connections from others'
  },
  async () => {
    const node = await stockNode()
    const other = await stockNode()
    const [ours, theirs] = await Promise.all([
      node.dial(other.getMultiaddrs()),
      node.dial(other.getMultiaddrs())
    ])
    expect(ours).toBe(theirs)
    expect(
      Object.keys(ours).filter((key) => /priority|caller|reason|tag|owner/i.test(key))
    ).toEqual([])
  }
)

canary(
  'a stream is handled whether or not its peer was identified, and peers connect before connections open',
  { row: 'M10', file: 'src/gate/held-streams.ts', so: 'meets fewer early streams' },
  async () => {
    const node = await stockNode()
    const other = await stockNode()
    const told: string[] = []
    // who never answers is never identified
    await other.handle('/ipfs/id/1.0.0', () => {}, { force: true })
    for (const name of ['peer:identify', 'peer:connect', 'connection:open'] as const) {
      node.addEventListener(name, () => void told.push(name))
    }
    await node.handle(APP, () => void told.push('handled'))

    const connection = await other.dial(node.getMultiaddrs())
    await connection.newStream(APP)

    await eventually(() => expect(told).toEqual(['peer:connect', 'connection:open', 'handled']))
  }
)

canary(
  'a peer is discovered once in its stored life, over restarts too',
  {
    row: 'M13',
    file: 'src/scheduler/candidate-feed.ts',
    so: 'need not read the peer store at start'
  },
  async () => {
    const datastore = new MemoryDatastore()
    const privateKey = await generateKeyPair('Ed25519')
    const other = await stockNode()
    const discover = async (node: Libp2p): Promise<number> => {
      const told = journal(node as TypedEventTarget<Libp2pEvents>, 'peer:discovery')
      for (let i = 0; i < 3; i++) {
        await node.peerStore.merge(other.peerId, { multiaddrs: other.getMultiaddrs() })
      }
      await node.stop()
      return told.length
    }

    expect(await discover(await stockNode({}, { datastore, privateKey }))).toBe(1)
    expect(await discover(await stockNode({}, { datastore, privateKey }))).toBe(0)
  }
)

canary(
  'the ends of a connection know it by different ids, and nothing binds them to its channel',
  { row: 'M26', file: 'src/handshake/transcript.ts', so: 'may bind proofs to the channel' },
  async () => {
    const { local, remote } = await connect(await stockNode(), await stockNode())
    expect(local.id).not.toBe(remote.id)
    const names = [local, remote].flatMap((end) => Object.keys(end))
    expect(names.filter((name) => /bind|hash|exporter|session/i.test(name))).toEqual([])
  }
)

/** Runs a module in a process of its own. */
async function run(program: string): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program])
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  }
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve)
  })
  return { code, said }
}
