/**
 * Protocols that were handled behind the gate's back, and those that were not.
 *
 * Mutations that turn this file red, each tried by hand:
 * - gate.ts, `start` without `audit`: "is an error that names"
 * - gated-registrar.ts, `ungated` looks at handlers only, or at topologies only: the case it leaves out
 * - gated-registrar.ts, `getHandler` returns what the inner registrar has: "is gated all the same"
 */
import { createLibp2p } from 'libp2p'
import { expect, test } from 'vitest'
import { APP, TestGate, connect, eventually, gatedNode, say, stockNode } from './nodes.ts'
import type { GateComponents } from '../../src/gate/gate.ts'
import type { ComponentLogger, Libp2p } from '@libp2p/interface'
import type { Registrar } from '@libp2p/interface-internal'

const PING = '/ipfs/ping/1.0.0'
const LATE = '/test/late/1.0.0'

type Components = GateComponents & { logger: ComponentLogger }
type Behind = (registrar: Registrar) => Promise<unknown>

/** A node with a service in front of the gate that keeps libp2p's registrar. Not started. */
async function nodeWith(behind: Behind): Promise<Libp2p<{ early: unknown; gate: TestGate }>> {
  const done: Array<Promise<unknown>> = []
  const node = await createLibp2p({
    start: false,
    services: {
      early: ({ registrar }: { registrar: Registrar }) => {
        done.push(behind(registrar))
        return {}
      },
      gate: (components: Components) => new TestGate(components, {})
    }
  })
  await Promise.all(done)
  return node
}

test.for<[string, Behind]>([
  ['handler', async (registrar) => registrar.handle(APP, () => {})],
  [
    'topology',
    async (registrar) => {
      await registrar.handle(PING, () => {})
      await registrar.register(APP, {})
      // seen as soon as the protocol is handled, by anybody
      await registrar.handle(APP, () => {})
    }
  ]
])(
  'a %s of a gated protocol behind our back is an error that names the protocol',
  async ([, behind]) => {
    const node = await nodeWith(behind)

    await expect(node.start()).rejects.toMatchObject({
      name: 'UngatedProtocolError',
      message: expect.stringContaining(APP)
    })
    expect(node.status).toBe('stopped')
  }
)

test('the error names every protocol, and says what to do', async () => {
  const node = await nodeWith(async (registrar) => {
    await registrar.handle(APP, () => {})
    await registrar.handle(LATE, () => {})
  })

  await expect(node.start()).rejects.toThrow(
    `Not gated: ${APP}, ${LATE}. A service constructed before the peer lifecycle registered them: ` +
      'make the peer lifecycle the first of the services, or add them to openProtocols'
  )
})

test('a topology alone is found once the gate itself handles its protocol', async () => {
  const node = await nodeWith(async (registrar) => registrar.register(APP, {}))
  await node.handle(APP, () => {})

  await expect(node.start()).rejects.toMatchObject({
    name: 'UngatedProtocolError',
    message: expect.stringContaining(APP)
  })
})

test('an open protocol behind our back is no error', async () => {
  const node = await nodeWith(async (registrar) => {
    await registrar.handle(PING, () => {})
    await registrar.register(PING, {})
  })

  await node.start()
  expect(node.status).toBe('started')
  await node.stop()
})

test('a handler that is registered behind our back after the start is gated all the same, and found by the next audit', async () => {
  const ours = await gatedNode()
  const stock = await stockNode()
  let calls = 0
  await ours.services.gate.inner.handle(APP, () => void calls++)
  const { local } = await connect(stock, ours)

  await say(local, APP, 'hello')
  await eventually(() => expect(ours.services.gate.gate.counts.refusedInbound).toBe(1))
  const { registrar } = ours.services.gate.components
  const stream = await local.newStream(PING)
  expect(() => registrar.getHandler(APP).handler(stream, local)).toThrow(
    expect.objectContaining({ name: 'PeerNotAuthorizedError' })
  )
  expect(calls).toBe(0)
  expect(() => ours.services.gate.gate.audit()).toThrow(
    expect.objectContaining({ name: 'UngatedProtocolError' })
  )
})

test('protocols handled before start, in the start of a later service and by node.handle are gated', async () => {
  let calls = 0
  const later = ({ registrar }: { registrar: Registrar }) => ({
    start: async () => registrar.handle(LATE, () => void calls++),
    stop: async () => registrar.unhandle(LATE)
  })
  const ours = await gatedNode({ later }, { start: false })
  const before = '/test/before/1.0.0'
  await ours.handle(before, () => void calls++)
  await ours.start()
  await ours.handle(APP, () => void calls++)
  const stock = await stockNode()
  const { local } = await connect(stock, ours)
  const protocols = [before, LATE, APP]

  for (const protocol of protocols) await say(local, protocol, 'hello')
  await eventually(() => expect(ours.services.gate.gate.counts.refusedInbound).toBe(3))
  expect(calls).toBe(0)

  ours.services.gate.authorize(stock.peerId)
  for (const protocol of protocols) await say(local, protocol, 'hello')
  await eventually(() => expect(calls).toBe(3))
})
