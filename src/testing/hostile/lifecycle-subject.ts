import { codeOf } from '../../../machines/index.ts'
import { MAX_FRAME_LENGTH } from '../../handshake/constants.ts'
import { encodeMessage } from '../../handshake/messages.ts'
import { peerLifecycle } from '../../index.ts'
import { ManualClock } from '../manual-clock.ts'
import { libraries } from './libraries.ts'
import { joined } from './line.ts'
import { LifecycleVoice } from './voice.ts'
import type { House, HouseInit, HouseServices, Loss, Speaker, Subject, Voice } from './subject.ts'
import type { Handshake, PeerLifecycle, PeerLifecycleInit } from '../../index.ts'
import type { Libp2p, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Who is in the play: what a handshake that judges peers by their ids is made of. */
export interface Cast {
  /** The ids of all that are welcome, the node under test among them. */
  readonly welcome: readonly PeerId[]
}

/** A handshake that is put to the test. */
export interface HandshakeSubject {
  /** What it is called in the report. */
  readonly name: string
  /** Makes the handshake of one node that is welcome. Called once for every node. */
  readonly handshake: (cast: Cast) => Handshake
  /**
   * Makes the handshake of a node that is not: whatever it says, `handshake` refuses it. Its id is not among
   * the welcome ones either. Without it rows about peers that are refused do not apply.
   */
  readonly wrong?: (cast: Cast) => Handshake
  /** @default that of the options, or '/hostile' */
  readonly protocolPrefix?: string
  /** Further options of the service, in every scene. How many peers there may be is the scene's. */
  readonly options?: Partial<PeerLifecycleInit>
}

/** This library, with a handshake. */
export function lifecycleSubject(of: HandshakeSubject): Subject {
  const prefix = of.protocolPrefix ?? of.options?.protocolPrefix ?? '/hostile'
  const protocol = `${prefix}/peer-lifecycle/1.0.0`
  const handshakeOf = ({ isWrong, welcome }: Omit<Speaker, 'self'>): Handshake =>
    isWrong && of.wrong !== undefined ? of.wrong({ welcome }) : of.handshake({ welcome })
  return {
    name: of.name,
    protocol,
    proves: handshakeOf({ isWrong: false, welcome: [] }).prove !== undefined,
    refuses: of.wrong !== undefined,
    speaksFrames: true,
    accept: encodeMessage({ type: 'accept' }),
    goodbye: encodeMessage({ type: 'goodbye', code: codeOf('idle'), retryAfter: 0 }),
    saying: (payload) => {
      const nonce = crypto.getRandomValues(new Uint8Array(32))
      return encodeMessage({ type: 'hello', nonce, payload, intent: 'promote' })
    },
    proof: (proof) => encodeMessage({ type: 'proof', proof }),
    build: async (init) => {
      const handshake = init.around(handshakeOf({ isWrong: false, welcome: init.welcome }))
      return LifecycleHouse.build(init, { ...of.options, protocolPrefix: prefix, handshake })
    },
    voice: (line, speaker) =>
      new LifecycleVoice(line, { self: speaker.self, handshake: handshakeOf(speaker), protocol }),
    sized,
    violations
  }
}

class LifecycleHouse implements House {
  readonly node: Libp2p<HouseServices & { peers: PeerLifecycle }>
  readonly lifecycle: PeerLifecycle
  readonly gains: string[] = []
  readonly losses: Loss[] = []
  readonly faults: unknown[] = []
  readonly #clock: ManualClock

  static async build(init: HouseInit, options: PeerLifecycleInit): Promise<House> {
    const clock = new ManualClock()
    const peers = peerLifecycle({
      // nobody is dialed unasked, and luck decides nothing
      outboundShare: 0,
      random: () => 0,
      clock,
      // time stands still, and as many are dialed as a script likes
      dialing: { dialsPerSecond: Infinity },
      ...options,
      maxPeers: init.maxPeers,
      ...init.lifecycle
    })
    const services = { ...init.early, peers, ...init.services }
    const { createLibp2p } = await libraries()
    const node = await createLibp2p({ ...init.network, services: services as never })
    return new LifecycleHouse(node as never, clock)
  }

  private constructor(node: LifecycleHouse['node'], clock: ManualClock) {
    this.node = node
    this.#clock = clock
    const { peers } = node.services
    this.lifecycle = peers
    peers.addEventListener('peer:authorized', ({ detail }) => void this.gains.push(detail.peer))
    peers.addEventListener('peer:deauthorized', ({ detail: { peer, reason, by } }) => {
      this.losses.push({ peer, reason, by })
    })
    peers.addEventListener('peer:fault', ({ detail }) => void this.faults.push(detail))
  }

  get pending(): number {
    return this.#clock.pending
  }

  advance(ms: number): void {
    this.#clock.advance(ms)
  }

  isPeer(peer: string): boolean {
    return this.lifecycle.isAuthorized(peer)
  }

  peers(): string[] {
    return this.lifecycle.getPeers({ state: 'authorized' }).map(({ peerId }) => peerId.toString())
  }

  places(): number {
    return this.lifecycle.status().slots.length
  }

  async connect(address: Multiaddr): Promise<void> {
    await this.lifecycle.connect(address)
  }

  async disconnect(peerId: PeerId): Promise<void> {
    await this.lifecycle.disconnect(peerId)
  }

  wordFor(peer: string): string | undefined {
    return this.lifecycle.explain(peer).reason
  }
}

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values)

/** A frame of any length field and any body, true to each other or not. */
export function frame(length: number, body: Uint8Array = bytes()): Uint8Array {
  return joined(bytes(length >> 8, length & 0xff), body)
}

/** Field 15 of a frame, which no version knows, so many bytes long in all; at least 4. */
const unknownField = (length: number): Uint8Array => {
  const rest = length - 3
  return joined(bytes(0x7a, 0x80 | (rest & 0x7f), rest >> 7), new Uint8Array(rest))
}

/** Fills a hello up with what every version ignores; of one that is too long there is only the beginning. */
async function sized(voice: Voice, length: number): Promise<Uint8Array> {
  if (length > MAX_FRAME_LENGTH) return frame(length)
  const body = (await voice.hello()).slice(2)
  return frame(length, joined(body, unknownField(length - body.byteLength)))
}

async function violations(voice: Voice): Promise<Record<string, Uint8Array>> {
  const hello = await voice.hello()
  const accept = encodeMessage({ type: 'accept' })
  const proof = encodeMessage({ type: 'proof', proof: new Uint8Array(64) })
  return {
    'a length of zero': frame(0),
    'a frame of garbage': frame(4, bytes(0xff, 0xff, 0xff, 0xff)),
    'a frame of a type that nobody knows': frame(2, bytes(0x3a, 0)),
    'two hellos': joined(hello, hello),
    'an accept first': accept,
    'a proof first': proof,
    'an update in the middle': joined(
      hello,
      encodeMessage({ type: 'update', payload: new Uint8Array(1) })
    ),
    'a hello of 31 bytes of nonce': encodeMessage({
      type: 'hello',
      nonce: new Uint8Array(31),
      payload: bytes(),
      intent: 'promote'
    }),
    'a frame with two bodies': frame(4, bytes(0x1a, 0, 0x1a, 0))
  }
}
