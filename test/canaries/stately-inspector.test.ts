/** Canaries of `@statelyai/inspect`: whom the relay that comes with it lets listen. */
import { once } from 'node:events'
import { createInspectorServer } from '@statelyai/inspect/server'
import { expect, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { freePort } from '../network/free-port.ts'
import { socketCensus } from '../network/socket-census.ts'
import { canary } from './canary.ts'

canary(
  'its relay listens on all interfaces, and tells what is said to a page of any origin',
  {
    row: 'M31',
    file: 'examples/stately-inspector/relay.ts',
    so: 'may give way to the relay of the package, and the README need not warn of that'
  },
  async () => {
    const sockets = socketCensus()
    const port = await freePort()
    const server = createInspectorServer({ port, autoOpen: false, url: 'about:blank' })
    onTestFinished(() => server.stop())
    const page = await opened(port, 'https://evil.example')
    const heard = once(page, 'message')
    const node = await opened(port)
    node.send('what a node says')
    expect(String((await heard)[0])).toBe('what a node says')
    expect(sockets.heard).toContain('::')
  }
)

async function opened(port: number, origin?: string): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { origin })
  onTestFinished(() => socket.terminate())
  await once(socket, 'open')
  return socket
}
