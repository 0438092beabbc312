import { createServer } from 'node:http2'
import { connectHandler } from '../../src/grpc/connect-handler.ts'
import { SERVER_OPTIONS, SESSION_WINDOW } from '../../src/grpc/http2-limits.ts'
import { serveGrpc } from '../../src/grpc/index.ts'
import { Echo } from '../grpc/wire/echo_pb.js'
import { gatedNode, GRPC, MESSAGE, openLifecycle, RAW, ungatedNode } from './grpc-nodes.ts'
import { send } from './raw-bytes.ts'
import type { ConnectRouter } from '@connectrpc/connect'
import type { AddressInfo } from 'node:net'

/** Where the server process of the gRPC bench can be reached. */
export interface Addresses {
  readonly gated: string
  readonly ungated: string
  readonly tcp: string
}

/** The same service four times: over a gated stream, an ungated one, TCP; and raw bytes on a stream. */
function routes(router: ConnectRouter): void {
  const data = new Uint8Array(MESSAGE)
  router.service(Echo, {
    unary: () => ({}),
    async *down({ count }) {
      for (let i = 0; i < count; i++) yield { data }
    }
  })
}

const [gated, ungated] = await Promise.all([gatedNode(), ungatedNode()])
await serveGrpc(gated, { protocol: GRPC, routes })
await serveGrpc(openLifecycle(ungated), { protocol: GRPC, routes })
await ungated.handle(RAW, (stream) => {
  stream.addEventListener('message', ({ data }) => {
    void send(stream, Buffer.from(data.subarray()).readUInt32LE())
  })
})

const server = createServer(SERVER_OPTIONS, connectHandler({ routes }))
server.on('session', (session) => session.setLocalWindowSize(SESSION_WINDOW))
server.listen(0, '127.0.0.1', () => {
  const addresses: Addresses = {
    gated: String(gated.getMultiaddrs()[0]),
    ungated: String(ungated.getMultiaddrs()[0]),
    tcp: `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  process.send?.(addresses)
})
// whoever asks anything is told what this process has cost so far
process.on('message', () => process.send?.(process.cpuUsage()))
process.on('disconnect', () => process.exit(0))
