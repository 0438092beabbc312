/**
 * The gated registrar against libp2p's own: whatever is asked of the one is answered as by the other, except
 * that gated handlers, middleware and topologies are guarded.
 */
import { createLibp2p } from 'libp2p'
import { isStartable } from '@libp2p/interface'
import { expect, test } from 'vitest'
import { APP, TestGate } from './nodes.ts'
import type { GatedRegistrar } from '../../src/gate/gated-registrar.ts'
import type { GateComponents } from '../../src/gate/gate.ts'
import type { ComponentLogger, StreamHandler, StreamMiddleware, Topology } from '@libp2p/interface'
import type { Registrar } from '@libp2p/interface-internal'

const PING = '/ipfs/ping/1.0.0'

interface Registrars {
  plain: Registrar
  inner: Registrar
  gated: Registrar
}

/** libp2p's registrar alone, and ours in front of another such one. */
async function registrars(): Promise<Registrars> {
  const plain = await createLibp2p({
    start: false,
    services: { look: ({ registrar }: { registrar: Registrar }) => ({ registrar }) }
  })
  const gated = await createLibp2p({
    start: false,
    services: {
      gate: (components: GateComponents & { logger: ComponentLogger }) =>
        new TestGate(components, {})
    }
  })
  return {
    plain: plain.services.look.registrar,
    inner: gated.services.gate.inner,
    gated: gated.services.gate.components.registrar
  }
}

const handler: StreamHandler = () => {}
const middleware: StreamMiddleware = (stream, connection, next) => next(stream, connection)

test.for([APP, PING])(
  'handlers of %s: handle, getHandler, getProtocols, unhandle',
  async (protocol) => {
    const { plain, inner, gated } = await registrars()
    for (const registrar of [plain, gated]) {
      expect(registrar.getProtocols()).toEqual([])
      expect(() => registrar.getHandler(protocol)).toThrow(
        expect.objectContaining({ name: 'UnhandledProtocolError' })
      )
      await registrar.handle(protocol, handler, {
        maxInboundStreams: 7,
        runOnLimitedConnection: true
      })
      await registrar.handle('/another/1.0.0', handler)
      expect(registrar.getProtocols()).toEqual(['/another/1.0.0', protocol].toSorted())
      expect(registrar.getHandler(protocol).options).toEqual({
        maxInboundStreams: 7,
        maxOutboundStreams: 64,
        runOnLimitedConnection: true
      })
      await expect(registrar.handle(protocol, handler)).rejects.toMatchObject({
        name: 'DuplicateProtocolHandlerError'
      })
      await registrar.handle(protocol, handler, { force: true })
    }
    expect(plain.getHandler(protocol).handler).toBe(handler)
    expect(gated.getHandler(protocol)).toBe(inner.getHandler(protocol))
    expect(gated.getHandler(protocol).handler === handler).toBe(protocol === PING)

    for (const registrar of [plain, gated]) {
      await registrar.unhandle(protocol)
      expect(registrar.getProtocols()).toEqual(['/another/1.0.0'])
      // libp2p's registrar takes a list, too
      await registrar.unhandle(['/another/1.0.0'] as unknown as string)
      expect(registrar.getProtocols()).toEqual([])
    }
  }
)

test.for([APP, PING])('middleware of %s: use, getMiddleware, unuse', async (protocol) => {
  const { plain, gated } = await registrars()
  const door = protocol === APP ? 1 : 0
  for (const [registrar, first] of [
    [plain, 0],
    [gated, door]
  ] as const) {
    expect(registrar.getMiddleware(protocol).slice(first)).toEqual([])
    registrar.use(protocol, [middleware])
    registrar.use(protocol, [middleware, middleware])
    expect(registrar.getMiddleware(protocol).slice(first)).toEqual([middleware, middleware])
    registrar.unuse(protocol)
    expect(registrar.getMiddleware(protocol).slice(first)).toEqual([])
  }
  gated.use(protocol, [middleware])
  gated.getMiddleware(protocol).push(middleware)
  expect(gated.getMiddleware(protocol)).toHaveLength(door + 1)
})

test.for([APP, PING])('topologies of %s: register, getTopologies, unregister', async (protocol) => {
  const { plain, gated } = await registrars()
  const topology: Topology = { onConnect: () => {}, onDisconnect: () => {} }
  for (const registrar of [plain, gated]) {
    expect(registrar.getTopologies(protocol)).toEqual([])
    const id = await registrar.register(protocol, topology)
    expect(id).toEqual(expect.any(String))
    expect(registrar.getTopologies(protocol)).toHaveLength(1)
    // one topology may be registered several times, as gossipsub does
    const second = await registrar.register(protocol, topology)
    expect(registrar.getTopologies(protocol)).toHaveLength(2)
    registrar.unregister(id)
    registrar.unregister('unknown')
    expect(registrar.getTopologies(protocol)).toHaveLength(1)
    registrar.unregister(second)
    expect(registrar.getTopologies(protocol)).toEqual([])
    for (const nothing of [undefined, null]) {
      await expect(
        registrar.register(protocol, nothing as unknown as Topology)
      ).rejects.toMatchObject({ name: 'InvalidParametersError' })
    }
  }
  const id = await gated.register(protocol, topology)
  expect(gated.getTopologies(protocol).includes(topology)).toBe(protocol === PING)
  gated.unregister(id)
})

test('a topology that libp2p does not take is kept nowhere', async () => {
  const { inner, gated } = await registrars()
  inner.register = async () => Promise.reject(new Error('too many'))
  const { topologies } = gated as GatedRegistrar
  await expect(gated.register(APP, {})).rejects.toThrow('too many')
  expect([...topologies]).toEqual([])
})

test('is a registrar to whoever asks, with every method of libp2p’s, and none of libp2p’s life cycle to carry on', async () => {
  const { plain, gated } = await registrars()
  expect(Object.prototype.toString.call(gated)).toBe(Object.prototype.toString.call(plain))
  // if libp2p's registrar ever gets a start(), it has to be called from ours
  expect(isStartable(plain)).toBe(false)
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(plain)).filter(
    (name) => name !== 'constructor' && !name.startsWith('_')
  )
  for (const method of methods) expect(gated).toHaveProperty(method)
})
