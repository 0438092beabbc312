/**
 * What this library is tested with, for tests of your own handshake, policies and application: a clock that
 * is moved by hand, and a libp2p in one process on which the whole service runs.
 */
export { describeHandshake } from './hostile/describe-handshake.ts'
export { HostilePeer } from './hostile/hostile-peer.ts'
export { lifecycleSubject } from './hostile/lifecycle-subject.ts'
export { playScript } from './hostile/script.ts'
export { HOSTILE_SCRIPTS } from './hostile/scripts.ts'
export { Stage } from './hostile/stage.ts'
export { edgesOf, edgeTaken, leafOf, leavesOf } from './model/chart-edges.ts'
export { Coverage } from './model/coverage.ts'
export { edgeTours } from './model/edge-tours.ts'
export { PEER_HAPPENINGS, peerTours, walkPeerTour } from './model/peer-tours.ts'
export { toursOver } from './model/tours.ts'
export { tellStory } from './product/counterexample.ts'
export { exploreMeeting } from './product/explore-meeting.ts'
export { explorePeers } from './product/explore-peers.ts'
export { ManualClock } from './manual-clock.ts'
export { settled } from './settled.ts'
export { FAULT_CLASSES } from './world/fault-classes.ts'
export { LAWS } from './world/laws.ts'
export { simulate } from './world/simulate.ts'

export type { DescribeHandshakeOptions, Runner } from './hostile/describe-handshake.ts'
export type { Wire } from './hostile/disguise.ts'
export type { Cast, HandshakeSubject } from './hostile/lifecycle-subject.ts'
export type { HostileScript, PlayOptions, Verdict } from './hostile/script.ts'
export type { StagedHouse, StagedHouseInit } from './hostile/stage.ts'
export type { Bend, House, HouseInit, Loss, Subject, Voice } from './hostile/subject.ts'
export type { EdgeToursInit, Tour, TourStep } from './model/edge-tours.ts'
export type {
  PeerDriver,
  PeerSituation,
  PeerTour,
  PeerToursOptions,
  PeerTourStep
} from './model/peer-tours.ts'
export type { Leg, Move, ToursInit } from './model/tours.ts'
export type { Counterexample, Exploration } from './product/counterexample.ts'
export type { ExploreMeetingOptions } from './product/explore-meeting.ts'
export type { ExplorePeersOptions, PeerExploration } from './product/peer-options.ts'
export type { FaultClass } from './world/fault-classes.ts'
export type { Law, Violation } from './world/laws.ts'
export type { NodeOptions } from './world/resident.ts'
export type { SimulateInit, Simulation } from './world/simulate.ts'
