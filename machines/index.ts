/**
 * The statecharts of the library and the ground they stand on: pure, without libp2p, clock, luck or I/O.
 *
 * @packageDocumentation
 */

export { peerMachine, peerMachineWith } from './peer.ts'
export { PEER_EFFECTS } from './peer-setup.ts'
export { MAX_FAILURES } from './peer-notes.ts'
export { PEER_EVENTS } from './peer-events.ts'
export { schedulerMachine, SCHEDULER_EFFECTS } from './scheduler.ts'
export { MAX_TRUSTED, SLOT_KINDS, SlotBook } from './slots.ts'
export { TokenBucket } from './token-bucket.ts'
export { CandidatePool, checkDial, DIAL_CLASSES, nextDial, PRIORITIES } from './dial-plan.ts'
export {
  backOff,
  BACK_OFF_CAP,
  BACK_OFF_FLOOR,
  longest,
  RETRY_AFTER_CAP,
  shortest
} from './cool-downs.ts'
export {
  BAN_DURATION,
  coolDownOf,
  dispositionOf,
  DISPOSITIONS,
  NOTED_REASONS,
  tableOf
} from './dispositions.ts'
export { chooseAnchors } from './policies/choose-anchors.ts'
export { chooseChurn, CHURN_PROTECTION, churnDelay } from './policies/choose-churn.ts'
export { chooseEviction, classesFor, EVICTION_CLASSES } from './policies/choose-eviction.ts'
export { chooseVictim } from './policies/choose-victim.ts'
export { chooseFeeler, feelerDelay } from './policies/choose-feeler.ts'
export { fullGroups } from './policies/full-groups.ts'
export { isEvictable } from './policies/held-peer.ts'
export { codeOf, isWireReason, LOCAL_REASONS, reasonOf, WIRE_REASONS, wordFor } from './reasons.ts'

export type { PeerContext, PeerInput, PeerTag } from './peer-context.ts'
export type { PeerEffect } from './peer-setup.ts'
export type { Direction, PeerEvent } from './peer-events.ts'
export type { SchedulerEffect, SchedulerEvent } from './scheduler.ts'
export type { Slot, SlotKind, SlotLimits, SlotPool, SlotWish, Upgrade } from './slots.ts'
export type { TokenRate } from './token-bucket.ts'
export type { DialClass, DialQueue, DialWorld, Priority, SchedulerMode } from './dial-plan.ts'
export type { CoolDown } from './cool-downs.ts'
export type {
  CoolDownCause,
  Disposition,
  DispositionTable,
  Fault,
  NotedReason
} from './dispositions.ts'
export type { ChurnWorld } from './policies/choose-churn.ts'
export type { EvictionCandidate, EvictionClasses, Road } from './policies/choose-eviction.ts'
export type { HeldPeer, LocatedPeer } from './policies/held-peer.ts'
export type { Reason, Side, WireReason } from './reasons.ts'
