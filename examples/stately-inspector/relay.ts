import { once } from 'node:events'
import { WebSocket, WebSocketServer } from 'ws'
import type { AddressInfo } from 'node:net'
import type { RawData } from 'ws'

/** Messages that are kept for those who come late. */
const KEPT = 200

/** A relay for inspectors: what one socket says, all others hear. */
export interface Relay {
  readonly url: string
  stop(): void
}

/**
 * Starts a relay that only this machine reaches. The one that comes with `@statelyai/inspect` listens on every
 * interface, and shows a page of its vendor.
 */
export async function startRelay(): Promise<Relay> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  const kept: RawData[] = []
  server.on('connection', (socket) => {
    for (const message of kept) socket.send(message, { binary: false })
    socket.on('message', (message) => {
      kept.push(message)
      if (kept.length > KEPT) kept.shift()
      for (const other of server.clients) {
        const isListening = other !== socket && other.readyState === WebSocket.OPEN
        if (isListening) other.send(message, { binary: false })
      }
    })
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `ws://127.0.0.1:${port}`,
    stop: () => {
      for (const client of server.clients) client.terminate()
      server.close()
    }
  }
}
