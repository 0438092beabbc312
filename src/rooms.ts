import { Candidates } from './candidates.ts'
import { Channels } from './channels.ts'
import { Connections } from './connections.ts'
import { standingOf } from './doors.ts'
import { Encounters } from './encounters.ts'
import { Effects } from './effects.ts'
import { Farewells } from './farewells.ts'
import { Gate } from './gate/gate.ts'
import { BUILT_IN_OPEN_PROTOCOLS } from './gate/open-protocols.ts'
import { Turns } from './handshake/turns.ts'
import { isKeptAlive } from './keep-alive.ts'
import { Onlooker } from './onlooker.ts'
import { Peers } from './peers/peers.ts'
import { Policies } from './policies.ts'
import { protocolIds } from './protocol-ids.ts'
import { RecordedPeers } from './recorded-peers.ts'
import { Recorder } from './recorder/recorder.ts'
import { Reception } from './reception.ts'
import { Remembrance } from './remembrance.ts'
import { AddressBook } from './scheduler/address-book.ts'
import { CandidateFeed } from './scheduler/candidate-feed.ts'
import { Dialer } from './scheduler/dialer.ts'
import { DialScheduler } from './scheduler/dial-scheduler.ts'
import { Sight } from './sight.ts'
import { Shortages } from './shortages.ts'
import { SlotTags } from './scheduler/slot-tags.ts'
import type { PeerLifecycleComponents } from './components.ts'
import type { RoomOptions, RoomPorts } from './room-ports.ts'

/** Every room of the house, wired to the others. */
export interface Rooms<Hello> {
  readonly peers: Peers
  readonly scheduler: DialScheduler
  readonly reception: Reception
  readonly policies: Policies
  readonly gate: Gate
  readonly feed: CandidateFeed
  readonly candidates: Candidates
  readonly encounters: Encounters<Hello>
  readonly channels: Channels<Hello>
  readonly connections: Connections
  readonly tags: SlotTags
  readonly dialer: Dialer
  readonly farewells: Farewells
  readonly sight: Sight
  readonly remembrance: Remembrance
  readonly recorder: Recorder
}

/** Furnishes the rooms. What happens in one of them becomes an event of a peer, or work for another. */
export function furnish<Hello>(
  components: PeerLifecycleComponents,
  options: RoomOptions<Hello>,
  ports: RoomPorts
): Rooms<Hello> {
  const { clock, allowRelayed } = options
  const { peerId: self, peerStore } = components
  const log = components.logger.forComponent('libp2p:peer-lifecycle')
  const { stream: protocol, secure } = protocolIds(options.protocolPrefix)
  const shortages = new Shortages(clock, log)
  const turns = new Turns(options.parallelProofs)

  const sight = new Sight({
    clock,
    logger: components.logger,
    metrics: components.metrics,
    isTracked: (peer) => peers.get(peer) !== undefined,
    onRefused: (refusal) => recorder.refused(refusal)
  })
  const { refusals } = sight
  const recorder = new Recorder(
    { clock, lines: options.recorder.lines },
    {
      peers: () => [...peers.values()].map((peer) => recorded.of(peer)),
      mode: () => scheduler.mode,
      onFault: (error) => ports.onFault({ source: 'listener', error })
    }
  )
  const inspect =
    options.inspect &&
    new Onlooker(options.inspect, clock, (error) => ports.onFault({ source: 'inspect', error }))
      .inspect
  const peers = new Peers(
    { ...options, inspect, self, ipOf: (origin) => reception.ipOf(origin) },
    {
      carryOut: (effect, peer) => effects.carryOut(effect, peer),
      onMove: (peer, from, event, direction) => {
        sight.moved(peer, from, event, direction)
        ports.onMove(from, event)
      },
      onSettled: (peer) => ports.onSettled(peer),
      onUntaken: (session) => scheduler.release(session),
      onQuiet: () => {
        if (scheduler.grantNext()) return true
        candidates.check()
        return false
      },
      onFault: ({ key }, error) => ports.onFault({ peer: key, source: 'machine', error }),
      onTaken: (peer, event, from, before) => recorder.moved(peer, event, from, before),
      onLinked: (peer, connection, what) => {
        if (recorder.isOn) recorder.linked(peer.key, what, recorded.connection(connection))
      },
      onForgotten: (peer, from, reason) => {
        recorder.forgotten(peer.key, from, reason)
        sight.forgotten(peer)
        remembrance.forgotten(peer.key)
        policies.forgotten(peer.key)
        ports.onForgotten(peer, from, reason)
      },
      isAwaited: (peer) => ports.isAwaited(peer),
      leaving: (peer) => farewells.leaving(peer),
      onBan: (peer) => remembrance.banned(peer),
      onBanned: (ban) => sight.banned(ban),
      onCrowded: (table) => shortages.report(table)
    }
  )
  const recorded = new RecordedPeers(peers.openers)
  const policies = new Policies(
    { ...options, peerStore },
    {
      peers,
      scheduler: () => scheduler,
      dialer: () => dialer,
      connectionOf: (peer) => connections.of(peer),
      dismiss: (peer, reason) => ports.dismiss(peer, reason),
      onGood: (peer) => remembrance.good(peer)
    }
  )
  const scheduler = new DialScheduler(
    { ...options, inspect, upgradeSlots: options.policies.upgradeSlots },
    {
      grant: (peer, session) => ports.grant(peer, session),
      isRefused: (peer) => peers.standstill(peer) !== undefined,
      failuresOf: (peer) => peers.get(peer)?.context.failures ?? 0,
      wake: () => peers.wake(),
      groups: policies.groups,
      held: () => policies.held(),
      evict: () => policies.evict(),
      returned: (since) => ports.onNetworkReturned(since),
      isBusy: () => reception.admission.isBusy,
      onMode: (...change) => recorder.modeChanged(...change)
    }
  )
  const reception = new Reception(options, {
    peers,
    scheduler,
    refusals,
    onFault: (fault) => ports.onFault(fault)
  })
  const encounters = new Encounters<Hello>(
    { ...options, self, protocol, turns },
    {
      peers: peers,
      admit: (peer, origin) => reception.admit(peer, origin),
      ipOf: (origin) => reception.ipOf(origin),
      isUsable: (connection) => connections.isUsable(connection),
      connectionOf: (peer) => connections.of(peer),
      closeConnections: (peer) => farewells.closeConnections(peer),
      refusals,
      onFault: (fault) => ports.onFault(fault)
    }
  )
  const channels = new Channels<Hello>(
    { ...options, self, protocol: secure, turns },
    {
      peers: peers,
      admit: (peer, origin) => reception.admit(peer, origin),
      ipOf: (origin) => reception.ipOf(origin),
      release: (session) => scheduler.release(session),
      abandon: (peer) => encounters.protocol.abandon(peer),
      letGoOfDial: (peer) => dialer.letGo(peer),
      refusals,
      onFault: (fault) => ports.onFault(fault)
    }
  )
  const openProtocols = new Set([...BUILT_IN_OPEN_PROTOCOLS, ...options.openProtocols, protocol])
  const connections = new Connections(
    { ...options.admission, clock, allowRelayed },
    {
      peers: peers,
      channels: channels,
      isApplication: (name) => name !== '' && !openProtocols.has(name),
      isKeptAlive: (peer) => isKeptAlive(peerStore, peer),
      reached: () => scheduler.reached(),
      onCarrierLost: (peer) => ports.onCarrierLost(peer)
    }
  )
  const gate = new Gate(components, {
    openProtocols,
    maxUnnamed: options.admission.unnegotiatedStreams,
    standing: (peer) => standingOf(peers.get(peer)?.path),
    denied: (peer, direction, from) => reception.denied(peer, direction, from),
    clock,
    holdTimeout: options.handshakeTimeout,
    maxHeldPerPeer: options.maxHeldStreamsPerPeer,
    maxHeld: options.maxHeldStreams,
    log
  })
  const tags = new SlotTags(peerStore, log)
  const book = new AddressBook(clock, options.dialing.addressesPerPeer)
  const dialer = new Dialer(components, {
    ...options,
    book,
    groups: policies.groups,
    ready: (peer) => tags.written(peer),
    onFault: (peer, error) => ports.onFault({ peer, source: 'filter', error })
  })
  const feed = new CandidateFeed(components, {
    log,
    onCandidate: (peer, source) => void candidates.found(peer, source),
    onUpdated: (record, previous) => candidates.updated(record, previous),
    onTagged: (peer) => tags.clear(peer)
  })
  const candidates = new Candidates(
    { ...options, log, routing: components.peerRouting },
    {
      peers,
      scheduler,
      want: (peer) => ports.onCandidate(peer),
      onQueueFull: () => {
        refusals.count(LEFT_OUT)
        shortages.report('candidates')
      },
      hasUntried: (record, isGrouped) => dialer.hasUntried(record, isGrouped),
      wasLookedUp: (peer) => book.wasLookedUp(peer),
      mayReaddress: (peer) => book.mayReaddress(peer),
      readdressed: (peer) => book.readdressed(peer)
    }
  )
  const remembrance = new Remembrance(
    { ...options, self, peerStore, datastore: components.datastore, log },
    {
      peers,
      want: (peer, priority, named) => {
        if (priority === 'discovered') candidates.found(peer, 'memory')
        else ports.onRemembered(peer, priority, named)
      },
      anchors: () => policies.anchors(),
      restoreAnchors: (anchors) => policies.restoreAnchors(anchors),
      unheeded: (peer, write) => feed.unheeded(peer, write)
    }
  )
  const farewells = new Farewells(
    clock,
    { protocol: encounters.protocol, onOver: (peer) => ports.onLeft(peer) },
    log
  )
  const effects = new Effects(
    {
      peers,
      scheduler,
      gate,
      channels,
      dialer,
      tags,
      farewells,
      protocol: encounters.protocol
    },
    {
      ...options,
      connectionOf: (peer) => connections.of(peer),
      takeOffer: (peer) => encounters.takeOffer(peer)
    }
  )
  return {
    peers,
    scheduler,
    reception,
    policies,
    gate,
    feed,
    candidates,
    encounters,
    channels,
    connections,
    tags,
    dialer,
    farewells,
    sight,
    remembrance,
    recorder
  }
}

/** How it is counted that a candidate was found for whom there is no room. */
const LEFT_OUT = {
  door: 'dial',
  direction: 'outbound',
  reason: 'queue-full',
  by: 'local'
} as const
