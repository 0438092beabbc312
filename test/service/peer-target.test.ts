import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { readPeerTarget } from '../../src/peer-target.ts'
import type { PeerTarget } from '../../src/index.ts'

const peerId = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
const other = peerIdFromPrivateKey(await generateKeyPair('secp256k1'))
const id = peerId.toString()
const tcp = `/ip4/127.0.0.1/tcp/4001/p2p/${id}`
const memory = `/memory/one/p2p/${id}`
const relayed = `/ip4/127.0.0.1/tcp/4001/p2p/${other.toString()}/p2p-circuit/p2p/${id}`

describe('a peer, as users name it', () => {
  it.each<[string, PeerTarget, string[]]>([
    ['a peer id', peerId, []],
    ['a peer id as text', id, []],
    ['a peer id as CID', peerId.toCID().toString(), []],
    ['an address', multiaddr(tcp), [tcp]],
    ['an address as text', tcp, [tcp]],
    ['an address over a relay: the last peer is meant', relayed, [relayed]],
    ['several addresses', [multiaddr(tcp), memory], [tcp, memory]]
  ])('%s', (_name, target, addresses) => {
    const named = readPeerTarget(target)
    expect(named.peerId.equals(peerId)).toBe(true)
    expect(named.addresses.map(String)).toEqual(addresses)
  })

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'Expected a peer id or a multiaddr, got undefined'],
    ['a number', 7, 'got number'],
    ['an object of its own kind', { toString: () => id }, 'got object'],
    ['any text', 'bob', 'got "bob"'],
    ['hostile text', '\u001b[2J\u202e', '\\u{1b}'],
    ['an address without a peer', '/ip4/127.0.0.1/tcp/1', 'ends in /p2p/<peer id>'],
    ['half an address', '/ip4/127.0.0.1/tcp', 'got "/ip4/127.0.0.1/tcp"'],
    ['an address of no peer', '/ip4/127.0.0.1/tcp/1/p2p/1', 'ends in /p2p/<peer id>'],
    ['the same as an object', multiaddr('/ip4/127.0.0.1/tcp/1/p2p/1'), 'ends in /p2p/<peer id>'],
    ['a relay that is none', `/ip4/127.0.0.1/tcp/1/p2p/x/p2p-circuit/p2p/${id}`, 'ends in /p2p/'],
    ['no address', [], 'at least one multiaddr, got none'],
    ['addresses of two peers', [tcp, `/memory/x/p2p/${other.toString()}`], 'addresses of one peer']
  ])('%s is refused', (_name, target, message) => {
    expect(() => readPeerTarget(target as PeerTarget)).toThrow(message)
    expect(() => readPeerTarget(target as PeerTarget)).toThrow(
      expect.objectContaining({ name: 'InvalidPeerError' })
    )
  })
})
