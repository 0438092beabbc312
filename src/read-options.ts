import { InvalidOptionsError } from './errors.ts'
import { DEFAULT_OPTIONS } from './options.ts'
import { readPeerTarget } from './peer-target.ts'
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
  const options = { ...DEFAULT_OPTIONS, ...given } as unknown as PeerLifecycleOptions<Hello>

  checkHandshake(options)
  checkProtocols(options)
  checkNumbers(options)
  checkAgainstEachOther(options)
  return Object.freeze({
    ...options,
    clock: init.clock,
    random: init.random,
    openProtocols: Object.freeze([...options.openProtocols]),
    staticPeers: Object.freeze([...options.staticPeers])
  })
}

/**
 * @throws InvalidOptionsError if libp2p keeps fewer connections than the slots need
 */
export function checkConnectionLimit(maxPeers: number, maxConnections: number): void {
  const needed = maxPeers + CONNECTION_HEADROOM
  if (needed > maxConnections) {
    throw new InvalidOptionsError(
      `Expected maxPeers + ${CONNECTION_HEADROOM} to be at most libp2p's connectionManager.maxConnections, ` +
        `got maxPeers ${maxPeers} and maxConnections ${maxConnections}`
    )
  }
}

const KNOWN = new Set([
  'protocolPrefix',
  'handshake',
  ...Object.keys(DEFAULT_OPTIONS),
  'clock',
  'random'
])

function checkHandshake({ handshake, clock, random }: PeerLifecycleOptions): void {
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
  const isClock =
    clock === undefined || (isObject(clock) && hasMethods(clock, 'now', 'epoch', 'after'))
  expect(isClock, 'clock', 'an object with now(), epoch() and after()', clock)
  expect(random === undefined || typeof random === 'function', 'random', 'a function', random)
}

function checkProtocols({
  protocolPrefix,
  openProtocols,
  staticPeers,
  allowRelayed
}: PeerLifecycleOptions): void {
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
  expect(
    Array.isArray(staticPeers),
    'staticPeers',
    'an array of peer ids or addresses',
    staticPeers
  )
  for (const peer of staticPeers) readStaticPeer(peer)
  expect(typeof allowRelayed === 'boolean', 'allowRelayed', 'true or false', allowRelayed)
}

function checkNumbers(options: PeerLifecycleOptions): void {
  const { outboundShare, maxPeers } = options
  const isShare = typeof outboundShare === 'number' && outboundShare >= 0 && outboundShare <= 1
  expect(isShare, 'outboundShare', 'a number from 0 to 1', outboundShare)
  expect(isCount(maxPeers), 'maxPeers', 'a whole number from 1', maxPeers)
  for (const name of ['parallelDials', 'parallelProofs', 'maxTracked', 'maxBans'] as const) {
    const isLimit = isCount(options[name]) || options[name] === Infinity
    expect(isLimit, name, 'a whole number from 1, or Infinity for no limit', options[name])
  }
  for (const name of ['maxHeldStreamsPerPeer', 'maxHeldStreams'] as const) {
    expect(isCount(options[name]), name, 'a whole number from 1', options[name])
  }
  const { refreshInterval } = options
  const isInterval = typeof refreshInterval === 'number' && refreshInterval >= MIN_REFRESH_INTERVAL
  const interval = `milliseconds from ${MIN_REFRESH_INTERVAL}, or Infinity for never`
  expect(isInterval, 'refreshInterval', interval, refreshInterval)
  for (const name of [
    'dialTimeout',
    'handshakeTimeout',
    'verifyTimeout',
    'connectTimeout'
  ] as const) {
    const isTime = Number.isFinite(options[name]) && options[name] > 0
    expect(isTime, name, 'a number of milliseconds above 0', options[name])
  }
}

/** Part of the protocol: a peer that is asked more often calls that a violation. */
const MIN_REFRESH_INTERVAL = 10_000

function checkAgainstEachOther(options: PeerLifecycleOptions): void {
  const { handshakeTimeout, verifyTimeout, connectTimeout, dialTimeout } = options
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
      options.maxHeldStreams >= options.maxHeldStreamsPerPeer,
      `maxHeldStreams at least maxHeldStreamsPerPeer, got ${options.maxHeldStreams} and ${options.maxHeldStreamsPerPeer}`
    ]
  ]
  for (const [holds, rule] of rules) {
    if (!holds) throw new InvalidOptionsError(`Expected ${rule}`)
  }
}

function readStaticPeer(peer: PeerTarget): void {
  try {
    readPeerTarget(peer)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new InvalidOptionsError(`In staticPeers: ${message}`)
  }
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

const hasMethods = (value: object, ...names: string[]): boolean =>
  names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function')

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1

function expect(holds: boolean, option: string, expected: string, got: unknown): void {
  if (!holds)
    throw new InvalidOptionsError(`Expected ${option} to be ${expected}, got ${shown(got)}`)
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80))
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? 'an array' : 'an object'
  return String(value)
}
