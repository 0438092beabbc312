import type { Settings } from 'node:http2'

const KIB = 1024
const MIB = 1024 * KIB

/**
 * Bytes of one call that may be under way, or wait for a slow reader. HTTP/2's own 64 KiB gives 1.3 MB/s over
 * a round trip of 50 ms, this gives 40.
 */
const CALL_WINDOW = 2 * MIB

/** Bytes of all calls of a session that may be under way. */
export const SESSION_WINDOW = 4 * MIB

/**
 * Bytes that a stream may hold while HTTP/2 rests: what the peer may send unasked, and its frames without
 * data. libp2p's own limit is 4 MiB, yamux's window grows to 16 MiB: a paused stream would be reset.
 */
export function maxReadBufferOf(sessionWindow: number): number {
  return sessionWindow + MIB
}

/** Bytes of one message: twice what is common in the field, 1/256 of what connect allows. */
export const MAX_MESSAGE = 16 * MIB

/** What is set on both ends. Node's words and defaults: https://nodejs.org/api/http2.html */
const SETTINGS: Settings = {
  initialWindowSize: CALL_WINDOW,
  enablePush: false,
  // metadata of a call, names and values; more is refused. Node: 64 KiB
  maxHeaderListSize: 16 * KIB
}

/** Limits of what a peer may do to the memory and the time of a session. */
const LIMITS = {
  maxHeaderListPairs: 128,
  maxSettings: 32,
  maxOutstandingPings: 10,
  maxOutstandingSettings: 10,
  // frames that are not valid, calls that are refused. Node: 1000, 100
  maxSessionInvalidFrames: 100,
  maxSessionRejectedStreams: 100
}

/** Options of the HTTP/2 client. */
export const CLIENT_OPTIONS = {
  ...LIMITS,
  settings: SETTINGS,
  maxReservedRemoteStreams: 0,
  // MB. What fills it is our own calls, and a call beyond it fails; Node's 10 are two messages of 8 MiB
  maxSessionMemory: 1_024
}

/** Options of the HTTP/2 server. */
export const SERVER_OPTIONS = {
  ...LIMITS,
  // MB of answers that the peer does not take, above which it gets no further call. Node: 10
  maxSessionMemory: 32,
  // CVE-2023-44487: calls that are begun and reset, at once and per second
  streamResetBurst: 1_000,
  streamResetRate: 33,
  unknownProtocolTimeout: 10_000,
  // calls of one session at once: the least that RFC 9113 recommends
  settings: { ...SETTINGS, maxConcurrentStreams: 100 }
}
