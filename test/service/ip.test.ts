import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { ipFrom, ipOf, netGroupOf, subnetOf } from '../../src/ip.ts'
import type { Ip } from '../../src/ip.ts'

const ip = (text: string): Ip => {
  const parsed = ipFrom(text)
  if (parsed === undefined) throw new Error(`${text} is no IP address`)
  return parsed
}

describe('IP addresses', () => {
  it.each([
    ['8.8.8.8', 4, '8.8.8.8', 'public'],
    ['10.1.2.3', 4, '10.1.2.3', 'private'],
    ['172.31.0.1', 4, '172.31.0.1', 'private'],
    ['172.32.0.1', 4, '172.32.0.1', 'public'],
    ['192.168.1.1', 4, '192.168.1.1', 'private'],
    ['100.64.0.1', 4, '100.64.0.1', 'private'],
    ['127.0.0.1', 4, '127.0.0.1', 'loopback'],
    ['169.254.1.1', 4, '169.254.1.1', 'link-local'],
    ['0.0.0.0', 4, '0.0.0.0', 'unspecified'],
    ['224.0.0.1', 4, '224.0.0.1', 'multicast'],
    ['255.255.255.255', 4, '255.255.255.255', 'reserved'],
    ['203.0.113.7', 4, '203.0.113.7', 'reserved'],
    ['2a00:1450::1', 6, '2a00:1450::1', 'public'],
    ['::1', 6, '::1', 'loopback'],
    ['::', 6, '::', 'unspecified'],
    ['fe80::1', 6, 'fe80::1', 'link-local'],
    ['fd00::1', 6, 'fd00::1', 'private'],
    ['ff02::1', 6, 'ff02::1', 'multicast'],
    ['2001:db8::1', 6, '2001:db8::1', 'reserved'],
    // IPv4 in disguise
    ['::ffff:10.0.0.1', 4, '10.0.0.1', 'private'],
    ['::ffff:7f00:1', 4, '127.0.0.1', 'loopback'],
    ['64:ff9b::c0a8:101', 4, '192.168.1.1', 'private'],
    ['64:ff9b::808:808', 4, '8.8.8.8', 'public'],
    ['2002:c0a8:101::1', 4, '192.168.1.1', 'private']
  ])('%s is IPv%i %s, %s', (text, version, usual, kind) => {
    expect(ipFrom(text)).toEqual({ version, text: usual, class: kind })
  })

  it.each(['', 'example.org', '1.2.3.4.5', ':::', '[::1]'])('"%s" is none', (text) => {
    expect(ipFrom(text)).toBeUndefined()
  })

  it('is read from the address of a connection, unless that is relayed or has none', () => {
    expect(ipOf(multiaddr('/ip4/8.8.8.8/tcp/4001'))?.text).toBe('8.8.8.8')
    expect(ipOf(multiaddr('/ip6/2a00:1450::1/udp/1/quic-v1'))?.text).toBe('2a00:1450::1')
    expect(ipOf(multiaddr('/dns4/example.org/tcp/4001'))).toBeUndefined()
    expect(ipOf(multiaddr('/memory/somewhere'))).toBeUndefined()
    const relay = '12D3KooWNvSZnPi3RrhrTwEY4LuuBeB6K6facKUCJcyWG1aoDd2p'
    expect(ipOf(multiaddr(`/ip4/8.8.8.8/tcp/4001/p2p/${relay}/p2p-circuit`))).toBeUndefined()
  })

  it('knows its networks', () => {
    expect(subnetOf(ip('8.8.9.10'), 24)).toBe('8.8.9.0/24')
    expect(subnetOf(ip('8.8.9.10'), 32)).toBe('8.8.9.10/32')
    expect(subnetOf(ip('2a00:1450:4001:8ff::1'), 56)).toBe('2a00:1450:4001:800::/56')
    expect(subnetOf(ip('2a00:1450:4001:8ff::1'), 48)).toBe('2a00:1450:4001::/48')
    expect(netGroupOf(ip('8.8.9.10'))).toBe('8.8.0.0/16')
    expect(netGroupOf(ip('2a00:1450:4001:8ff::1'))).toBe('2a00:1450::/32')
    expect(netGroupOf(ip('::ffff:8.8.9.10'))).toBe('8.8.0.0/16')
  })
})
