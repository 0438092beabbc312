import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { Channels } from '../../src/channels.ts'
import { Turns } from '../../src/handshake/turns.ts'
import { ipOf } from '../../src/ip.ts'
import { Peers } from '../../src/peers/peers.ts'
import { link } from '../handshake/linked-streams.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { RawLine } from '../network/raw-line.ts'
import { TextHandshake } from '../../src/testing/text-handshake.ts'
import type { DispositionTable, peerMachine, PeerEffect, Reason } from '../../machines/index.ts'
import type { PeerFault } from '../../src/events.ts'
import type { UpgradeOptions } from '../../src/handshake/secure-channel.ts'
import type { TrackedPeer } from '../../src/peers/tracked-peer.ts'
import type { RefusalNote } from '../../src/refusals.ts'
import type { Link } from '../handshake/linked-streams.ts'
import type { Connection, PeerId, SecuredConnection } from '@libp2p/interface'

export const SECURE = '/mychain/peer-lifecycle/secure/1.0.0'

/** A peer id that nobody else has. */
export async function someone(): Promise<PeerId> {
  return peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
}

/** One handshake in a channel, the other end in the hands of the test. */
export interface Encounter {
  readonly between: Link
  readonly line: RawLine
  /** What the connection that it may become has in common with it. */
  readonly timeline: object
  /** What the upgrade gets: the channel back, or an error. */
  readonly upgrade: Promise<SecuredConnection | Error>
}

export interface WorldInit {
  readonly self: PeerId
  readonly allowRelayed?: boolean
  readonly maxTracked?: number
  readonly machine?: typeof peerMachine
  readonly dispositions?: DispositionTable
  /** False for a node that has not started yet. */
  readonly isStarted?: boolean
}

/** Channels with the charts of real peers, and nothing else: slots and connections are the test's. */
export class ChannelWorld {
  readonly clock = new ManualClock()
  readonly handshake = new TextHandshake()
  readonly peers: Peers
  readonly channels: Channels<string>
  /** Slots that are held, by their sessions. */
  readonly slots = new Set<number>()
  /** What was asked of the rest of the house, in its order: `dial <peer>`, `abandon <peer>`. */
  readonly asked: string[] = []
  readonly refusals: RefusalNote[] = []
  readonly faults: PeerFault[] = []
  /** The word of the scheduler, if it is no. */
  refusal: Reason | undefined
  #sessions = 0

  constructor(init: WorldInit) {
    const { self, allowRelayed = false, maxTracked = 10, machine, isStarted = true } = init
    const table = init.dispositions !== undefined && { dispositions: init.dispositions }
    const { clock, handshake } = this
    this.peers = new Peers(
      {
        self,
        maxTracked,
        maxBans: 10,
        clock,
        random: () => 0,
        ...table,
        ...(machine !== undefined && { machine })
      },
      {
        carryOut: (effect, peer) => this.#carryOut(effect, peer),
        onMove: () => {},
        onSettled: () => {},
        onUntaken: (session) => this.slots.delete(session),
        onQuiet: () => false,
        onFault: () => {},
        onForgotten: ({ context }) => this.slots.delete(context.session),
        isAwaited: () => false
      }
    )
    const basics = { self, protocol: SECURE, handshake, clock, allowRelayed }
    this.channels = new Channels<string>(
      { ...basics, ...table, verifyTimeout: 3_000, handshakeTimeout: 5_000, turns: new Turns(4) },
      {
        peers: this.peers,
        admit: () => (this.refusal === undefined ? this.grant() : { reason: this.refusal }),
        release: (session) => void this.slots.delete(session),
        ipOf: ({ remoteAddr }) => remoteAddr && ipOf(remoteAddr),
        abandon: (peer) => this.asked.push(`abandon ${peer}`),
        letGoOfDial: (peer) => this.asked.push(`let go of ${peer}`),
        refusals: { note: (refusal) => this.refusals.push(refusal), count: () => {} },
        onFault: (fault) => this.faults.push(fault)
      }
    )
    if (isStarted) this.channels.secure.start()
  }

  grant(): number {
    this.slots.add(++this.#sessions)
    return this.#sessions
  }

  /** The peer, for which our scheduler dials. */
  dialing(peerId: PeerId): TrackedPeer {
    const peer = this.peers.track(peerId)
    if (peer === undefined) throw new Error('No room')
    this.peers.send(peer, {
      type: 'peer.wanted',
      priority: 'requested',
      lasting: false,
      urgent: true
    })
    const session = this.grant()
    this.peers.send(peer, { type: 'slot.granted', session, direction: 'outbound', usable: false })
    return peer
  }

  /** A connection is being made; the inner encrypter has done with it. */
  meet(
    remotePeer: PeerId,
    role: 'initiator' | 'responder',
    options: UpgradeOptions = {}
  ): Encounter {
    const between = link()
    const timeline = {}
    const secured = { connection: between.local, remotePeer }
    const upgrade = this.channels.secure
      .shake(secured, role, { timeline }, options)
      .catch((error: Error) => error)
    const theirs = role === 'initiator' ? 'responder' : 'initiator'
    return {
      between,
      timeline,
      upgrade,
      line: new RawLine(between.remote, theirs, SECURE, remotePeer)
    }
  }

  /** What libp2p makes of a channel, as far as it is looked at. */
  connection(
    remotePeer: PeerId,
    direction: Connection['direction'],
    timeline: object,
    { encryption = SECURE, status = 'open' } = {}
  ): Connection & { aborted: boolean } {
    const connection = {
      remotePeer,
      direction,
      timeline,
      encryption,
      status,
      aborted: false,
      abort: () => {
        connection.aborted = true
      }
    }
    return connection as unknown as Connection & { aborted: boolean }
  }

  /** libp2p tells of a connection. */
  open(connection: Connection): void {
    this.peers.opened(connection)
    this.channels.opened(connection)
  }

  #carryOut(effect: PeerEffect, peer: TrackedPeer): void {
    if (effect === 'releaseSlot') this.slots.delete(peer.context.session)
    if (effect === 'abortHandshake') this.channels.abort(peer, 'requested', 0)
  }
}
