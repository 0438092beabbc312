import { DISPOSITIONS } from '../../../machines/index.ts'
import type {
  ConnectionLine,
  HeadLine,
  MoveLine,
  PeerLine,
  RefusalLine,
  StatusLine,
  StepLine
} from '../../../visualizations/inspector/model/told.ts'

/** When the nodes of these tests were made, in milliseconds since the epoch. */
export const ORIGIN = 1_700_000_000_000

type Context = PeerLine['context']

/** Lines as a node tells them, with numbers and times. */
export class Lines {
  seq: number
  at = 1_000
  readonly #origin: number

  constructor({ seq = 0, origin = ORIGIN }: { seq?: number; origin?: number } = {}) {
    this.seq = seq
    this.#origin = origin
  }

  head(init: Partial<HeadLine> = {}): HeadLine {
    const { at, seq } = this
    const times = { at, epoch: this.#origin + at, seq }
    return {
      type: 'recording',
      node: 'me',
      ...times,
      mode: 'filling',
      dispositions: DISPOSITIONS,
      ...init
    }
  }

  peer(
    peer: string,
    path: string,
    init: Partial<Omit<PeerLine, 'context'>> & { context?: Partial<Context> } = {}
  ): PeerLine {
    const context = { ...contextOf(peer), ...init.context }
    const now = { since: this.at, held: undefined, connections: [] }
    return { type: 'peer', peer, path, ...now, ...init, context }
  }

  move(peer: string, from: string, to: string, init: Partial<MoveLine> = {}): MoveLine {
    const event = init.event ?? { type: 'peer.unwanted' }
    return {
      type: 'move',
      ...this.#moment(),
      peer,
      event,
      from,
      to,
      reason: undefined,
      slot: undefined,
      edge: `${from} ${event.type} ${to}`,
      change: {},
      ...init
    }
  }

  forgotten(peer: string, from: string): StepLine {
    return { type: 'forgotten', ...this.#moment(), peer, from, reason: 'forgotten' }
  }

  mode(from: string, to: string): StepLine {
    return { type: 'mode', ...this.#moment(), event: 'slots.filled', from, to }
  }

  connection(
    peer: string,
    id: string,
    what: 'opened' | 'closed',
    init: Partial<ConnectionLine> = {}
  ): StepLine {
    return { type: 'connection', ...this.#moment(), peer, id, what, ...INBOUND, ...init }
  }

  refusal(peer: string, reason: RefusalLine['reason'], init: Partial<RefusalLine> = {}): StepLine {
    const no = { ...NO, reason }
    return { type: 'refusal', ...this.#moment(), peer, ...no, ...init }
  }

  status(init: Partial<StatusLine> = {}): StatusLine {
    return {
      type: 'status',
      at: this.at,
      epoch: this.#origin + this.at,
      mode: 'filling',
      maxPeers: 10,
      slots: [],
      slotsByKind: {},
      limits: {},
      queued: {},
      tracked: 0,
      banned: 0,
      refusals: [],
      gate: {},
      next: [],
      ...init
    }
  }

  #moment(): { seq: number; at: number } {
    this.at += 10
    return { seq: this.seq++, at: this.at }
  }
}

const INBOUND = { opener: 'inbound', limited: false, address: undefined } as const
const NO = { door: 'handshake', direction: 'inbound', by: 'local' } as const

const contextOf = (peer: string): Context => ({
  peer,
  session: 0,
  direction: undefined,
  priority: undefined,
  lasting: undefined,
  failures: 0,
  authorizedAt: 0,
  reason: undefined,
  by: undefined,
  detail: undefined,
  until: 0,
  counted: 0
})
