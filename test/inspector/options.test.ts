/** What an inspector takes, and where it listens. */
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { expect, it } from 'vitest'
import { inspectNodes } from '../../src/inspector/index.ts'
import { ourNode } from '../network/nodes.ts'
import { failure, within } from '../network/waiting.ts'
import { RawRequest } from './raw-request.ts'
import { listening } from './sockets.ts'
import { at, knowing, Watcher } from './watching.ts'
import type { InspectInit, Inspector } from '../../src/inspector/index.ts'
import type { PeerLifecycle } from '../../src/index.ts'

it.each<[InspectInit, string]>([
  [{ port: -1 }, 'Expected inspect.port to be a TCP port, or 0 for any that is free, got -1'],
  [{ port: 65_536 }, 'Expected inspect.port to be a TCP port'],
  [{ port: '80' as never }, 'Expected inspect.port to be a TCP port'],
  [{ host: '' }, 'Expected inspect.host to be an address to listen on, got ""'],
  [{ host: 'a b' }, 'Expected inspect.host to be an address to listen on'],
  [
    { host: '0.0.0.0' },
    'Expected inspect.token with inspect.host "0.0.0.0", which other machines can reach, got none'
  ],
  [{ host: '::' }, 'Expected inspect.token with inspect.host "::"'],
  [{ host: '192.0.2.1' }, 'Expected inspect.token with inspect.host "192.0.2.1"'],
  [{ host: '127.0.0.1.evil.example' }, 'Expected inspect.token with inspect.host'],
  [
    { host: '0.0.0.0', token: 'too-short-secret'.slice(1) },
    'Expected inspect.token to be 16 to 256 letters, digits, "-" or "_", got 15 characters'
  ],
  [{ token: '' }, 'Expected inspect.token to be 16 to 256 letters'],
  [{ token: 'with a space and more' }, 'Expected inspect.token to be 16 to 256 letters'],
  [{ token: 7 as never }, 'Expected inspect.token to be a text'],
  [{ cors: true } as never, 'Expected an option of inspect to be one of port, host, token'],
  [null as never, 'Expected inspect to be an object']
])('%j is refused, and the token is not shown', async (init, words) => {
  const { peers } = (await ourNode()).services
  const error = await failure(peers.inspect(init))
  expect(error.name).toBe('InvalidOptionsError')
  expect(error.message).toContain(words)
  expect(error.message).not.toContain('too-short')
})

it('what is no node is refused', async () => {
  await expect(inspectNodes({})).rejects.toThrow('Expected a node to inspect, got none')
  await expect(inspectNodes({ a: {} as PeerLifecycle })).rejects.toThrow(
    'Expected the service that peerLifecycle() makes'
  )
})

it('a port that is taken is refused', async () => {
  const { peers } = (await ourNode()).services
  const { port } = await peers.inspect()
  const error = await failure(peers.inspect({ port }))
  expect(error).toMatchObject({
    name: 'InspectorError',
    message: `Expected 127.0.0.1:${port} to be free to listen on, got EADDRINUSE`
  })
})

/** Can somebody connect there? */
async function answers(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port })
  const { promise, resolve } = Promise.withResolvers<boolean>()
  socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
  return within(promise).finally(() => socket.destroy())
}

it('only 127.0.0.1 answers, only after inspect(), and nothing after stop()', async () => {
  const before = listening()
  const node = await ourNode()
  expect(listening()).toEqual(before)
  const { port, token, url } = await node.services.peers.inspect()
  expect(listening().filter((place) => !before.includes(place))).toEqual([`127.0.0.1:${port}`])
  expect(url.startsWith(`http://127.0.0.1:${port}/#token=`)).toBe(true)
  expect(await answers('127.0.0.1', port)).toBe(true)
  const interfaces = Object.values(networkInterfaces()).flatMap((all = []) => all)
  const others = interfaces.filter(({ internal }) => !internal).map(({ address }) => address)
  for (const host of ['127.0.0.2', '::1', ...others]) {
    expect(await answers(host, port), host).toBe(false)
  }
  const viewer = await Watcher.of({ port, token })
  await viewer.event('nodes')
  await node.stop()
  await viewer.over()
  expect(listening()).toEqual(before)
  expect(await answers('127.0.0.1', port)).toBe(false)
})

it('a page that opens while its node stops is closed with it', async () => {
  const node = await ourNode()
  const before = listening()
  const opening = node.services.peers.inspect()
  await node.stop()
  const { port } = await opening
  expect(listening()).toEqual(before)
  expect(await answers('127.0.0.1', port)).toBe(false)
})

it('with a token of its own it listens where it is told to, and is asked by that address', async () => {
  const { peers } = (await ourNode()).services
  const token = 'a-token-that-we-chose'
  const inspector = await peers.inspect({ host: '0.0.0.0', token })
  expect(inspector.url).toBe(`http://0.0.0.0:${inspector.port}/#token=${token}`)
  const asked = async (host: string, name: string): Promise<number | undefined> => {
    const request = new RawRequest(inspector.port, host)
    request.socket.write(
      `GET /explain?peer=x HTTP/1.1\r\nHost: ${name}:${inspector.port}\r\nConnection: close\r\n\r\n`
    )
    await request.over()
    return request.status
  }
  // by the number that was reached, and not by a name that somebody gave to it
  expect(await asked('127.0.0.2', '127.0.0.2')).toBe(401)
  expect(await asked('127.0.0.1', '127.0.0.2')).toBe(403)
  expect(await asked('127.0.0.2', 'rebound.example')).toBe(403)
})

it('the same port and token make the same page after a restart', async () => {
  const node = await ourNode()
  const first = await node.services.peers.inspect()
  const { port, token } = first
  await node.stop()
  await node.start()
  const again: Inspector = await node.services.peers.inspect({ port, token })
  expect(again.url).toBe(first.url)
  const response = await fetch(at(again, '/explain?peer=x'), { headers: knowing(again) })
  expect(response.status).toBe(404)
})

it('over IPv6', async () => {
  const { peers } = (await ourNode()).services
  const inspector = await peers.inspect({ host: '::1' })
  expect(inspector.url).toContain('http://[::1]:')
  const response = await fetch(inspector.url.replace(/#.*/, 'explain?peer=x'), {
    headers: knowing(inspector)
  })
  expect(response.status).toBe(404)
})
