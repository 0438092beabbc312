import { initialTransition, transition } from 'xstate'
import { MAX_ATTEMPTS } from '../../../machines/dispositions.ts'
import { PEER_EFFECTS, peerMachineWith } from '../../../machines/index.ts'
import type {
  DispositionTable,
  PeerContext,
  PeerEffect,
  PeerEvent
} from '../../../machines/index.ts'
import type { SnapshotFrom } from 'xstate'

type Snapshot = SnapshotFrom<ReturnType<typeof peerMachineWith>>

/** One event, made to fit the peer that it is sent to. */
export type ChartEvent = (context: PeerContext) => PeerEvent

/** What the chart makes of an event: the state it comes to, by its number, and the effects it names. */
export interface ChartStep {
  readonly to: number
  readonly effects: readonly PeerEffect[]
}

/** What is asked of a state of the chart, and does not change. */
export interface ChartState {
  readonly path: string
  readonly context: PeerContext
  readonly holdsSlot: boolean
  readonly isQueued: boolean
  readonly isLinked: boolean
  /** Is a connection being made, and others change nothing? */
  readonly isLinking: boolean
  /** The deadline that the state waits for; undefined if it waits for none. */
  readonly deadline: 'dial' | 'handshake' | 'coolDown' | undefined
  /** Is it tagged as one that waits for a deadline? */
  readonly isWaiting: boolean
  readonly isForgotten: boolean
}

const EFFECTS = new Set<string>(PEER_EFFECTS)

/** The number of the state in which every peer begins. */
export const FRESH = 0

/**
 * The production chart of a peer as a table of numbered states, made as it is asked. What tells peers of
 * different pasts apart, and makes no difference to the chart, is made equal: sessions are this one or
 * none, the end of a cool-down is one that is to come, and of failures in a row only so many are counted;
 * the last number stands for more attempts than the chart allows.
 */
export class PeerChart {
  readonly #machine: ReturnType<typeof peerMachineWith>
  readonly #failures: number
  readonly #numbers = new Map<string, number>()
  readonly #states: { readonly seen: ChartState; readonly snapshot: Snapshot }[] = []
  readonly #steps: (ChartStep | undefined)[][] = []

  /** @param failures - Failures in a row that are told apart; with 2: none, one, too many */
  constructor(table: DispositionTable, failures: number) {
    this.#machine = peerMachineWith(table)
    this.#failures = failures
    this.#number(initialTransition(this.#machine, { peer: 'peer' })[0])
  }

  /** States that were come to so far. */
  get size(): number {
    return this.#states.length
  }

  state(number: number): ChartState {
    return this.#at(number).seen
  }

  /** What comes of an event, which is known by its number. */
  step(from: number, key: number, event: ChartEvent): ChartStep {
    const steps = (this.#steps[from] ??= [])
    return (steps[key] ??= this.#take(from, event))
  }

  #at(number: number): { readonly seen: ChartState; readonly snapshot: Snapshot } {
    const state = this.#states[number]
    if (state === undefined) throw new Error(`Expected a state of the chart, got ${number}`)
    return state
  }

  #take(from: number, event: ChartEvent): ChartStep {
    const { snapshot } = this.#at(from)
    const [next, actions] = transition(this.#machine, snapshot, event(snapshot.context))
    const effects = actions.map(({ type }) => type).filter(isEffect)
    return { to: this.#number(next), effects }
  }

  #number(snapshot: Snapshot): number {
    const plain = this.#plain(snapshot.context)
    const key = JSON.stringify([snapshot.value, plain])
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    const { value } = snapshot
    const made = this.#machine.resolveState({ value, context: plain })
    const meta = Object.values(made.getMeta()).find((each) => each?.deadline !== undefined)
    const seen = {
      path: pathOf(value),
      context: plain,
      holdsSlot: made.hasTag('slot'),
      isQueued: made.hasTag('queued'),
      isLinked: made.hasTag('linked'),
      isLinking: made.hasTag('linking'),
      deadline: meta?.deadline,
      isWaiting: made.hasTag('waiting'),
      isForgotten: value === 'forgotten'
    }
    const number = this.#states.push({ seen, snapshot: made }) - 1
    this.#numbers.set(key, number)
    return number
  }

  #plain(context: PeerContext): PeerContext {
    const { session, until, failures, counted } = context
    const most = this.#failures
    // whoever has more counts as one who has had every attempt
    const spent = most === 0 ? 0 : MAX_ATTEMPTS
    return {
      ...context,
      session: session === 0 ? 0 : CURRENT,
      until: until === 0 ? 0 : LATER,
      failures: failures >= most ? spent : failures,
      counted: most === 0 ? 0 : counted,
      authorizedAt: 0,
      detail: undefined
    }
  }
}

/** The session of every peer that has or had one. */
export const CURRENT = 1
/** The end of every cool-down. */
const LATER = 1

const isEffect = (type: string): type is PeerEffect => EFFECTS.has(type)

const pathOf = (value: Snapshot['value']): string =>
  typeof value === 'string' ? value : Object.entries(value).flat().join('.')
