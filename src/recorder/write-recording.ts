import { plainChange, plainContext, plainEvent } from './fields.ts'
import { slotOf } from './chart.ts'
import { FORMAT } from './format.ts'
import { plainConnection } from './plain-connections.ts'
import { plainRefusal } from './plain-refusals.ts'
import type { Clock } from '../clock.ts'
import type { Entry, MoveEntry, RecordedPeer, Recording } from './entry.ts'
import type { Plain } from './fields.ts'
import type { ShownPeer } from './redaction.ts'
import type { Redaction } from '../options/recorder-options.ts'
import type { PeerEvent } from '../../machines/index.ts'

export interface WriterInit {
  /** The node that is recorded. */
  readonly node: string
  readonly clock: Pick<Clock, 'now' | 'epoch'>
  /** What differs from the table of dispositions, as an option; undefined if nothing does. */
  readonly dispositions: unknown
  readonly redaction: Redaction
  readonly show: ShownPeer
}

type Told = Readonly<Record<string, Plain | null>>

/** Writes what a node tells of itself as lines of JSON, each with its end. */
export class RecordingWriter {
  readonly #init: WriterInit
  /** Is nothing written that a peer or an error has said? It may quote an id or an address. */
  readonly hides: boolean

  constructor(init: WriterInit) {
    this.#init = init
    this.hides = init.redaction !== 'none'
  }

  /** The whole recording, line by line as it is read. */
  linesOf(recording: Recording): Iterable<string> {
    const { clock, dispositions, node } = this.#init
    // now, and not when it is read
    const times = { at: clock.now(), epoch: clock.epoch() }
    return this.#linesOf(recording, { node, ...times, dispositions })
  }

  lineOf(entry: Entry): string {
    return lineOf(plainEntry(entry, this.#init.show, this.hides))
  }

  *#linesOf({ seq, mode, peers, entries }: Recording, head: Head): Generator<string> {
    const { show } = this.#init
    const { node, at, epoch, dispositions } = head
    const of = { node: show(node), at, epoch }
    yield lineOf({ type: 'recording', format: FORMAT, ...of, seq, mode, dispositions })
    for (const peer of peers) yield lineOf(plainPeer(peer, show, this.hides))
    for (const entry of entries) yield this.lineOf(entry)
  }
}

/** What the first line says, beside how all was. */
interface Head extends Pick<WriterInit, 'node' | 'dispositions'> {
  /** When it is taken, by both clocks: what `at` is measured in, and epoch milliseconds. */
  readonly at: number
  readonly epoch: number
}

function plainPeer(peer: RecordedPeer, show: ShownPeer, hides: boolean): object {
  const { key, path, since, held, context, connections } = peer
  const open = connections.map((connection) => plainConnection(connection, hides))
  return {
    type: 'peer',
    peer: show(key),
    path,
    since,
    held,
    context: known(plainContext(context), hides),
    connections: open.length === 0 ? undefined : open
  }
}

function plainEntry(entry: Entry, show: ShownPeer, hides: boolean): object {
  const { type, seq, at } = entry
  if (type === 'mode') return { type, seq, at, event: entry.event, from: entry.from, to: entry.to }
  const peer = show(entry.peer)
  if (type === 'forgotten') return { type, seq, at, peer, from: entry.from, reason: entry.reason }
  if (type === 'refusal') return { type, seq, at, peer, ...plainRefusal(entry, hides) }
  if (type === 'move') return plainMove(entry, peer, hides)
  const { what, connection } = entry
  return { type, seq, at, peer, what, ...plainConnection(connection, hides) }
}

function plainMove(entry: MoveEntry, peer: string, hides: boolean): object {
  const { type, seq, at, event, from, to, before, after } = entry
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

const lineOf = (line: object): string => `${JSON.stringify(line)}\n`
