import type { PeerEvent } from '../../machines/index.ts'
import { leafOf } from '../../src/testing/model/chart-edges.ts'
import type { PeerSnapshot } from '../../src/testing/model/peer-cases.ts'

/**
 * What stands outside the chart because of the effects it has named: counted anew at every step.
 */
export interface Ledger {
  readonly slot: boolean
  readonly gate: boolean
  readonly dial: boolean
  readonly handshake: boolean
  readonly tag: 'tagged' | undefined
  readonly deadline: 'dial' | 'handshake' | 'coolDown' | undefined
}

export const EMPTY: Ledger = {
  slot: false,
  gate: false,
  dial: false,
  handshake: false,
  tag: undefined,
  deadline: undefined
}

/** What stands outside while a peer is in this state; all of it follows from the state alone. */
export function ledgerOf(snapshot: PeerSnapshot): Ledger {
  const leaf = leafOf(snapshot)
  const hasSlot = snapshot.hasTag('slot')
  const meta = Object.values(snapshot.getMeta()).find((each) => each?.deadline !== undefined)
  return {
    slot: hasSlot,
    gate: leaf === 'authorized',
    dial: leaf === 'dialing',
    handshake: /promoting|initiating|responding/.test(leaf),
    tag: hasSlot ? 'tagged' : undefined,
    deadline: meta?.deadline
  }
}

/** Effects that are only right while something stands, or while it does not. */
const RULES: Readonly<Record<string, (ledger: Ledger) => boolean>> = {
  dial: ({ slot, dial }) => slot && !dial,
  cancelDial: ({ dial }) => dial,
  initiateHandshake: ({ slot, handshake }) => slot && !handshake,
  answerHandshake: ({ slot, handshake }) => slot && !handshake,
  abandonHandshake: ({ slot, handshake }) => slot && handshake,
  abortHandshake: ({ slot }) => slot,
  declineHandshake: ({ slot }) => slot,
  releaseSlot: ({ slot }) => slot,
  untag: ({ tag }) => tag !== undefined,
  openGate: ({ slot, gate }) => slot && !gate,
  closeGate: ({ gate }) => gate
}

/** What an effect changes outside; the others leave nothing behind. */
const CHANGES: Readonly<Record<string, Partial<Ledger>>> = {
  dial: { dial: true },
  cancelDial: { dial: false },
  initiateHandshake: { handshake: true },
  answerHandshake: { handshake: true },
  abandonHandshake: { handshake: false },
  abortHandshake: { handshake: false },
  armDialDeadline: { deadline: 'dial' },
  armHandshakeDeadline: { deadline: 'handshake' },
  armCoolDown: { deadline: 'coolDown' },
  clearDeadline: { deadline: undefined },
  releaseSlot: { slot: false },
  tag: { tag: 'tagged' },
  untag: { tag: undefined },
  openGate: { gate: true },
  closeGate: { gate: false }
}

/**
 * What stands outside after an event that was not ignored, and the effects that were out of place.
 */
export function settle(
  before: Ledger,
  event: PeerEvent,
  effects: readonly string[]
): { ledger: Ledger; misplaced: string[] } {
  const misplaced: string[] = []
  let ledger: Ledger = { ...before, ...broughtBy(event) }
  for (const effect of effects) {
    if (RULES[effect]?.(ledger) === false) misplaced.push(effect)
    ledger = { ...ledger, ...CHANGES[effect] }
  }
  return { ledger, misplaced }
}

/** What has already happened outside when the chart hears of it. */
function broughtBy({ type }: PeerEvent): Partial<Ledger> {
  if (type === 'slot.granted') return { slot: true }
  const isVerdict = type === 'handshake.accepted' || type === 'handshake.refused'
  return isVerdict || type === 'handshake.yielded' ? { handshake: false } : {}
}
