import { CandidateSources } from './scheduler/candidate-sources.ts'
import { Walk } from './scheduler/walk.ts'
import type { CandidateSource } from './scheduler/candidate-sources.ts'
import type { DialScheduler } from './scheduler/dial-scheduler.ts'
import type { DialingOptions } from './options/dialing-options.ts'
import type { Peers } from './peers/peers.ts'
import type { TrackedPeer } from './peers/tracked-peer.ts'
import type { WalkInit } from './scheduler/walk.ts'
import type { Peer, PeerId } from '@libp2p/interface'

export interface CandidatesInit extends Omit<WalkInit, 'queryInterval'> {
  readonly maxTracked: number
  readonly dialing: Pick<DialingOptions, 'sourceShare' | 'queryInterval'>
}

/** The rest of the house, as far as candidates reach into it. */
export interface CandidatePorts {
  readonly peers: Peers
  readonly scheduler: Pick<DialScheduler, 'discoveredLimit' | 'isShortOfCandidates'>
  /** The peer is wanted from now on, as one that was found. */
  want(peer: PeerId): void
  /** A peer that was found is left out, since its source has its share of the queue. */
  onQueueFull(): void
  /**
   * Is there an address among these that may be dialed and was never tried?
   *
   * @param isGrouped - Must it be in a net group with room?
   */
  hasUntried(record: Pick<Peer, 'id' | 'addresses'>, isGrouped: boolean): boolean
  /** Was the peer ever looked up to be dialed? Then it is known which of its addresses are new. */
  wasLookedUp(peer: string): boolean
  /** May new addresses end a cool-down of the peer now? */
  mayReaddress(peer: string): boolean
  /** They do. */
  readdressed(peer: string): void
}

/** Peers that were found, by whomever: who of them becomes a candidate, and when more are looked for. */
export class Candidates {
  readonly #ports: CandidatePorts
  readonly #sources: CandidateSources
  readonly #walk: Walk

  constructor(init: CandidatesInit, ports: CandidatePorts) {
    const { sourceShare, queryInterval } = init.dialing
    const limit = sourceShare === 0 ? 0 : Math.max(1, Math.floor(sourceShare * init.maxTracked))
    this.#ports = ports
    this.#sources = new CandidateSources(limit, init.random)
    this.#walk = new Walk(
      { ...init, queryInterval },
      {
        isNeeded: () => ports.scheduler.isShortOfCandidates,
        onFound: (peer) => this.found(peer, 'walk')
      }
    )
  }

  /** Candidates that wait, by source. */
  get queued(): Readonly<Record<CandidateSource, number>> {
    return this.#sources.queued
  }

  start(): void {
    this.#walk.start()
  }

  stop(): void {
    this.#walk.stop()
  }

  /** Everything is quiet: are candidates missing, or no more? */
  check(): void {
    this.#walk.check()
  }

  /** A source has found a peer. True if it is a candidate now and was none before. */
  found(peerId: PeerId, source: CandidateSource): boolean {
    const { peers, scheduler } = this.#ports
    if (scheduler.discoveredLimit === 0) return false
    const key = peerId.toString()
    const known = peers.get(key)
    if (source === 'discovery' && cameByItself(known)) return false
    if (known !== undefined) return this.#foundAgain(known, source)
    const consideration = this.#sources.consider(source, peers.isFull)
    if (!consideration.isTaken) {
      this.#ports.onQueueFull()
      return false
    }
    const { instead } = consideration
    if (instead === 'failed') peers.forgetUnreached()
    else if (instead !== undefined) peers.forget(instead.peer)
    const peer = peers.track(peerId)
    if (peer === undefined) return false
    this.#sources.took(key, source)
    this.#ports.want(peerId)
    return true
  }

  moved({ key, path, context }: TrackedPeer): void {
    this.#sources.moved(key, path === 'discovered.queued' && context.priority === 'discovered')
  }

  forgotten(peer: string): void {
    this.#sources.forgotten(peer)
  }

  /** The peer store has learned something of a peer: an address, perhaps, where it was never looked for. */
  updated(record: Peer, previous?: Peer): void {
    const { peers } = this.#ports
    const peer = peers.get(record.id.toString())
    if (peer?.path !== 'discovered.coolingDown') return
    const { reason, priority } = peer.context
    if (reason !== 'dial-failed' && reason !== 'no-address') return
    if (!this.#ports.mayReaddress(peer.key)) return
    const addresses = this.#ports.wasLookedUp(peer.key)
      ? record.addresses
      : newAddresses(record, previous)
    if (!this.#ports.hasUntried({ id: record.id, addresses }, priority === 'discovered')) return
    this.#ports.readdressed(peer.key)
    peers.send(peer, { type: 'peer.readdressed' })
  }

  /** Most of what is found is known: it costs no event unless it makes a difference. */
  #foundAgain({ key, peerId, context }: TrackedPeer, source: CandidateSource): boolean {
    if (context.lasting !== undefined && context.priority !== undefined) return false
    this.#sources.took(key, source)
    this.#ports.want(peerId)
    return true
  }
}

/**
 * libp2p calls it a discovery when it first writes a peer down, be it for the connection that the peer has
 * opened to us. Nobody has found such a peer: were it a candidate, those who come by themselves would have the
 * slots of those whom we look for, too.
 */
const cameByItself = (peer: TrackedPeer | undefined): boolean =>
  peer !== undefined &&
  peer.connections.length > 0 &&
  peer.connections.every(({ direction }) => direction === 'inbound')

/** What is known now and was not before: most updates are of tags and protocols. */
function newAddresses({ addresses }: Peer, previous: Peer | undefined): Peer['addresses'] {
  const old = new Set(previous?.addresses.map(({ multiaddr }) => multiaddr.toString()))
  return addresses.filter(({ multiaddr }) => !old.has(multiaddr.toString()))
}
