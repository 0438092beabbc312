import { isWireReason } from '../machines/index.ts'
import { sleepWatch } from './sleep-watch.ts'
import { isOwnTrouble } from './own-trouble.ts'
import type { Channels } from './channels.ts'
import type { Clock } from './clock.ts'
import type { Farewells } from './farewells.ts'
import type { Gate } from './gate/gate.ts'
import type { Offer } from './handshake/offer.ts'
import type { LifecycleProtocol } from './handshake/protocol.ts'
import type { Peers } from './peers/peers.ts'
import type { TrackedPeer } from './peers/tracked-peer.ts'
import type { Dialer } from './scheduler/dialer.ts'
import type { DialScheduler } from './scheduler/dial-scheduler.ts'
import type { SlotTags } from './scheduler/slot-tags.ts'
import type { PeerEffect, PeerEvent, WireReason } from '../machines/index.ts'
import type { Connection } from '@libp2p/interface'

/** The rooms, as far as effects reach into them. */
export interface EffectRooms {
  readonly peers: Peers
  readonly scheduler: DialScheduler
  readonly protocol: Pick<
    LifecycleProtocol<unknown>,
    'initiate' | 'answer' | 'decline' | 'abandon' | 'abort' | 'overdue' | 'requests'
  >
  readonly channels: Pick<Channels<unknown>, 'abort'>
  readonly gate: Gate
  readonly dialer: Dialer
  readonly tags: SlotTags
  readonly farewells: Farewells
}

export interface EffectSettings {
  readonly clock: Clock
  readonly dialTimeout: number
  readonly handshakeTimeout: number
  /** The connection that can carry the peer's handshake; undefined if there is none. */
  connectionOf(peer: TrackedPeer): Connection | undefined
  /** Takes the stream that the peer offered, if it offered one. */
  takeOffer(peer: TrackedPeer): Offer | undefined
}

/** Carries out what the chart of a peer names: one line of work each, in the room that does it. */
export class Effects {
  readonly #rooms: EffectRooms
  readonly #settings: EffectSettings
  readonly #effects: Readonly<Record<PeerEffect, (peer: TrackedPeer) => void>>

  constructor(rooms: EffectRooms, settings: EffectSettings) {
    const { scheduler, protocol, channels, gate, dialer, tags, farewells, peers } = rooms
    this.#rooms = rooms
    this.#settings = settings
    this.#effects = {
      dial: (peer) => this.#dial(peer),
      cancelDial: ({ key }) => dialer.cancel(key),
      initiateHandshake: (peer) => this.#initiate(peer),
      answerHandshake: (peer) => this.#answer(peer),
      declineHandshake: (peer) => this.#decline(peer),
      abandonHandshake: ({ key }) => protocol.abandon(key),
      abortHandshake: (peer) => {
        const word = this.#wordFor(peer)
        channels.abort(peer, word, this.#secondsLeft(peer))
        protocol.abort(peer.key, word, this.#secondsLeft(peer))
      },
      armDialDeadline: (peer) => {
        const hasSlept = sleepWatch(settings.clock, settings.dialTimeout)
        this.#arm(peer, settings.dialTimeout, () => this.#dialExpired(peer, hasSlept()))
      },
      armHandshakeDeadline: (peer) => {
        const hasSlept = sleepWatch(settings.clock, settings.handshakeTimeout)
        this.#arm(peer, settings.handshakeTimeout, () => this.#handshakeExpired(peer, hasSlept()))
      },
      armCoolDown: (peer) => {
        const { until } = peer.context
        this.#arm(peer, until - settings.clock.now(), () => ({ type: 'coolDown.over', until }))
      },
      clearDeadline: (peer) => {
        peer.deadline?.()
        peer.deadline = undefined
      },
      releaseSlot: ({ context }) => scheduler.release(context.session),
      tag: ({ peerId }) => tags.set(peerId, true),
      untag: ({ peerId }) => tags.set(peerId, false),
      openGate: ({ peerId }) => gate.authorized(peerId),
      closeGate: ({ peerId, key }) => {
        gate.deauthorized(peerId)
        protocol.requests.forget(key)
      },
      sayGoodbye: (peer) => {
        farewells.sayGoodbye(peer, this.#wordFor(peer) ?? 'requested', this.#secondsLeft(peer))
      },
      closeConnections: (peer) => farewells.closeConnections(peer),
      ban: (peer) => peers.noteBan(peer)
    }
  }

  carryOut(effect: PeerEffect, peer: TrackedPeer): void {
    this.#effects[effect](peer)
  }

  #dial(peer: TrackedPeer): void {
    const { dialer, peers, scheduler } = this.#rooms
    const { session } = peer.context
    const hasSlept = sleepWatch(this.#settings.clock, this.#settings.dialTimeout)
    const { peerId, addresses, named } = peer
    const isFiltered = peer.context.priority === 'discovered'
    const isGrouped = scheduler.slotOf(session)?.kind === 'discovered'
    dialer.dial({ peerId, addresses, named, isFiltered, isGrouped }, (result) => {
      if (result.kind === 'connected') {
        scheduler.reached()
        peers.send(peer, { type: 'dial.succeeded', session })
      } else {
        const { reason, detail, fault } = result
        const failure = {
          reason,
          detail,
          isExcused: hasSlept() || isOwnTrouble(this.#rooms, peer.key, fault)
        }
        peers.send(peer, { type: 'dial.failed', session, ...failure, ...peers.moment() })
      }
    })
  }

  #dialExpired(peer: TrackedPeer, hasSlept: boolean): PeerEvent {
    const { session } = peer.context
    const isExcused = hasSlept || isOwnTrouble(this.#rooms, peer.key, 'network')
    this.#rooms.dialer.expired(peer.key, isExcused)
    return { type: 'dial.expired', session, isExcused, ...this.#rooms.peers.moment() }
  }

  #initiate(peer: TrackedPeer): void {
    const { protocol, peers } = this.#rooms
    const { session } = peer.context
    const connection = this.#settings.connectionOf(peer)
    peer.carrier = connection
    if (connection !== undefined) return protocol.initiate(peer.peerId, connection, session)
    peers.send(peer, { type: 'handshake.refused', session, ...LOST, ...peers.moment() })
  }

  #answer(peer: TrackedPeer): void {
    const { protocol, peers } = this.#rooms
    const { session } = peer.context
    const offer = this.#settings.takeOffer(peer)
    peer.carrier = offer?.connection
    if (offer !== undefined) return protocol.answer(offer, session)
    peers.send(peer, { type: 'handshake.refused', session, ...LOST, ...peers.moment() })
  }

  #decline(peer: TrackedPeer): void {
    const offer = this.#settings.takeOffer(peer)
    if (offer !== undefined) this.#rooms.protocol.decline(offer)
  }

  #handshakeExpired(peer: TrackedPeer, isExcused: boolean): PeerEvent {
    const { protocol, peers } = this.#rooms
    const { session } = peer.context
    const reason = protocol.overdue(peer.key)
    if (reason === 'timeout') {
      return { type: 'handshake.expired', session, isExcused, ...peers.moment() }
    }
    const no = { reason, by: 'local', retryAfter: 0, detail: 'no proof' } as const
    return { type: 'handshake.refused', session, ...no, ...peers.moment() }
  }

  #arm(peer: TrackedPeer, delay: number, eventOf: () => PeerEvent): void {
    peer.deadline?.()
    peer.deadline = this.#settings.clock.after(delay, () => {
      peer.deadline = undefined
      this.#rooms.peers.send(peer, eventOf())
    })
  }

  /** The word the peer is told, if the state it is in has one that can be told. */
  #wordFor(peer: TrackedPeer): WireReason | undefined {
    const { reason, by } = peer.context
    if (reason === undefined) return 'requested'
    return by === 'local' && isWireReason(reason) ? reason : undefined
  }

  /** Whole seconds of the cool-down that are left; 0 if it has none, or no end. */
  #secondsLeft(peer: TrackedPeer): number {
    const left = Math.ceil((peer.context.until - this.#settings.clock.now()) / 1_000)
    return Number.isSafeInteger(left) && left > 0 && left <= 0xffff_ffff ? left : 0
  }
}

const LOST = { reason: 'stream-closed', by: 'network', retryAfter: 0 } as const
