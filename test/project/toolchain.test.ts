import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { tcp } from '@libp2p/tcp'
import { createLibp2p, type Libp2p } from 'libp2p'
import { expect, onTestFinished, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')

interface Manifest {
  exports: Record<string, { types: string; default: string }>
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
  peerDependencies: Record<string, string>
}

async function manifest(): Promise<Manifest> {
  return JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest
}

test('the tests run on the Node that type stripping needs', () => {
  expect(Number(process.versions.node.split('.')[0])).toBeGreaterThanOrEqual(24)
})

test('every entry point of the package has its source', async () => {
  for (const [name, entry] of Object.entries((await manifest()).exports)) {
    const source = entry.default.replace('./dist/', '').replace(/\.js$/, '.ts')

    expect(existsSync(join(root, source)), `${name} is built from ${source}`).toBe(true)
    expect(entry.types, name).toBe(entry.default.replace(/\.js$/, '.d.ts'))
  }
})

test('the lock names versions and hashes, no registry', async () => {
  const lock = await readFile(join(root, 'package-lock.json'), 'utf8')

  expect(lock).not.toContain('"resolved"')
  expect(lock).not.toMatch(/https?:\/\/[^"]*\.tgz/)
})

test('tools with native parts are pinned to a version', async () => {
  const { devDependencies } = await manifest()

  for (const tool of [
    'node',
    'typescript',
    'vitest',
    'oxlint',
    'oxlint-tsgolint',
    'oxfmt',
    'knip'
  ]) {
    expect(devDependencies[tool], tool).toMatch(/^\d+\.\d+\.\d+$/)
  }
})

test('libp2p comes from the application', async () => {
  const { dependencies, peerDependencies } = await manifest()

  expect(peerDependencies).toHaveProperty('libp2p')
  expect(dependencies).not.toHaveProperty('libp2p')
})

test('noise and yamux of @chainsafe carry a stream over TCP', async () => {
  const [dialer, listener] = [await node(), await node()]
  const heard = Promise.withResolvers<number>()

  await listener.handle('/echo/1.0.0', async (stream) => {
    let bytes = 0

    for await (const chunk of stream) {
      bytes += chunk.byteLength
    }

    heard.resolve(bytes)
    await stream.close()
  })

  const connection = await dialer.dial(listener.getMultiaddrs())
  const stream = await connection.newStream('/echo/1.0.0')

  stream.send(new Uint8Array(1000))
  await stream.close()

  expect(connection.encryption).toBe('/noise')
  expect(connection.multiplexer).toBe('/yamux/1.0.0')
  expect(await heard.promise).toBe(1000)
})

async function node(): Promise<Libp2p> {
  const libp2p = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()]
  })

  onTestFinished(async () => {
    await libp2p.stop()
  })

  return libp2p
}
