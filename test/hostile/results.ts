/** How every row went, at this library and by hand: what the table in the README is made of. */
import { playScript } from '../../src/testing/hostile/script.ts'
import type { Wire } from '../../src/testing/hostile/disguise.ts'
import type { HostileScript, Verdict } from '../../src/testing/hostile/script.ts'
import type { Subject } from '../../src/testing/hostile/subject.ts'

/** `sometimes` is a race that is lost now and then. */
type Colour = Verdict['kind'] | 'sometimes'

/** How a row went at one subject. */
export interface Result {
  readonly memory: Colour
  readonly tcp: Colour
  /** Why it is red, or does not apply. */
  readonly why?: string
}

export interface RowResult extends Pick<HostileScript, 'row' | 'title' | 'must' | 'bound'> {
  readonly ours: Result
  readonly byHand: Result
}

export interface ResultInit {
  readonly subject: Subject
  /** How often it is played on each wire. */
  readonly times: number
  /** Milliseconds for whatever is waited for. */
  readonly patience: number
}

/** Plays the row on both wires. */
export async function resultOf(script: HostileScript, init: ResultInit): Promise<Result> {
  const [memory, tcp] = [await played(script, init, 'memory'), await played(script, init, 'tcp')]
  const why = [...memory, ...tcp].flatMap((verdict) => ('why' in verdict ? [verdict.why] : []))[0]
  return {
    memory: colourOf(memory),
    tcp: colourOf(tcp),
    ...(why !== undefined && { why: readable(why) })
  }
}

async function played(
  script: HostileScript,
  { subject, times, patience }: ResultInit,
  wire: Wire
): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  for (let i = 0; i < times; i++) {
    verdicts.push(await playScript(script, subject, { wire, patience }))
  }
  return verdicts
}

function colourOf(verdicts: readonly Verdict[]): Colour {
  const kinds = new Set(verdicts.map(({ kind }) => kind))
  const [kind = 'sometimes'] = kinds
  return kinds.size === 1 ? kind : 'sometimes'
}

/** Peer ids are told apart by letters, and whatever was waited for in vain never came. */
function readable(why: string): string {
  const letters = new Map<string, string>()
  return why
    .replaceAll(/\b12D3KooW\w+/g, (id) => {
      const letter = letters.get(id) ?? String.fromCharCode(97 + letters.size)
      letters.set(id, letter)
      return letter
    })
    .replaceAll(/: not within \d+ ms/g, ': never')
}
