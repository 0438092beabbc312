import { plainChange, plainContext, plainEvent } from './fields.ts'
import { slotOf } from './chart.ts'
import { FORMAT } from './format.ts'
import type { Entry, MoveEntry, Recording } from './entry.ts'
import type { Plain } from './fields.ts'
import type { ShownPeer } from './redaction.ts'
import type { Redaction } from '../options/recorder-options.ts'
import type { PeerEvent } from '../../machines/index.ts'

export interface WriteInit {
  /** The node that was recorded. */
  readonly node: string
  /** When it is written, by both clocks: what `at` is measured in, and epoch milliseconds. */
  readonly at: number
  readonly epoch: number
  /** What differs from the table of dispositions, as an option; undefined if nothing does. */
  readonly dispositions: unknown
  readonly redaction: Redaction
  readonly show: ShownPeer
}

type Told = Readonly<Record<string, Plain | null>>

/** Writes a recording as lines of JSON, each with its end. */
export function* linesOf(recording: Recording, init: WriteInit): Generator<string> {
  const { node, at, epoch, dispositions, redaction } = init
  const { seq, mode } = recording
  const show = remembering(init.show)
  const hides = redaction !== 'none'
  yield lineOf({
    type: 'recording',
    format: FORMAT,
    node: show(node),
    at,
    epoch,
    seq,
    mode,
    dispositions
  })
  for (const { key, path, context } of recording.peers) {
    const fields = known(plainContext(context), hides)
    yield lineOf({ type: 'peer', peer: show(key), path, context: fields })
  }
  for (const entry of recording.entries) yield lineOf(plainEntry(entry, show, hides))
}

function plainEntry(entry: Entry, show: ShownPeer, hides: boolean): object {
  const { type, seq, at, from } = entry
  if (type === 'mode') return { type, seq, at, event: entry.event, from, to: entry.to }
  const peer = show(entry.peer)
  if (type === 'forgotten') return { type, seq, at, peer, from, reason: entry.reason }
  const { event, to, before, after } = entry
  const change = plainChange(before, after)
  return {
    type,
    seq,
    at,
    peer,
    event: event.type,
    with: known(plainEvent(event), hides),
    from,
    to,
    reason:
      reasonOf(event) ?? (typeof change['reason'] === 'string' ? change['reason'] : undefined),
    slot: slotOf(to, after),
    edge: edgeOf(entry),
    change: known(change, hides)
  }
}

/** The edge of the chart that was taken, as it is named in pictures. */
const edgeOf = ({ from, event, to }: MoveEntry): string => `${from} ${event.type} ${to}`

const reasonOf = (event: PeerEvent): string | undefined =>
  'reason' in event ? event.reason : undefined

/** With nothing that a peer or an error has said, if ids are hidden: it may quote one. */
function known(fields: Told, hides: boolean): Told {
  if (!hides || fields['detail'] === undefined) return fields
  const { detail: _, ...others } = fields
  return others
}

/** A peer is named on many lines, and asked for once. */
function remembering(show: ShownPeer): ShownPeer {
  const names = new Map<string, string>()
  return (peer) => {
    const name = names.get(peer) ?? show(peer)
    names.set(peer, name)
    return name
  }
}

const lineOf = (line: object): string => `${JSON.stringify(line)}\n`
