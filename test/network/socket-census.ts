import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { onTestFinished } from 'vitest'
import type { AddressInfo, Server, Socket } from 'node:net'

/** Where sockets of this process go. */
export interface SocketCensus {
  /** The addresses that were dialed, names that had to be looked up included. */
  readonly dialed: string[]
  /** The addresses that are listened on. */
  readonly heard: string[]
}

/** Counts the sockets that are opened until the test is over, as Node itself tells of them. */
export function socketCensus(): SocketCensus {
  const census: SocketCensus = { dialed: [], heard: [] }
  const dials = (message: unknown): void => {
    const { socket } = message as { socket: Socket }
    socket.on('lookup', (_error, _address, _family, host) => void census.dialed.push(host))
    socket.on('connectionAttempt', (ip) => void census.dialed.push(ip))
  }
  const listens = (message: unknown): void => {
    const { server } = message as { server: Server }
    census.heard.push((server.address() as AddressInfo).address)
  }
  subscribe('net.client.socket', dials)
  subscribe('tracing:net.server.listen:asyncEnd', listens)
  onTestFinished(() => {
    unsubscribe('net.client.socket', dials)
    unsubscribe('tracing:net.server.listen:asyncEnd', listens)
  })
  return census
}
