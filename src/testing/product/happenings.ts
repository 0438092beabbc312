import { INNER, LATE, MOMENT } from './inner-events.ts'
import { CURRENT } from './peer-chart.ts'
import type { ChartEvent } from './peer-chart.ts'
import type { Priority, Reason, Side } from '../../../machines/index.ts'

/** A "no" that may come, and whose it is. */
interface No {
  readonly reason: Reason
  readonly by: Side
}

/** What may happen to the peers of an exploration. */
export interface HappeningsInit {
  /**
   * How peers may be wanted: lastingly as one of the classes, or by a `connect()` for one attempt.
   *
   * @default ['discovered', 'connect']
   */
  readonly wishes?: readonly (Priority | 'connect')[]
  /**
   * The words in which handshakes, updates and goodbyes may end.
   *
   * @default incompatible, said by us; too-many-peers, said by the peer
   */
  readonly refusals?: readonly No[]
  /**
   * Does the application dismiss, ban and unban peers?
   *
   * @default true
   */
  readonly dismissals?: boolean
  /**
   * May a handshake take place in the secure channel of a connection that is being made?
   *
   * @default false
   */
  readonly channels?: boolean
  /**
   * May failures be excused, as those are that a network that is gone, or a machine that slept, brings?
   *
   * @default false
   */
  readonly excuses?: boolean
}

/**
 * `answer`: to something that a session of the peer has begun. `expires`: the same, by a deadline, which is
 * named. The others change more than the chart: whether there is a connection, or who has a slot.
 */
type Kind =
  | 'chart'
  | 'answer'
  | `${'dial' | 'handshake' | 'coolDown'} expires`
  | 'opens'
  | 'closes'
  | 'dialed'
  | 'hello'
  | 'channel'

/** One thing that may happen to a peer. */
export interface Happening {
  /** Unique among the events of the chart. */
  readonly key: number
  readonly event: ChartEvent
  readonly kind: Kind
  /** In plain words, of a peer of this name. */
  readonly say: (peer: string) => string
}

const DEFAULT_WISHES = ['discovered', 'connect'] as const
const DEFAULT_REFUSALS: readonly No[] = [
  { reason: 'incompatible', by: 'local' },
  { reason: 'too-many-peers', by: 'remote' }
]

const STALE = CURRENT - 1

type Draft = Omit<Happening, 'key'>

/** Everything that may happen to one peer, answers of this session and of earlier ones included. */
export function happeningsOf(init: HappeningsInit): {
  readonly happenings: readonly Happening[]
  readonly stale: readonly Happening[]
} {
  const first = Object.keys(INNER).length
  const drafts = [
    ...wishes(init),
    ...connections(init),
    ...answers(init, CURRENT),
    ...verdicts(init),
    ...rest(init)
  ]
  const happenings = drafts.map((draft, index) => ({ ...draft, key: first + index }))
  const late = answers(init, STALE).map((draft, index) => ({
    ...draft,
    key: first + drafts.length + index,
    say: (peer: string) => `An answer of an earlier session comes late: ${draft.say(peer)}`
  }))
  return { happenings, stale: late }
}

const chart = (event: ReturnType<ChartEvent>, say: (peer: string) => string): Draft => ({
  kind: 'chart',
  event: () => event,
  say
})

function wishes({ wishes: words = DEFAULT_WISHES }: HappeningsInit): Draft[] {
  const wanted = words.map((word) =>
    word === 'connect'
      ? chart(
          { type: 'peer.wanted', priority: 'requested', lasting: false, urgent: true },
          (peer) => `The application calls connect() for ${peer}`
        )
      : chart(
          { type: 'peer.wanted', priority: word, lasting: true, urgent: false },
          (peer) => `${peer} is wanted as ${word}`
        )
  )
  const unwanted = chart(
    { type: 'peer.unwanted' },
    (peer) => `The last connect() for ${peer} is aborted`
  )
  return words.includes('connect') ? [...wanted, unwanted] : wanted
}

function connections({ channels = false }: HappeningsInit): Draft[] {
  const none: ChartEvent = INNER.opened.event
  const drafts: Draft[] = [
    { kind: 'opens', event: none, say: (peer) => `A connection with ${peer} opens` },
    {
      kind: 'closes',
      event: INNER.closed.event,
      say: (peer) => `The connection with ${peer} closes`
    },
    {
      kind: 'closes',
      event: () => ({ type: 'connection.closed', ...LATE }),
      say: (peer) => `After a while the connection with ${peer} closes`
    },
    {
      kind: 'hello',
      event: INNER.offeredToWin.event,
      say: (peer) => `${peer}, whose id is the larger, offers its handshake`
    },
    {
      kind: 'hello',
      event: INNER.offeredToLose.event,
      say: (peer) => `${peer}, whose id is the smaller, offers its handshake`
    }
  ]
  return channels ? [...drafts, CHANNEL] : drafts
}

const CHANNEL: Draft = {
  kind: 'channel',
  event: INNER.secured.event,
  say: (peer) => `${peer} shakes hands in the channel of a new connection`
}

const answer = (event: ReturnType<ChartEvent>, say: (peer: string) => string): Draft => ({
  kind: 'answer',
  event: () => event,
  say
})

function answers(
  { refusals = DEFAULT_REFUSALS, excuses = false }: HappeningsInit,
  session: number
): Draft[] {
  const failure = { session, isExcused: false, ...MOMENT } as const
  const drafts: Draft[] = [
    {
      ...answer({ type: 'dial.succeeded', session }, (peer) => `The dial of ${peer} succeeds`),
      kind: 'dialed'
    },
    answer(
      { type: 'dial.failed', reason: 'dial-failed', ...failure },
      (peer) => `The dial of ${peer} fails`
    ),
    {
      ...answer({ type: 'dial.expired', ...failure }, (peer) => `The time to dial ${peer} is over`),
      kind: 'dial expires'
    },
    answer(
      { type: 'handshake.opened', session },
      (peer) => `Our handshake stream to ${peer} is open`
    ),
    answer(
      { type: 'handshake.yielded', session },
      (peer) => `${peer} closes our stream without a word`
    ),
    answer(
      { type: 'handshake.accepted', session, at: MOMENT.at },
      (peer) => `The handshake with ${peer} ends: both have accepted`
    ),
    {
      ...answer(
        { type: 'handshake.expired', ...failure },
        (peer) => `The time for the handshake with ${peer} is over`
      ),
      kind: 'handshake expires'
    },
    ...refusals.map(({ reason, by }) =>
      answer(
        { type: 'handshake.refused', session, reason, by, retryAfter: 0, ...MOMENT },
        (peer) => `The handshake with ${peer} ends: ${reason}, said ${sideOf(by, peer)}`
      )
    )
  ]
  if (!excuses) return drafts
  return [
    ...drafts,
    answer(
      { type: 'dial.failed', reason: 'dial-failed', ...failure, isExcused: true },
      (peer) => `The dial of ${peer} fails, and it is our network's fault`
    ),
    {
      ...answer(
        { type: 'handshake.expired', ...failure, isExcused: true },
        (peer) => `We slept through the handshake with ${peer}`
      ),
      kind: 'handshake expires'
    }
  ]
}

function verdicts({ refusals = DEFAULT_REFUSALS }: HappeningsInit): Draft[] {
  return refusals.flatMap(({ reason, by }) => {
    const no = { reason, by, retryAfter: 0, ...MOMENT } as const
    const update = chart(
      { type: 'update.refused', ...no },
      (peer) => `An update with ${peer} ends: ${reason}, said ${sideOf(by, peer)}`
    )
    if (by !== 'remote') return [update]
    const late = { ...no, ...LATE }
    return [
      update,
      chart({ type: 'goodbye.received', ...no }, (peer) => `${peer} says goodbye: ${reason}`),
      chart(
        { type: 'goodbye.received', ...late },
        (peer) => `After a while ${peer} says goodbye: ${reason}`
      )
    ]
  })
}

function rest({ dismissals = true }: HappeningsInit): Draft[] {
  const over: Draft = {
    kind: 'coolDown expires',
    event: ({ until }) => ({ type: 'coolDown.over', until }),
    say: (peer) => `The cool-down of ${peer} is over`
  }
  const forgotten = chart(
    { type: 'peer.forgotten' },
    (peer) => `${peer} makes room for another one, and comes back as one that nobody knows`
  )
  if (!dismissals) return [over, forgotten]
  return [
    over,
    forgotten,
    chart(
      { type: 'peer.dismissed', reason: 'requested', ...MOMENT },
      (peer) => `The application disconnects ${peer}`
    ),
    chart(
      { type: 'peer.banned', at: MOMENT.at, until: Infinity },
      (peer) => `The application bans ${peer}`
    ),
    chart({ type: 'peer.unbanned' }, (peer) => `The application lifts the ban of ${peer}`)
  ]
}

const sideOf = (by: Side, peer: string): string =>
  ({ local: 'by us', remote: `by ${peer}`, network: 'by nobody' })[by]
