import { describe, expect, it } from 'vitest'
import { DISPOSITIONS } from '../../machines/index.ts'
import { chainHandshake, DEFAULT_OPTIONS } from '../../src/index.ts'
import { checkConnectionLimit, readOptions } from '../../src/read-options.ts'
import type { PeerLifecycleInit } from '../../src/index.ts'

const handshake = chainHandshake({ chainId: 7, genesis: '0x1f2e' })
const valid = { protocolPrefix: '/mychain', handshake }

const read = (init: unknown): unknown => readOptions(init as PeerLifecycleInit)

describe('options', () => {
  it('has these defaults, and no user finds them changed by surprise', () => {
    expect(DEFAULT_OPTIONS).toEqual({
      maxPeers: 50,
      outboundShare: 1 / 3,
      openProtocols: [],
      staticPeers: [],
      reservedSlots: 0,
      trustedPeers: [],
      reservedOnly: false,
      admission: {
        handshakes: 50,
        inboundHandshakes: 40,
        handshakesPerIp: 4,
        attemptBurst: 16,
        attemptsPerSecond: 0.2,
        peersPerIpv4: 4,
        peersPerIpv4Subnet: 8,
        peersPerIpv6: 4,
        peersPerIpv6Subnet: 16,
        limitPrivate: false,
        addressOf: undefined,
        connectionsPerPeer: 2,
        unnegotiatedStreams: 16,
        maxUnpromoted: Infinity,
        unpromotedIdle: Infinity
      },
      dialing: {
        dialsPerSecond: 8,
        dialBurst: 16,
        addressesPerPeer: 8,
        privateAddresses: 'auto',
        sourceShare: 0.5,
        queryInterval: 5_000,
        filter: undefined
      },
      // golden in a file of its own
      dispositions: DISPOSITIONS,
      memory: { flushInterval: 5_000, refreshInterval: 30_000 },
      policies: {
        upgradeSlots: 0,
        churnInterval: Infinity,
        feelerInterval: Infinity,
        anchors: 0,
        outboundPerGroup: Infinity,
        evictInbound: false
      },
      recorder: { lines: 0, redact: 'none' },
      parallelDials: 16,
      dialTimeout: 10_000,
      handshakeTimeout: 5_000,
      verifyTimeout: 3_000,
      parallelProofs: 4,
      refreshInterval: Infinity,
      connectTimeout: 30_000,
      maxTracked: 1_000,
      maxBans: 1_000,
      maxHeldStreamsPerPeer: 4,
      maxHeldStreams: 256,
      allowRelayed: false
    })
    expect(Object.isFrozen(DEFAULT_OPTIONS)).toBe(true)
    expect(Object.isFrozen(DEFAULT_OPTIONS.openProtocols)).toBe(true)
  })

  it('fills in what was not given, explicit undefined included', () => {
    const options = readOptions({ ...valid, maxPeers: 8, parallelDials: undefined })
    expect(options).toMatchObject({ ...DEFAULT_OPTIONS, maxPeers: 8, protocolPrefix: '/mychain' })
    expect(Object.isFrozen(options)).toBe(true)
  })

  it('keeps a copy, so that a list that changes later changes nothing', () => {
    const openProtocols = ['/mychain/kad/1.0.0']
    const options = readOptions({ ...valid, openProtocols })
    openProtocols.push('/secret/1.0.0')
    expect(options.openProtocols).toEqual(['/mychain/kad/1.0.0'])
  })

  const refused: [string, unknown, RegExp][] = [
    ['no options', undefined, /the options to be an object, got undefined/],
    ['null', null, /the options to be an object, got null/],
    ['an unknown option', { ...valid, maxPeer: 5 }, /maxPeer to be one of .*maxPeers/],
    ['a name with tricks', { ...valid, 'a\u001b[2J': 5 }, /^[^\p{Cc}]*$/u],
    ['a symbol with tricks', { ...valid, clock: Symbol('\u001b[2J') }, /^[^\p{Cc}]*$/u],
    ['no prefix', { handshake }, /protocolPrefix .* got undefined/],
    ['a prefix without a slash', { ...valid, protocolPrefix: 'mychain' }, /"mychain"/],
    ['a prefix that ends in a slash', { ...valid, protocolPrefix: '/mychain/' }, /"\/mychain\/"/],
    ['no handshake', { protocolPrefix: '/x' }, /handshake .* got undefined/],
    ['a handshake of one half', { ...valid, handshake: { hello() {} } }, /handshake.verify/],
    ['a proof that is no function', { ...valid, handshake: { ...handshake, prove: 1 } }, /prove/],
    ['zero peers', { ...valid, maxPeers: 0 }, /maxPeers .*from 1, got 0/],
    ['infinite peers', { ...valid, maxPeers: Infinity }, /maxPeers .*got Infinity/],
    ['half a peer', { ...valid, maxPeers: 2.5 }, /got 2.5/],
    ['peers as text', { ...valid, maxPeers: '50' }, /got "50"/],
    ['a share above one', { ...valid, outboundShare: 1.01 }, /from 0 to 1, got 1.01/],
    ['a share that is no number', { ...valid, outboundShare: Number.NaN }, /got NaN/],
    [
      'zero where Infinity is meant',
      { ...valid, parallelDials: 0 },
      /Infinity for no limit, got 0/
    ],
    ['a refresh too often', { ...valid, refreshInterval: 9_999 }, /refreshInterval .*10000/],
    ['no proof at a time', { ...valid, parallelProofs: 0 }, /parallelProofs .*got 0/],
    ['a negative limit', { ...valid, maxTracked: -1 }, /maxTracked .* got -1/],
    ['an infinite number of held streams', { ...valid, maxHeldStreams: Infinity }, /got Infinity/],
    ['no time to dial', { ...valid, dialTimeout: 0 }, /dialTimeout .*above 0, got 0/],
    ['time that never ends', { ...valid, connectTimeout: Infinity }, /got Infinity/],
    ['open protocols that are no list', { ...valid, openProtocols: '/a' }, /an array/],
    ['a function for a number', { ...valid, maxPeers: () => 50 }, /got a function/],
    ['an open protocol without a slash', { ...valid, openProtocols: ['a'] }, /got "a"/],
    ['a static peer that is none', { ...valid, staticPeers: ['nobody'] }, /staticPeers.*"nobody"/],
    ['a clock without a now', { ...valid, clock: { after() {} } }, /clock .*now\(\)/],
    ['an observer that is none', { ...valid, inspect: {} }, /inspect .*next\(\), .*got an object/],
    ['luck that is no function', { ...valid, random: 4 }, /random to be a function, got 4/],
    ['relayed by maybe', { ...valid, allowRelayed: 'maybe' }, /true or false, got "maybe"/],
    // contradictions
    ['a handshake others do not wait for', { ...valid, handshakeTimeout: 10_000 }, /below 10000/],
    ['a verdict after the end', { ...valid, verifyTimeout: 5_001 }, /got 5001 and 5000/],
    ['a connect shorter than its parts', { ...valid, connectTimeout: 14_999 }, /got 14999/],
    [
      'no handshake left to our own dials',
      { ...valid, admission: { inboundHandshakes: 50 } },
      /inboundHandshakes below admission.handshakes.* got 50 and 50/
    ],
    [
      'more upgrades than peers',
      { ...valid, maxPeers: 3, policies: { upgradeSlots: 4 } },
      /policies.upgradeSlots at most maxPeers, got 4 and 3/
    ],
    [
      'more anchors than peers',
      { ...valid, maxPeers: 3, policies: { anchors: 4 } },
      /policies.anchors at most maxPeers, got 4 and 3/
    ],
    [
      'a policy that is none',
      { ...valid, policies: { churn: 1 } },
      /an option of policies .*"churn"/
    ],
    [
      'a churn without time',
      { ...valid, policies: { churnInterval: 0 } },
      /Infinity for never, got 0/
    ],
    [
      'nobody of a group',
      { ...valid, policies: { outboundPerGroup: 0 } },
      /policies.outboundPerGroup .*no limit, got 0/
    ],
    [
      'a recorder of less than nothing',
      { ...valid, recorder: { lines: -1 } },
      /recorder.lines to be a whole number from 0, got -1/
    ],
    [
      'a redaction that is none',
      { ...valid, recorder: { redact: 'md5' } },
      /'none' or 'short' or 'hash' or a function, got "md5"/
    ],
    ['fewer tracked than peers', { ...valid, maxPeers: 60, maxTracked: 50 }, /got 50 and 60/],
    [
      'fewer held in all than for one',
      { ...valid, maxHeldStreams: 3 },
      /at least maxHeldStreamsPerPeer, got 3 and 4/
    ]
  ]
  it.each(refused)('refuses %s', (_name, init, message) => {
    expect(() => read(init)).toThrow(message)
    expect(() => read(init)).toThrow(expect.objectContaining({ name: 'InvalidOptionsError' }))
  })

  it('wants libp2p to keep more connections than there are slots', () => {
    const slots = { ...DEFAULT_OPTIONS, maxPeers: 40 }
    const more = { reservedSlots: 5, trustedPeers: ['a', 'b'], policies: { upgradeSlots: 3 } }
    expect(() => checkConnectionLimit(slots, 300)).not.toThrow()
    expect(() => checkConnectionLimit(slots, 50)).not.toThrow()
    expect(() => checkConnectionLimit({ ...slots, ...more }, 60)).not.toThrow()
    expect(() => checkConnectionLimit({ ...slots, ...more }, 59)).toThrow(
      'maxPeers 40, reservedSlots 5, trustedPeers 2, policies.upgradeSlots 3 and maxConnections 59'
    )
    expect(() => checkConnectionLimit(slots, 49)).toThrow(/and maxConnections 49/)
  })
})
