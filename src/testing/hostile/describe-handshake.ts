import { lifecycleSubject } from './lifecycle-subject.ts'
import { playScript } from './script.ts'
import { HOSTILE_SCRIPTS } from './scripts.ts'
import { UnmetError } from './patience.ts'
import type { HandshakeSubject } from './lifecycle-subject.ts'
import type { Wire } from './disguise.ts'

/** A test runner's `describe` and `it`, or `suite` and `test`: those of Vitest, Jest, Mocha or `node:test`. */
export interface Runner {
  readonly describe: (name: string, body: () => void) => unknown
  readonly it: (name: string, body: () => Promise<void>) => unknown
}

export interface DescribeHandshakeOptions {
  /**
   * What connections are made of.
   *
   * @default ['memory']
   */
  readonly wires?: readonly Wire[]
  /**
   * The rows to be played.
   *
   * @default all of them
   */
  readonly rows?: readonly string[]
}

/**
 * Describes how a node with this handshake withstands hostile peers: a test for every row of the table, in
 * which libp2p nodes that break every rule come to a node that runs the whole service. A row that does not
 * apply has a test as well, whose name says why.
 */
export function describeHandshake(
  subject: HandshakeSubject,
  { describe, it }: Runner,
  { wires = ['memory'], rows }: DescribeHandshakeOptions = {}
): void {
  const tested = lifecycleSubject(subject)
  const scripts = HOSTILE_SCRIPTS.filter(({ row }) => rows?.includes(row) ?? true)
  describe(`${subject.name}: hostile peers`, () => {
    for (const wire of wires) {
      for (const script of scripts) {
        const exempt = script.exempt?.(tested)
        const name = `${script.row} over ${wire}: ${script.title}`
        it(exempt === undefined ? name : `${name}: not applicable: ${exempt}`, async () => {
          const verdict = await playScript(script, tested, { wire })
          if (verdict.kind === 'red') {
            throw new UnmetError(`${script.row}, ${script.must}. ${verdict.why}`)
          }
        })
      }
    }
  })
}
