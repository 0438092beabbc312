import { Stage } from './stage.ts'
import type { Wire } from './disguise.ts'
import type { Subject } from './subject.ts'

/** One way in which a peer is hostile, or unlucky: a row of the table of threats. */
export interface HostileScript {
  /** The row's name, such as `B1`. */
  readonly row: string
  /** What the peer does. */
  readonly title: string
  /** What must happen at the node. */
  readonly must: string
  /** The number that bounds it; empty if there is none. */
  readonly bound: string
  /** Why the row does not apply to a subject; undefined if it does. */
  exempt?(subject: Subject): string | undefined
  /** Plays it. Rejects with what was not as it must be. */
  play(stage: Stage): Promise<void>
}

/** How a script went. */
export type Verdict =
  | { readonly kind: 'green' }
  | { readonly kind: 'red'; readonly why: string }
  | { readonly kind: 'not applicable'; readonly why: string }

export interface PlayOptions {
  /** @default 'memory' */
  readonly wire?: Wire | undefined
  /**
   * Milliseconds of real time for whatever is waited for.
   *
   * @default 8_000
   */
  readonly patience?: number | undefined
}

/** Plays a script against a subject, on a stage of its own. Never rejects. */
export async function playScript(
  script: HostileScript,
  subject: Subject,
  { wire = 'memory', patience }: PlayOptions = {}
): Promise<Verdict> {
  const exempt = script.exempt?.(subject)
  if (exempt !== undefined) return { kind: 'not applicable', why: exempt }
  const stage = await Stage.of(subject, wire, patience)
  try {
    await script.play(stage)
    await stage.end()
    stage.demandLaws()
    return { kind: 'green' }
  } catch (error) {
    return { kind: 'red', why: error instanceof Error ? error.message : String(error) }
  } finally {
    await stage.end()
  }
}
