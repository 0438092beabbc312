import { onTestFinished } from 'vitest'
import { readInspectInit } from '../../src/inspector/inspect-options.ts'
import { LiveNodes } from '../../src/inspector/live-nodes.ts'
import { pageOf } from '../../src/inspector/page.ts'
import { serve } from '../../src/inspector/server.ts'
import { ManualClock } from '../../src/testing/index.ts'
import type { Clock } from '../../src/clock.ts'
import type { Inspectable } from '../../src/inspectable.ts'
import type { InspectInit, Inspector } from '../../src/inspector/index.ts'
import type { Entry } from '../../src/recorder/entry.ts'

/** A page of two elements, with what runs in it. */
export const PAGE =
  '<!doctype html><style>p{color:red}</style><p>peers</p><script>let a = 1\nlet b</script>'

/** A node that decides what the test says, as often as it says, and weighs what it says. */
export class StandIn implements Inspectable {
  readonly node = 'stand-in'
  readonly clock: Clock
  /** Decisions so far. */
  decided = 0
  /** How often it was asked for its beginning. */
  begun = 0
  /** Lines that were written: each is work that nobody may have caused in vain. */
  written = 0
  /** Peers of its beginning, and characters of one of its lines. */
  peers = 1
  weight = 300
  readonly #listeners = new Set<(entry: Entry) => void>()

  constructor(clock: Clock) {
    this.clock = clock
  }

  get followers(): number {
    return this.#listeners.size
  }

  /** Decides so often at once. */
  decide(times: number): void {
    for (let i = 0; i < times; i++) {
      const seq = this.decided++
      const entry = { type: 'forgotten', seq, at: 0, peer: 'p', from: 'discovered.idle' } as Entry
      for (const listener of this.#listeners) listener(entry)
    }
  }

  follow(listener: (entry: Entry) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  begin(): Iterable<string> {
    this.begun++
    return this.#beginning(this.decided, this.peers)
  }

  lineOf({ type, seq }: Entry): string {
    return this.#line({ type, seq })
  }

  status(): string {
    return `{"type":"status","at":0,"epoch":0,"mode":"filling"}\n`
  }

  explain(shown: string): object | undefined {
    return shown === 'p' ? { peer: 'p' } : undefined
  }

  *#beginning(seq: number, peers: number): Generator<string> {
    yield this.#line({ type: 'recording', seq })
    for (let i = 0; i < peers; i++) yield this.#line({ type: 'peer', peer: `p${i}` })
  }

  #line(fields: object): string {
    this.written++
    const line = JSON.stringify(fields)
    const filling = 'x'.repeat(Math.max(0, this.weight - line.length))
    return `${line.slice(0, -1)},"filling":"${filling}"}\n`
  }
}

export interface Served {
  readonly inspector: Inspector
  readonly node: StandIn
  readonly clock: ManualClock
}

/** A stand-in that is served on a real socket, at a time that the test makes. */
export async function served(init: InspectInit = {}): Promise<Served> {
  const clock = new ManualClock()
  const node = new StandIn(clock)
  const inspector = await servedOf({ stand: node }, clock, init)
  return { inspector, node, clock }
}

export async function servedOf(
  nodes: Readonly<Record<string, Inspectable>>,
  clock: Clock,
  init: InspectInit = {}
): Promise<Inspector> {
  const inspector = await serve({
    exhibit: new LiveNodes(new Map(Object.entries(nodes)), clock),
    options: readInspectInit(init),
    clock,
    page: async () => pageOf(Buffer.from(PAGE))
  })
  onTestFinished(async () => {
    const closed = inspector.close()
    if (clock instanceof ManualClock) clock.advance(1_000)
    await closed
  })
  return inspector
}
