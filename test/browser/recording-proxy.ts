import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A proxy that lets nothing through, and keeps what was asked of it. */
export interface RecordingProxy {
  readonly url: string
  /** `GET http://host/...` or `CONNECT host:443`, in their order. */
  readonly asked: readonly string[]
  close(): void
}

/** Starts one on this machine. A browser that has it for all but loopback asks it before it asks anybody. */
export async function recordingProxy(): Promise<RecordingProxy> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.writeHead(502).end()
  })
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`)
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: () => {
      server.close()
      server.closeAllConnections()
    }
  }
}
