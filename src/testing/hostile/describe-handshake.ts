import { HANDSHAKE_CHECKS } from './handshake-checks.ts'
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
  /**
   * Milliseconds of real time for whatever is waited for: for how long a row that fails may take.
   *
   * @default 8_000
   */
  readonly patience?: number
}

/**
 * Describes a handshake of your own as it has to be. First by itself: what it says is small enough, it
 * refuses with a word and in time whatever is thrown at it, and it believes nobody's id but the connection's.
 * Then how a node with it withstands hostile peers: a test for every row of the table, in which libp2p nodes
 * that break every rule come to a node that runs the whole service. What does not apply to your handshake
 * has a test as well, whose name says why.
 *
 * The peers need `libp2p`, `@chainsafe/libp2p-noise`, `@chainsafe/libp2p-yamux`, `@libp2p/identify`,
 * `@libp2p/ping`, `@libp2p/memory` and `@libp2p/tcp`. A test takes a second at most, on a busy machine a few.
 *
 * @param runner - The test runner that you have
 * @param options.wires - `tcp` opens sockets on the loopback interface
 *
 * @example
 *
 * ```ts
 * import { describe, it } from 'vitest'
 *
 * describeHandshake(
 *   {
 *     name: 'my handshake',
 *     handshake: () => myHandshake({ network: 'main' }),
 *     wrong: () => myHandshake({ network: 'test' })
 *   },
 *   { describe, it }
 * )
 * ```
 */
export function describeHandshake(
  subject: HandshakeSubject,
  { describe, it }: Runner,
  { wires = ['memory'], rows, patience }: DescribeHandshakeOptions = {}
): void {
  describe(`${subject.name}: the handshake itself`, () => {
    for (const one of HANDSHAKE_CHECKS) {
      const exempt = one.exempt?.(subject)
      it(exempt === undefined ? one.must : `${one.must}: not applicable: ${exempt}`, async () => {
        if (exempt === undefined) await one.check(subject)
      })
    }
  })
  const tested = lifecycleSubject(subject)
  const scripts = HOSTILE_SCRIPTS.filter(({ row }) => rows?.includes(row) ?? true)
  describe(`${subject.name}: hostile peers`, () => {
    for (const wire of wires) {
      for (const script of scripts) {
        const exempt = script.exempt?.(tested)
        const name = `${script.row} over ${wire}: ${script.title}`
        it(exempt === undefined ? name : `${name}: not applicable: ${exempt}`, async () => {
          const verdict = await playScript(script, tested, { wire, patience })
          if (verdict.kind === 'red') {
            throw new UnmetError(`${script.row}, ${script.must}. ${verdict.why}`)
          }
        })
      }
    }
  })
}
