import { named } from './simulated-connection.ts'
import type {
  Connection,
  Stream,
  StreamHandlerRecord,
  StreamMiddleware,
  Topology
} from '@libp2p/interface'
import type { Registrar } from '@libp2p/interface-internal'

/** A node's handlers, without a peer store to write them to. */
export function simulatedRegistrar(): Registrar {
  const handlers = new Map<string, StreamHandlerRecord>()
  const middleware = new Map<string, StreamMiddleware[]>()
  const topologies = new Map<string, { protocol: string; topology: Topology }>()
  let ids = 0
  const registrar: Registrar = {
    getProtocols: () => [...handlers.keys()].toSorted(),
    getHandler: (protocol) => {
      const record = handlers.get(protocol)
      if (record === undefined) throw named('UnhandledProtocolError', `No handler for ${protocol}`)
      return record
    },
    handle: async (protocol, handler, options = {}) => {
      if (handlers.has(protocol)) throw named('DuplicateProtocolHandlerError', protocol)
      handlers.set(protocol, { handler, options })
    },
    unhandle: async (protocols) => {
      for (const protocol of [protocols].flat()) handlers.delete(protocol)
    },
    use: (protocol, layers) => void middleware.set(protocol, layers),
    unuse: (protocol) => void middleware.delete(protocol),
    getMiddleware: (protocol) => middleware.get(protocol) ?? [],
    register: async (protocol, topology) => {
      const id = `topology-${++ids}`
      topologies.set(id, { protocol, topology })
      return id
    },
    unregister: (id) => void topologies.delete(id),
    getTopologies: (protocol) =>
      [...topologies.values()].filter((it) => it.protocol === protocol).map((it) => it.topology)
  }
  return registrar
}

/** Runs a stream through the layers of middleware, as libp2p does: each calls the next, or throws. */
export async function runMiddleware(
  layers: readonly StreamMiddleware[],
  stream: Stream,
  connection: Connection
): Promise<void> {
  for (const layer of layers) {
    await new Promise<void>((resolve, reject) => {
      const result = layer(stream, connection, () => resolve())
      if (result instanceof Promise) result.catch(reject)
    })
  }
}
