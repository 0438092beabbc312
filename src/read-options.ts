import { MAX_TRUSTED } from '../machines/index.ts'
import { InvalidOptionsError } from './errors.ts'
import { COUNT, expect, FLAG, isObject, LIMIT, SHARE, TIME, WHOLE } from './option-checks.ts'
import { readAdmission } from './options/admission-options.ts'
import { readDialing } from './options/dialing-options.ts'
import { readDispositions } from './options/disposition-options.ts'
import { readMemory } from './options/memory-options.ts'
import { readPolicies } from './options/policy-options.ts'
import { readRecorder } from './options/recorder-options.ts'
import { DEFAULT_OPTIONS } from './options.ts'
import { readPeerTarget } from './peer-target.ts'
import type { Rule } from './option-checks.ts'
import type { PolicyOptions } from './options/policy-options.ts'
import type { PeerLifecycleInit, PeerLifecycleOptions, PeerTarget } from './options.ts'

/** libp2p gives up on an inbound connection that is not through after this time. */
const INBOUND_UPGRADE_TIMEOUT = 10_000

/** Connections that must remain for the DHT, relays and newcomers when every slot is taken. */
const CONNECTION_HEADROOM = 10

/**
 * Fills in the defaults and checks every option, alone and against the others.
 *
 * @throws InvalidOptionsError with what was expected and what was given
 */
export function readOptions<Hello>(init: PeerLifecycleInit<Hello>): PeerLifecycleOptions<Hello> {
  expect(isObject(init), 'the options', 'an object', init)
  for (const name of Object.keys(init)) {
    expect(KNOWN.has(name), name, `one of ${[...KNOWN].join(', ')}`, `the unknown option ${name}`)
  }
  const given = Object.fromEntries(Object.entries(init).filter(([, value]) => value !== undefined))
  const options = {
    ...DEFAULT_OPTIONS,
    ...given,
    admission: readAdmission(init.admission),
    dialing: readDialing(init.dialing),
    dispositions: readDispositions(init.dispositions),
    memory: readMemory(init.memory),
    policies: readPolicies(init.policies),
    recorder: readRecorder(init.recorder)
  } as unknown as PeerLifecycleOptions<Hello>

  checkHandshake(options)
  checkNames(options)
  checkValues(options)
  checkAgainstEachOther(options)
  return Object.freeze({
    ...options,
    inspect: init.inspect,
    clock: init.clock,
    random: init.random,
    openProtocols: Object.freeze([...options.openProtocols]),
    staticPeers: Object.freeze([...options.staticPeers]),
    trustedPeers: Object.freeze([...options.trustedPeers])
  })
}

/** The options that say how many slots there are. */
type SlotOptions = Pick<PeerLifecycleOptions, 'maxPeers' | 'reservedSlots' | 'trustedPeers'> & {
  readonly policies: Pick<PolicyOptions, 'upgradeSlots'>
}

/**
 * @throws InvalidOptionsError if libp2p keeps fewer connections than the slots need
 */
export function checkConnectionLimit(options: SlotOptions, maxConnections: number): void {
  const slots = {
    maxPeers: options.maxPeers,
    reservedSlots: options.reservedSlots,
    trustedPeers: options.trustedPeers.length,
    'policies.upgradeSlots': options.policies.upgradeSlots
  }
  const sum = Object.values(slots).reduce((a, b) => a + b, 0)
  if (sum + CONNECTION_HEADROOM <= maxConnections) return
  const got = Object.entries(slots).map(([name, count]) => `${name} ${count}`)
  throw new InvalidOptionsError(
    `Expected ${Object.keys(slots).join(' + ')} + ${CONNECTION_HEADROOM} to be at most libp2p's ` +
      `connectionManager.maxConnections, got ${got.join(', ')} and maxConnections ${maxConnections}`
  )
}

const KNOWN = new Set([
  'protocolPrefix',
  'handshake',
  ...Object.keys(DEFAULT_OPTIONS),
  'inspect',
  'clock',
  'random'
])

function checkHandshake({ handshake, inspect, clock, random }: PeerLifecycleOptions): void {
  expect(isObject(handshake), 'handshake', 'an object with hello() and verify()', handshake)
  for (const name of ['hello', 'verify'] as const) {
    expect(
      typeof handshake[name] === 'function',
      `handshake.${name}`,
      'a function',
      handshake[name]
    )
  }
  for (const name of ['prove', 'verifyProof'] as const) {
    const isPart = handshake[name] === undefined || typeof handshake[name] === 'function'
    expect(isPart, `handshake.${name}`, 'a function or nothing', handshake[name])
  }
  const { fingerprint } = handshake
  const isText = fingerprint === undefined || typeof fingerprint === 'string'
  expect(isText, 'handshake.fingerprint', 'text or nothing', fingerprint)
  const isObserver =
    inspect === undefined ||
    typeof inspect === 'function' ||
    (isObject(inspect) && hasMethods(inspect, 'next'))
  expect(isObserver, 'inspect', 'a function, an observer with next(), or nothing', inspect)
  const isClock =
    clock === undefined || (isObject(clock) && hasMethods(clock, 'now', 'epoch', 'after'))
  expect(isClock, 'clock', 'an object with now(), epoch() and after()', clock)
  expect(random === undefined || typeof random === 'function', 'random', 'a function', random)
}

function checkNames(options: PeerLifecycleOptions): void {
  const { protocolPrefix, openProtocols } = options
  const isPrefix = typeof protocolPrefix === 'string' && /^(\/[\w.+~-]+)+$/.test(protocolPrefix)
  expect(
    isPrefix,
    'protocolPrefix',
    'text like "/mychain": parts that each begin with a slash',
    protocolPrefix
  )
  expect(Array.isArray(openProtocols), 'openProtocols', 'an array of protocol ids', openProtocols)
  for (const protocol of openProtocols) {
    const isProtocol = typeof protocol === 'string' && protocol.startsWith('/')
    expect(isProtocol, 'openProtocols', 'protocol ids that begin with a slash', protocol)
  }
  for (const name of ['staticPeers', 'trustedPeers'] as const) {
    const peers = options[name]
    expect(Array.isArray(peers), name, 'an array of peer ids or addresses', peers)
    for (const peer of peers) readPeer(name, peer)
  }
}

/** What each of the plain options must be. */
const RULES: Readonly<Partial<Record<keyof PeerLifecycleOptions, Rule>>> = {
  outboundShare: SHARE,
  maxPeers: COUNT,
  reservedSlots: WHOLE,
  parallelDials: LIMIT,
  parallelProofs: LIMIT,
  maxTracked: LIMIT,
  maxBans: LIMIT,
  maxHeldStreamsPerPeer: COUNT,
  maxHeldStreams: COUNT,
  dialTimeout: TIME,
  handshakeTimeout: TIME,
  verifyTimeout: TIME,
  connectTimeout: TIME,
  allowRelayed: FLAG,
  reservedOnly: FLAG
}

function checkValues(options: PeerLifecycleOptions): void {
  for (const [name, { holds, expected }] of Object.entries(RULES)) {
    const value = options[name as keyof PeerLifecycleOptions]
    expect(holds(value), name, expected, value)
  }
  const { refreshInterval } = options
  const isInterval = typeof refreshInterval === 'number' && refreshInterval >= MIN_REFRESH_INTERVAL
  const interval = `milliseconds from ${MIN_REFRESH_INTERVAL}, or Infinity for never`
  expect(isInterval, 'refreshInterval', interval, refreshInterval)
}

/** Part of the protocol: a peer that is asked more often calls that a violation. */
const MIN_REFRESH_INTERVAL = 10_000

function checkAgainstEachOther(options: PeerLifecycleOptions): void {
  const { handshakeTimeout, verifyTimeout, connectTimeout, dialTimeout } = options
  const { handshakes, inboundHandshakes } = options.admission
  const trusted = new Set(
    options.trustedPeers.map((peer) => readPeerTarget(peer).peerId.toString())
  )
  const rules: [boolean, string][] = [
    [
      handshakeTimeout < INBOUND_UPGRADE_TIMEOUT,
      `handshakeTimeout below ${INBOUND_UPGRADE_TIMEOUT} ms, got ${handshakeTimeout}`
    ],
    [
      verifyTimeout <= handshakeTimeout,
      `verifyTimeout at most handshakeTimeout, got ${verifyTimeout} and ${handshakeTimeout}`
    ],
    [
      connectTimeout >= dialTimeout + handshakeTimeout,
      `connectTimeout at least dialTimeout + handshakeTimeout, got ${connectTimeout} and ${dialTimeout} + ${handshakeTimeout}`
    ],
    [
      options.maxTracked >= options.maxPeers + options.staticPeers.length,
      `maxTracked at least maxPeers + staticPeers, got ${options.maxTracked} and ${options.maxPeers} + ${options.staticPeers.length}`
    ],
    [
      trusted.size <= MAX_TRUSTED,
      `at most ${MAX_TRUSTED} trustedPeers, which go past every limit, got ${trusted.size}`
    ],
    [
      inboundHandshakes < handshakes || handshakes === Infinity,
      `admission.inboundHandshakes below admission.handshakes, so that some are left to our own dials, got ${inboundHandshakes} and ${handshakes}`
    ],
    ...(['upgradeSlots', 'anchors'] as const).map((name): [boolean, string] => [
      options.policies[name] <= options.maxPeers,
      `policies.${name} at most maxPeers, got ${options.policies[name]} and ${options.maxPeers}`
    ]),
    [
      options.maxHeldStreams >= options.maxHeldStreamsPerPeer,
      `maxHeldStreams at least maxHeldStreamsPerPeer, got ${options.maxHeldStreams} and ${options.maxHeldStreamsPerPeer}`
    ]
  ]
  for (const [holds, rule] of rules) {
    if (!holds) throw new InvalidOptionsError(`Expected ${rule}`)
  }
}

function readPeer(option: string, peer: PeerTarget): void {
  try {
    readPeerTarget(peer)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new InvalidOptionsError(`In ${option}: ${message}`)
  }
}

const hasMethods = (value: object, ...names: string[]): boolean =>
  names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function')
