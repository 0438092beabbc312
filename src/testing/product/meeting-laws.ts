import { isHolding } from '../simulation/recount.ts'
import { other } from './laned-wire.ts'
import type { MeetingInit } from './meeting-options.ts'
import type { Meeting } from './meeting.ts'

const NAMES = ['Ann', 'Bob'] as const

/** The laws of a meeting. */
export const MEETING_LAWS = ['slot', 'capacity', 'gate', 'agreement', 'settle', 'crossing'] as const

/** A law of a meeting that does not hold, and what exactly is wrong. */
export interface MeetingBreach {
  readonly law: (typeof MEETING_LAWS)[number]
  readonly detail: string
}

/** Deadlines in a row after which nobody who keeps the protocol waits any more. */
const PATIENCE = 20

/** What is wrong at this moment of a meeting; undefined if nothing is. */
export function breachIn(meeting: Meeting, init: MeetingInit): MeetingBreach | undefined {
  const laws = [slots, gate, authorizations, patience, agreement, crossing]
  for (const law of laws) {
    const breach = law(meeting, init)
    if (breach !== undefined) return breach
  }
  return undefined
}

/** A slot is held if and only if the state of the peer needs one. */
function slots(meeting: Meeting): MeetingBreach | undefined {
  for (const name of NAMES) {
    const { slots: held, maxPeers } = meeting.node(name).peers.status()
    const path = meeting.pathOf(name)
    if (held.length > 1) return { law: 'slot', detail: `${name} gave ${other(name)} two slots` }
    if (held.length > maxPeers) return { law: 'capacity', detail: `${name} gave too many slots` }
    if (isHolding(path) !== (held.length === 1)) {
      const has = held.length === 1 ? 'with' : 'without'
      return { law: 'slot', detail: `to ${name} ${other(name)} is ${path}, ${has} a slot` }
    }
  }
  return undefined
}

/** No stream of the application passes where the peer is not authorized. */
function gate(meeting: Meeting): MeetingBreach | undefined {
  const [trespass] = meeting.trespasses
  if (trespass !== undefined) return { law: 'gate', detail: trespass }
  const name = NAMES.find((each) => meeting.node(each).trespasses.length > 0)
  if (name === undefined) return undefined
  return { law: 'gate', detail: `${name} serves ${other(name)}, who is not authorized there` }
}

/** One session is authorized once, and only after ACCEPT was heard. */
function authorizations(meeting: Meeting): MeetingBreach | undefined {
  for (const name of NAMES) {
    const sessions = meeting.sessions[name]
    if (new Set(sessions).size < sessions.length) {
      return { law: 'agreement', detail: `${name} authorized one session twice` }
    }
    const accepts = meeting.wires.reduce((sum, wire) => sum + wire.acceptsHeardBy(name), 0)
    if (sessions.length > accepts) {
      return { law: 'agreement', detail: `${name} authorized ${other(name)}, who has not accepted` }
    }
  }
  return undefined
}

/** Whoever waits has a deadline, and it comes. */
function patience(meeting: Meeting): MeetingBreach | undefined {
  if (!meeting.isQuiet || !meeting.isBusy) return undefined
  const paths = NAMES.map((name) => `${other(name)} is ${meeting.pathOf(name)} to ${name}`)
  const who = paths.join(', and ')
  if (meeting.network.clock.next === undefined) {
    return { law: 'settle', detail: `nothing is on its way, no deadline is armed: ${who}` }
  }
  return meeting.idle > PATIENCE ? { law: 'settle', detail: `nobody ends it: ${who}` } : undefined
}

/** When all is quiet both sides agree, or no connection is left; nobody waits for an answer any more. */
function agreement(meeting: Meeting): MeetingBreach | undefined {
  if (!meeting.isQuiet || meeting.isBusy) return undefined
  const [ours = false, theirs = false] = NAMES.map((name) => meeting.isAuthorized(name))
  const isConnected = NAMES.some((name) => meeting.node(name).connections.length > 0)
  if (ours !== theirs && isConnected) {
    const [yes, no] = ours ? NAMES : (['Bob', 'Ann'] as const)
    return { law: 'agreement', detail: `${no} is authorized to ${yes}, and ${yes} is not to ${no}` }
  }
  return meeting.waiting > 0 ? { law: 'settle', detail: 'a connect() never settles' } : undefined
}

/** However they cross: if nobody disturbs them, one handshake comes to an agreement, and only one. */
function crossing(
  meeting: Meeting,
  { wants = NAMES, ann, bob }: MeetingInit
): MeetingBreach | undefined {
  const isPlain = ann === undefined && bob === undefined && !meeting.isDisturbed
  if (!isPlain || !meeting.hasBegun || wants.length === 0) return undefined
  if (!NAMES.some((name) => isHolding(meeting.pathOf(name)))) {
    return { law: 'crossing', detail: 'nobody disturbed them, and both have given up' }
  }
  const agreements = meeting.wires.reduce((sum, wire) => sum + wire.agreements, 0)
  if (agreements > 1) {
    return { law: 'crossing', detail: `${agreements} handshakes came to an agreement` }
  }
  if (!meeting.isQuiet || meeting.isBusy) return undefined
  const isAgreed = agreements === 1 && NAMES.every((name) => meeting.isAuthorized(name))
  return isAgreed ? undefined : { law: 'crossing', detail: 'nobody disturbed them, in vain' }
}
