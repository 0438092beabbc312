import { initialTransition, transition } from 'xstate'
import { peerMachineWith, schedulerMachine } from '../../machines/index.ts'
import { RecordingError } from '../errors.ts'
import { pathOf } from '../peers/tracked-peer.ts'
import { slotOf, valueOf } from '../recorder/chart.ts'
import { plainChange, shown } from '../recorder/fields.ts'
import { MOST_PEERS } from '../recorder/format.ts'
import { unlike } from './divergence.ts'
import { OpenConnections } from './open-connections.ts'
import { readLine } from './read-recording.ts'
import { textLines } from './text-lines.ts'
import type { Difference, Divergence } from './divergence.ts'
import type { MoveLine, PeerLine, RecordedLine, RecordingHeader } from './read-recording.ts'
import type { peerMachine, SchedulerEvent } from '../../machines/index.ts'
import type { SnapshotFrom } from 'xstate'

/** What a replay came to. Plain data. */
export interface Replay {
  /** Lines that were read. */
  readonly lines: number
  /** Decisions that were made again. */
  readonly decisions: number
  /** Where every peer is in the end, by its name in the recording. */
  readonly paths: ReadonlyMap<string, string>
  /** The scheduler's mode in the end. */
  readonly mode: string
  /** The first line that differs; absent if none does. */
  readonly divergence?: Divergence
  /** Does the last line break off, as when the process that wrote it was killed? Then it was left out. */
  readonly isTorn: boolean
}

/**
 * Runs a recording through the machines again: every event of every peer, from the states with which it
 * begins. What they come to must be what is written, down to what each chart remembers, so that a recording
 * from production is a test. It ends with the first line that differs.
 *
 * @param source - The text of a recording, or pieces of it, as `createReadStream()` gives them
 * @throws RecordingError that names the line, what was expected there and what came, if a line is not as
 * this version writes it, or one is missing
 */
export async function replayRecording(
  source: string | Iterable<string> | AsyncIterable<string>
): Promise<Replay> {
  const lines = textLines(typeof source === 'string' ? [source] : source)
  let player: Player | undefined
  let read = 0
  for await (const { text, isWhole } of lines) {
    read++
    const line = lineOf(text, read, isWhole)
    if (line === undefined) return { ...outcomeOf(player, read - 1), isTorn: true }
    if (player === undefined) {
      player = playerOf(read, line)
      continue
    }
    const differs = atLine(read, player, line)
    if (differs === undefined) continue
    return { ...outcomeOf(player, read), divergence: { line: read, ...differs }, isTorn: false }
  }
  return { ...outcomeOf(player, read), isTorn: false }
}

function playerOf(number: number, line: RecordedLine): Player {
  if (line.type !== 'recording') {
    throw new RecordingError(number, `Expected the head of a recording, got a line of ${line.type}`)
  }
  return new Player(line)
}

function lineOf(text: string, number: number, isWhole: boolean): RecordedLine | undefined {
  try {
    return readLine(text)
  } catch (error) {
    if (!isWhole) return undefined
    throw new RecordingError(number, (error as Error).message)
  }
}

function atLine(number: number, player: Player, line: RecordedLine): Difference | undefined {
  try {
    return player.play(line)
  } catch (error) {
    throw new RecordingError(number, (error as Error).message)
  }
}

function outcomeOf(player: Player | undefined, lines: number): Omit<Replay, 'isTorn'> {
  if (player === undefined) throw new RecordingError(1, 'Expected a recording, got nothing')
  const { decisions, paths, mode } = player
  return { lines, decisions, paths, mode }
}

type Machine = typeof peerMachine
type Snapshot = SnapshotFrom<Machine>

/** Plays line after line. */
class Player {
  readonly #machine: Machine
  /** What was restored and has not moved yet is kept as it was read: most peers of a long list never do. */
  readonly #peers = new Map<string, Snapshot | PeerLine>()
  #scheduler: SnapshotFrom<typeof schedulerMachine>
  readonly #connections = new OpenConnections()
  readonly #first: number
  #next: number
  decisions = 0

  constructor({ seq, mode, dispositions }: RecordingHeader) {
    this.#machine = peerMachineWith(dispositions)
    this.#first = seq
    this.#next = seq
    this.#scheduler = schedulerMachine.resolveState({ value: mode })
  }

  get paths(): ReadonlyMap<string, string> {
    return new Map([...this.#peers.keys()].map((peer) => [peer, this.#pathOf(peer)]))
  }

  get mode(): string {
    return this.#scheduler.value
  }

  /** What differs, if something does. */
  play(line: RecordedLine): Difference | undefined {
    if (line.type === 'recording') throw new Error('Expected one beginning, got another one')
    if (line.type === 'peer') return this.#restore(line)
    if (line.seq !== this.#next) {
      throw new Error(`Expected number ${this.#next}, got ${shown(line.seq)}`)
    }
    this.#next++
    if (line.type === 'refusal') return undefined
    if (line.type === 'connection') return this.#connections.play(line, this.#pathOf(line.peer))
    this.decisions++
    if (line.type === 'mode') return this.#turn(line.event, line.from, line.to)
    if (line.type === 'move') return this.#move(line)
    const differs = unlike('from', line.from, this.#pathOf(line.peer))
    this.#peers.delete(line.peer)
    this.#connections.forget(line.peer)
    return differs
  }

  #restore(line: PeerLine): undefined {
    const { peer } = line
    if (this.#next > this.#first) throw new Error('Expected the peers before the first decision')
    if (this.#peers.has(peer)) throw new Error(`Expected each peer once, got ${shown(peer)} again`)
    const hasSlot = slotOf(line.path, line.context) !== undefined
    if (hasSlot !== (line.held !== undefined)) {
      throw new Error(`Expected held ${hasSlot ? 'with' : 'without'} a slot`)
    }
    this.#put(peer, line)
    this.#connections.restore(peer, line.connections)
  }

  #snapshotOf(peer: string): Snapshot {
    const known = this.#peers.get(peer)
    if (known === undefined) return initialTransition(this.#machine, { peer })[0]
    if (!('path' in known)) return known
    const { path, context } = known
    return this.#machine.resolveState({ value: valueOf(path) as 'authorized', context })
  }

  #move({ peer, event, from, to, reason, slot, edge, change }: MoveLine): Difference | undefined {
    const before = this.#snapshotOf(peer)
    const [after] = transition(this.#machine, before, event)
    this.#put(peer, after)
    const [was, is] = [pathOf(before.value), pathOf(after.value)]
    const changed = plainChange(before.context, after.context)
    const wordOf = 'reason' in event ? event.reason : (changed['reason'] ?? undefined)
    return (
      unlike('from', from, was) ??
      unlike('to', to, is) ??
      unlike('slot', slot, slotOf(is, after.context)) ??
      unlike('reason', reason, wordOf) ??
      unlike('edge', edge, `${was} ${event.type} ${is}`) ??
      [...new Set([...Object.keys(change), ...Object.keys(changed)])]
        .map((name) => unlike(name, change[name], changed[name]))
        .find((difference) => difference !== undefined)
    )
  }

  #turn(event: string, from: string, to: string): Difference | undefined {
    const was = this.#scheduler.value
    const [after] = transition(schedulerMachine, this.#scheduler, { type: event } as SchedulerEvent)
    this.#scheduler = after
    return unlike('from', from, was) ?? unlike('to', to, after.value)
  }

  #put(peer: string, state: Snapshot | PeerLine): void {
    this.#peers.set(peer, state)
    if (this.#peers.size > MOST_PEERS) throw new Error(`Expected at most ${MOST_PEERS} peers`)
  }

  #pathOf(peer: string): string {
    const known = this.#peers.get(peer)
    if (known === undefined) return 'discovered.idle'
    return 'path' in known ? known.path : pathOf(known.value)
  }
}
