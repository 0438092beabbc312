import { breachIn } from './meeting-laws.ts'
import { Meeting } from './meeting.ts'
import { other } from './laned-wire.ts'
import type { Counterexample, Exploration } from './counterexample.ts'
import type { MeetingInit } from './meeting-options.ts'
import type { MeetingBreach } from './meeting-laws.ts'

export interface ExploreMeetingOptions extends MeetingInit {
  /**
   * States after which the exploration gives up.
   *
   * @default 100,000
   */
  readonly maxStates?: number
}

/** A moment of the meeting: how it was come to, and what may happen next. */
interface Moment {
  readonly from: Moment | undefined
  readonly action: string
  readonly depth: number
  readonly actions: readonly string[]
}

/**
 * Lets two nodes meet in every way there is. Each runs the whole production service on the simulated libp2p;
 * on what connects them nothing arrives by itself, and streams overtake one another, each in its own order.
 * Breadth first, every order of what arrives, of the wishes of both, and of the disturbances that the options
 * allow, is gone through. There is no model of the exchange: each step is taken by the real objects, which
 * are brought to it anew from the beginning. Moments that look the same, in all that the nodes show, in
 * what is on its way and in what has arrived, are taken for one.
 *
 * At every moment each law is recounted: slots fit states; no gated stream passes where the peer is not
 * authorized; a session is authorized once, and only where ACCEPT was heard; whoever waits has a deadline.
 * When all is quiet both sides agree or no connection is left, every `connect()` has settled, and where
 * nobody disturbed them exactly one handshake has come to an agreement, however they crossed.
 *
 * Takes about three milliseconds a step.
 */
export async function exploreMeeting(options: ExploreMeetingOptions = {}): Promise<Exploration> {
  const { maxStates = 100_000 } = options
  const first = await Meeting.begin(options)
  const known = new Map<string, Moment>()
  const start = { from: undefined, action: '', depth: 0, actions: first.actions() }
  known.set(first.print(), start)
  const moments: Moment[] = [start]
  let edges = 0
  let found: { moment: Moment; breach: MeetingBreach } | undefined
  let at = 0
  for (; at < moments.length && found === undefined && moments.length <= maxStates; at++) {
    const from = moments[at]
    for (const action of from?.actions ?? []) {
      const meeting = await goTo(options, from, action)
      edges++
      const text = meeting.print()
      const actions = meeting.actions()
      const before = known.get(text)
      if (before !== undefined) {
        assertSame(before.actions, actions)
        continue
      }
      const moment = { from, action, depth: (from?.depth ?? 0) + 1, actions }
      const breach = breachIn(meeting, options)
      if (breach !== undefined) {
        found = { moment, breach }
        break
      }
      known.set(text, moment)
      moments.push(moment)
    }
  }
  return {
    states: moments.length,
    edges,
    depth: moments.at(-1)?.depth ?? 0,
    isComplete: found === undefined && at === moments.length,
    counterexample: found && (await storyOf(options, found.moment, found.breach))
  }
}

/** A new meeting, brought to this moment and one step further. */
async function goTo(
  init: MeetingInit,
  moment: Moment | undefined,
  action: string
): Promise<Meeting> {
  const meeting = await Meeting.begin(init)
  for (const each of [...pathTo(moment), action]) await meeting.take(each)
  return meeting
}

function pathTo(moment: Moment | undefined): string[] {
  const path: string[] = []
  for (let at = moment; at?.from !== undefined; at = at.from) path.push(at.action)
  return path.toReversed()
}

async function storyOf(
  init: MeetingInit,
  moment: Moment,
  { law, detail }: MeetingBreach
): Promise<Counterexample> {
  const meeting = await Meeting.begin(init)
  const story: string[] = []
  for (const action of pathTo(moment)) {
    const before = pathsIn(meeting)
    await meeting.take(action)
    const changes = pathsIn(meeting).filter((each, index) => each !== before[index])
    story.push(changes.length === 0 ? `${action}.` : `${action}: ${changes.join('; ')}.`)
  }
  return { law, detail, story }
}

const pathsIn = (meeting: Meeting): string[] =>
  (['Ann', 'Bob'] as const).map((name) => `to ${name} ${other(name)} is ${meeting.pathOf(name)}`)

function assertSame(before: readonly string[], now: readonly string[]): void {
  const [one, two] = [before, now].map((actions) => actions.toSorted().join('; '))
  if (one === two) return
  throw new Error(`Two moments look the same, and are not: ${one} | ${two}`)
}
