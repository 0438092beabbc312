import { CandidatePool, DIAL_CLASSES, nextDial, SLOT_KINDS } from '../../../machines/index.ts'
import { SlotDesk } from '../../scheduler/slot-desk.ts'
import type {
  DialClass,
  Priority,
  SchedulerEvent,
  SchedulerMode,
  Slot,
  SlotLimits,
  SlotPool
} from '../../../machines/index.ts'

/** Every kind of slot in every pool it can be in; the token of a peer is its place here plus one, or 0. */
const TOKENS: readonly { readonly kind: Slot['kind']; readonly pool: SlotPool }[] =
  SLOT_KINDS.flatMap((kind) => (['ordinary', 'reserved'] as const).map((pool) => ({ kind, pool })))

/** What a desk did: the tokens of all after it, and what it told the scheduler's mode. */
export interface DeskStep {
  /** Was a slot given out, or taken back? */
  readonly isDone: boolean
  readonly tokens: readonly number[]
  readonly told: readonly SchedulerEvent[]
}

/** What the dial plan looks at, beside slots and queues. */
export interface PlanWorld {
  readonly mode: SchedulerMode
  readonly probing: boolean
  /** Dials in flight. */
  readonly dialing: number
  /** Is it about those for whom a `connect()` waits? */
  readonly isAwaited: boolean
}

const TOKEN_BASE = 16
const MOST_PEERS = 16
const DEEDS = 8
const RELEASE = 0
const GRANTS = { static: 1, requested: 2, discovered: 3 } as const
const ADMITS = { inbound: 4, static: 5 } as const
const MODES = ['stopped', 'filling', 'full', 'offline', 'draining'] as const

/** Small numbers as one. */
const keyOf = (numbers: readonly number[], base: number): number =>
  numbers.reduce((key, number) => key * base + number, 0)

function worldKey(
  queue: readonly (DialClass | undefined)[],
  { mode, probing, dialing, isAwaited }: PlanWorld
): number {
  const flags = (probing ? 1 : 0) + (isAwaited ? 2 : 0)
  let key = (MODES.indexOf(mode) * MOST_PEERS + dialing) * 4 + flags
  for (const each of queue)
    key = key * 5 + (each === undefined ? 0 : DIAL_CLASSES.indexOf(each) + 1)
  return key
}

interface Rebuilt {
  readonly desk: SlotDesk
  readonly sessions: readonly number[]
  readonly told: SchedulerEvent[]
}

/**
 * The production slot desk, its book and the dial plan as tables, made as they are asked. A state of the
 * book is who holds which token; it is built anew by taking these, and whatever is asked of it is asked of
 * the real one.
 */
export class SlotTable {
  readonly #limits: SlotLimits
  readonly #parallelDials: number
  /** By what is done, where, and who holds what. */
  readonly #steps = new Map<number, DeskStep>()
  /** By who holds what, and who waits in which world. */
  readonly #plans = new Map<number, Map<number, readonly number[]>>()

  constructor(limits: SlotLimits, parallelDials: number) {
    this.#limits = limits
    this.#parallelDials = parallelDials
  }

  /** The kind and the pool of a token; undefined of none. */
  static tokenOf(token: number): (typeof TOKENS)[number] | undefined {
    return TOKENS[token - 1]
  }

  /** The scheduler gives the candidate at this place a slot. */
  grant(tokens: readonly number[], place: number, wish: Priority): DeskStep {
    return this.#step(tokens, place, GRANTS[wish], ({ desk }) => {
      return desk.grant(nameOf(place), wish) !== undefined
    })
  }

  /** The peer at this place came by itself. */
  admit(tokens: readonly number[], place: number, wish: 'inbound' | 'static'): DeskStep {
    return this.#step(tokens, place, ADMITS[wish], ({ desk }) => {
      return typeof desk.admit(nameOf(place), wish) === 'number'
    })
  }

  /** The slot of the peer at this place is given back, if it holds one. */
  release(tokens: readonly number[], place: number): DeskStep {
    return this.#step(tokens, place, RELEASE, ({ desk, sessions }) => {
      const session = sessions[place] ?? 0
      const held = desk.book.holds(session)
      desk.release(session)
      return held
    })
  }

  /** Is every ordinary slot taken? */
  isFull(tokens: readonly number[]): boolean {
    const held = tokens.filter((token) => SlotTable.tokenOf(token)?.pool === 'ordinary')
    return held.length >= this.#limits.maxPeers
  }

  /**
   * The candidates that the dial plan may draw now, by their places.
   *
   * @param queue - The class in which each peer waits, if it does
   */
  grantable(
    tokens: readonly number[],
    queue: readonly (DialClass | undefined)[],
    world: PlanWorld
  ): readonly number[] {
    const plans = this.#plansOf(tokens)
    const key = worldKey(queue, world)
    const known = plans.get(key)
    if (known !== undefined) return known
    const { desk } = this.#rebuild(tokens)
    const { isAwaited, ...rest } = world
    const dialWorld = {
      ...rest,
      slots: desk,
      parallelDials: this.#parallelDials,
      hasToken: true
    }
    const pools = poolsOf(queue)
    // every draw that luck can make
    const draws = Math.max(1, queue.length * queue.length * 4)
    const drawn = Array.from({ length: draws }, (_, draw) =>
      nextDial(pools, dialWorld, draw / draws, isAwaited)
    )
    const places = new Set(drawn.flatMap((next) => (next === undefined ? [] : Number(next.peer))))
    const plan = [...places].toSorted((a, b) => a - b)
    plans.set(key, plan)
    return plan
  }

  #plansOf(tokens: readonly number[]): Map<number, readonly number[]> {
    const key = keyOf(tokens, TOKEN_BASE)
    const known = this.#plans.get(key)
    if (known !== undefined) return known
    const plans = new Map<number, readonly number[]>()
    this.#plans.set(key, plans)
    return plans
  }

  #step(
    tokens: readonly number[],
    place: number,
    deed: number,
    act: (rebuilt: Rebuilt) => boolean
  ): DeskStep {
    const key = (keyOf(tokens, TOKEN_BASE) * MOST_PEERS + place) * DEEDS + deed
    const known = this.#steps.get(key)
    if (known !== undefined) return known
    const rebuilt = this.#rebuild(tokens)
    const isDone = act(rebuilt)
    const step = { isDone, tokens: tokensOf(rebuilt.desk, tokens.length), told: rebuilt.told }
    this.#steps.set(key, step)
    return step
  }

  #rebuild(tokens: readonly number[]): Rebuilt {
    const told: SchedulerEvent[] = []
    const desk = new SlotDesk(this.#limits, {
      held: () => [],
      evict: () => false,
      onFilled: () => void told.push({ type: 'slots.filled' }),
      onFreed: () => void told.push({ type: 'slots.freed' })
    })
    const { book } = desk
    const sessions = tokens.map(() => 0)
    const take = (pool: SlotPool): void => {
      for (const [place, token] of tokens.entries()) {
        const held = SlotTable.tokenOf(token)
        if (held?.pool !== pool || held.kind === 'trusted' || held.kind === 'upgrade') continue
        sessions[place] = book.take(nameOf(place), held.kind) ?? 0
      }
    }
    take('reserved')
    // what is left of the reserved slots is kept from those whose slots are ordinary
    const free = book.reservedSlots - book.countOf('reserved')
    const fillers = Array.from({ length: free }, () => book.take('filler', 'static') ?? 0)
    take('ordinary')
    for (const filler of fillers) book.release(filler)
    return { desk, sessions, told }
  }
}

const nameOf = (place: number): string => String(place)

/** Who holds which token now; a peer that holds two has the one that it got last. */
function tokensOf({ book }: SlotDesk, peers: number): number[] {
  const tokens = Array.from({ length: peers }, () => 0)
  for (const { peer, kind, pool } of book.list()) {
    const token = TOKENS.findIndex((each) => each.kind === kind && each.pool === pool)
    tokens[Number(peer)] = token + 1
  }
  return tokens
}

function poolsOf(queue: readonly (DialClass | undefined)[]): Record<DialClass, CandidatePool> {
  const pools = {
    trusted: new CandidatePool(),
    static: new CandidatePool(),
    requested: new CandidatePool(),
    discovered: new CandidatePool()
  }
  for (const [place, priority] of queue.entries()) {
    if (priority !== undefined) pools[priority].add(nameOf(place))
  }
  return pools
}
