import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export interface DelayProxy {
  readonly port: number
  stop(): Promise<void>
}

/**
 * A TCP proxy on loopback that holds everything back for `delay` milliseconds, each way, in order. The
 * connect itself is not held back: on a real network it costs one round trip more.
 */
export async function delayProxy(target: number, delay: number): Promise<DelayProxy> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: target, host: '127.0.0.1', noDelay: true })
    for (const [from, to] of [
      [near, far],
      [far, near]
    ] as const) {
      sockets.add(from)
      from.on('close', () => sockets.delete(from))
      from.on('error', () => to.destroy())
      forward(from, to, delay)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}

function forward(from: Socket, to: Socket, delay: number): void {
  // timers of one length fire in the order in which they were set
  from.on('data', (data) => setTimeout(() => to.write(data), delay))
  from.on('end', () => setTimeout(() => to.end(), delay))
}

/** Milliseconds of a round trip through the proxy to an echo, as a program on this machine sees it now. */
export async function roundTrip(delay: number, samples: number): Promise<number[]> {
  const echo = createServer({ noDelay: true }, (socket) => socket.pipe(socket))
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
  const proxy = await delayProxy((echo.address() as AddressInfo).port, delay)
  const socket = connect({ port: proxy.port, host: '127.0.0.1', noDelay: true })
  const times: number[] = []
  for (let i = 0; i < samples; i++) {
    const begun = performance.now()
    const answer = new Promise((resolve) => socket.once('data', resolve))
    socket.write('x')
    await answer
    times.push(performance.now() - begun)
  }
  socket.destroy()
  await proxy.stop()
  await new Promise((resolve) => echo.close(resolve))
  return times
}
