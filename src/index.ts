/**
 * A libp2p service that gives every peer a statechart, runs the application's own handshake before any
 * application protocol, and lets a dial scheduler alone decide who gets a slot.
 *
 * @example
 *
 * ```ts
 * const node = await createLibp2p({
 *   services: {
 *     peers: peerLifecycle({
 *       protocolPrefix: '/mychain',
 *       handshake: chainHandshake({ chainId: 7, genesis: '0x1f2e3d' })
 *     }),
 *     identify: identify()
 *   }
 * })
 * const peer = await node.services.peers.connect(address)
 * ```
 *
 * @packageDocumentation
 */

import { secureEncrypter } from './handshake/secure-encrypter.ts'
import { protocolIds } from './protocol-ids.ts'
import { readOptions } from './read-options.ts'
import { realClock, realLuck } from './real-clock.ts'
import { DefaultPeerLifecycle } from './service.ts'
import type { Shaker } from './handshake/secure-encrypter.ts'
import type { PeerLifecycle } from './interface.ts'
import type { PeerLifecycleInit } from './options.ts'
import type { PeerLifecycleComponents } from './components.ts'
import type { ConnectionEncrypter } from '@libp2p/interface'

/** What `services` takes, and what secures an encrypter with the same lifecycle. */
export interface PeerLifecycleFactory<Hello = unknown> {
  (components: PeerLifecycleComponents): PeerLifecycle<Hello>

  /**
   * An encrypter for `connectionEncrypters` around another one: the application's handshake runs inside
   * the security upgrade, so that `node.dial()` itself fails, with the word of the refusal in its
   * message, and nothing else, not even identify, runs with a peer that did not pass. Offer it before
   * the plain one where some peers do not know it yet, or alone. A peer that our scheduler dials is
   * authorized as soon as the connection is open; whatever another part of the node dials is verified
   * and stays unpromoted. Transports that bring an encryption of their own (WebRTC, WebTransport) never
   * ask it: there the handshake runs on a stream, as without it.
   *
   * @example
   *
   * ```ts
   * const peers = peerLifecycle({ protocolPrefix: '/mychain', handshake })
   * const node = await createLibp2p({
   *   connectionEncrypters: [peers.secure(noise()), noise()],
   *   services: { peers, identify: identify() }
   * })
   * ```
   */
  secure<Components extends object>(
    inner: (components: Components) => ConnectionEncrypter
  ): (components: Components) => ConnectionEncrypter
}

/**
 * The service, for libp2p's `services`. Make it the first of them: what a service constructed earlier
 * has registered on its own, the gate cannot see, and `node.start()` fails with `UngatedProtocolError`.
 *
 * @throws InvalidOptionsError that says what was expected and what was given
 */
export function peerLifecycle<Hello>(init: PeerLifecycleInit<Hello>): PeerLifecycleFactory<Hello> {
  const options = readOptions(init)
  // a node hands the same components to its encrypters and, later, to its services
  const channels = new WeakMap<object, Shaker | undefined>()
  const factory = (components: PeerLifecycleComponents): PeerLifecycle<Hello> =>
    new DefaultPeerLifecycle(components, {
      ...options,
      clock: options.clock ?? realClock(),
      random: options.random ?? realLuck,
      ...(channels.has(components) && {
        secured: (channel: Shaker) => void channels.set(components, channel)
      })
    })
  const { secure } = protocolIds(options.protocolPrefix)
  return Object.assign(factory, {
    secure:
      <Components extends object>(inner: (components: Components) => ConnectionEncrypter) =>
      (components: Components) => {
        channels.set(components, undefined)
        return secureEncrypter(inner(components), secure, () => channels.get(components))
      }
  })
}

export { allOf } from './handshake/all-of.ts'
export { allowList } from './handshake/allow-list.ts'
export { chainHandshake } from './handshake/chain-handshake.ts'
export { forkHandshake } from './handshake/fork-handshake.ts'
export { handshakePart } from './handshake/handshake-part.ts'
export { sharedSecretHandshake } from './handshake/shared-secret-handshake.ts'
export { signedHandshake } from './handshake/signed-handshake.ts'
export { versionHandshake } from './handshake/version-handshake.ts'
export { DEFAULT_OPTIONS } from './options.ts'
export {
  HandshakeRefusedError,
  InspectorError,
  InvalidOptionsError,
  InvalidPeerError,
  NotRecordingError,
  PeerNotAuthorizedError,
  PeerRejectedError,
  TooManyTrustedPeersError,
  UngatedProtocolError
} from './errors.ts'

export type { AdmissionCounts } from './admission/admission.ts'
export type { Cancel, Clock } from './clock.ts'
export type {
  AuthorizedPeer,
  PeerDeauthorization,
  PeerFault,
  PeerLifecycleEvents,
  PeerRejection,
  PeerTransition
} from './events.ts'
export type { GateCounts } from './gate/gate.ts'
export type { AllHellos } from './handshake/all-of.ts'
export type { AllowList } from './handshake/allow-list.ts'
export type { ChainHandshakeInit, ChainHello } from './handshake/chain-handshake.ts'
export type { ForkHandshakeInit, ForkHead, ForkHello } from './handshake/fork-handshake.ts'
export type { HandshakePartInit } from './handshake/handshake-part.ts'
export type {
  Handshake,
  HandshakeChange,
  HandshakeContext,
  HandshakeFunction,
  HelloOf,
  Role
} from './handshake/handshake.ts'
export type { SharedSecretHandshakeInit } from './handshake/shared-secret-handshake.ts'
export type { KeyType } from './handshake/signatures.ts'
export type { SignedHandshakeInit, SignedHello } from './handshake/signed-handshake.ts'
export type { HeldKey, KeptKey, SigningKey } from './handshake/signing-key.ts'
export type { VersionHandshakeInit, VersionHello } from './handshake/version-handshake.ts'
export type { InspectInit, Inspector } from './inspector/inspector.ts'
export type {
  MemoryStatus,
  PeerLifecycle,
  PeerLifecycleStatus,
  SlotLimit,
  StatusLimits
} from './interface.ts'
export type { InspectionObserver } from './onlooker.ts'
export type { Candidate, DialingInit } from './options/dialing-options.ts'
export type { DispositionInit, DispositionsInit } from './options/disposition-options.ts'
export type { RecorderInit, Redaction } from './options/recorder-options.ts'
export type { PeerLifecycleInit, PeerTarget } from './options.ts'
export type { PeerLifecycleComponents } from './components.ts'
export type { HeldSlot, LimitHit, PeerExplanation } from './peers/explanation.ts'
export type { PeerView } from './peers/peer-view.ts'
export type { Door, PeerRefusal, RefusalCount } from './refusals.ts'
export type { PeerPath, PeerState, PeerStep } from './peers/tracked-peer.ts'
