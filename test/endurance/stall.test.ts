import { fork } from 'node:child_process'
import { join } from 'node:path'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it, onTestFinished } from 'vitest'
import { addressOf, ourNode, PREFIX, SOCKETS } from '../network/nodes.ts'
import { eventually, within } from '../network/waiting.ts'
import type { OurNode, Security } from '../network/nodes.ts'
import type { ChildProcess } from 'node:child_process'

/** Longer than the deadline of the handshake in the process that stalls. */
const STALL = 6_000

/** A peer that waits patiently for one that stalls. */
const patientNode = (security: Security): Promise<OurNode> =>
  ourNode(
    {
      handshakeTimeout: 9_900,
      handshake: { hello: () => new Uint8Array(), verify: () => 'hello' }
    },
    { ...SOCKETS, security, connectionManager: { addressDialTimeout: 9_900 } }
  )

const stallingProcess = (security: Security): ChildProcess => {
  const child = fork(join(import.meta.dirname, 'stalling-node.ts'), [
    PREFIX,
    security,
    String(STALL)
  ])
  onTestFinished(() => void child.kill())
  return child
}

/** What the process says under this name. */
const told = async (child: ChildProcess, name: string): Promise<unknown> => {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const onMessage = (message: unknown): void => {
    const { [name]: value } = message as Record<string, unknown>
    if (value !== undefined) resolve(value)
  }
  child.on('message', onMessage)
  child.once('exit', () => reject(new Error('The stalling process has ended')))
  try {
    return await within(promise, 20_000)
  } finally {
    child.off('message', onMessage)
  }
}

/** What comes of a handshake in which one side stands still for six seconds: its verdict, and ours. */
const verdicts = async (security: Security, dialer: 'stalling' | 'patient'): Promise<string[]> => {
  const child = stallingProcess(security)
  const [addresses, node] = await Promise.all([told(child, 'addresses'), patientNode(security)])
  const began = performance.now()
  const verdict = told(child, 'verdict')
  if (dialer === 'stalling') child.send(addressOf(node).toString())
  else {
    const [address = ''] = addresses as string[]
    node.services.peers.connect(multiaddr(address)).catch(() => {})
  }
  const theirs = String(await verdict)
  expect(performance.now() - began).toBeGreaterThan(STALL)
  await eventually(() => expect(node.services.peers.status().slots).toHaveLength(1))
  const [peer] = node.services.peers.getPeers()
  return [theirs, peer?.state ?? 'unknown']
}

describe('an event loop that stalls for longer than the deadline', () => {
  it('ends its handshake as if it had not, whoever dials, on a stream and in the channel', async () => {
    const cases = [
      ['plain', 'stalling'],
      ['plain', 'patient'],
      ['secured', 'stalling'],
      ['secured', 'patient']
    ] as const
    const found = await Promise.all(cases.map(([security, dialer]) => verdicts(security, dialer)))
    expect(found).toEqual(cases.map(() => ['authorized', 'authorized']))
  })
})
