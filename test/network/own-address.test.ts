/**
 * Real libp2p is told that a victim lives at our own address: it would open two sockets to itself and
 * blame the victim.
 *
 * Mutation that turns this file red, tried by hand: address-rules.ts, `addressFault` without its look at
 * our own addresses.
 */
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import { eventsOf, ourNode, SOCKETS } from './nodes.ts'
import { eventually } from './waiting.ts'

test('row M22: no socket leads from us to us, whatever is published', async () => {
  const listen = ['/ip4/0.0.0.0/tcp/0']
  const node = await ourNode({ outboundShare: 0.5 }, { ...SOCKETS, addresses: { listen } })
  const victim = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
  let opened = 0
  eventsOf(node).addEventListener('connection:open', () => opened++)
  const [own] = node.getMultiaddrs()
  const port = own?.getComponents().find(({ name }) => name === 'tcp')?.value
  expect(Number(port)).toBeGreaterThan(0)

  const hosts = ['/ip4/127.0.0.1', '/ip4/127.8.8.8', '/ip6/::ffff:127.0.0.1', '/ip4/0.0.0.0']
  const published = hosts.map((host) => multiaddr(`${host}/tcp/${port}`))
  await node.peerStore.merge(victim, { multiaddrs: published })
  await eventually(() => {
    expect(node.services.peers.explain(victim).reason).toBe('no-address')
  })
  const { detail } = node.services.peers.explain(victim)
  expect(detail).toMatch(/^4 addresses refused: /)
  expect(detail).toContain('3 own')
  await expect(
    node.services.peers.connect(multiaddr(`/ip4/127.0.0.1/tcp/${port}/p2p/${victim.toString()}`))
  ).rejects.toMatchObject({ reason: 'no-address' })
  expect([opened, node.getConnections()]).toEqual([0, []])
})
