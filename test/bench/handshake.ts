import { bare, byHand, ours } from './arms.ts'
import { cpuOf, ratios, rotated, summary } from './measure.ts'
import { addressOf, part, stopPair } from './pair.ts'
import type { Arm } from './arms.ts'
import type { Figure } from './report.ts'

export interface HandshakeSize {
  /** Measured blocks of each arm. */
  readonly rounds: number
  /** Fresh connections in a block. */
  readonly connections: number
  /** Connections of each arm that come before and do not count. */
  readonly warmUp: number
}

const HANDSHAKE_SIZE: HandshakeSize = { rounds: 60, connections: 10, warmUp: 1_500 }

/** An authorized connection costs at most a quarter more CPU than one with a handshake written by hand. */
const TARGET = 1.25

/**
 * CPU of both sides for one connection, from the dial to the end of the connection, with the library and
 * beside it without. Blocks of the arms take turns, and a ratio is one of blocks of the same round.
 * By hand, one message goes each way; `agreeing`, both sides also tell each other their verdict and wait
 * for the other's, which is what the library does, and what it takes for both to hold the same.
 */
export async function handshake(size: HandshakeSize = HANDSHAKE_SIZE): Promise<Figure[]> {
  const { rounds, connections, warmUp } = size
  const arms = [
    await bare(),
    await byHand(),
    await byHand({ agrees: true }),
    await ours(),
    await ours({ secured: true })
  ]
  const cpu = new Map<Arm, number[]>(arms.map((arm) => [arm, []]))
  try {
    // A node lives long: what is measured is compiled code. Where the compiler is still at work, the arm with
    // the most code of its own looks dearer than it is: 1.4 in the first hundreds of connections, then 1.3.
    for (const arm of arms) await block(arm, warmUp)
    for (let round = 0; round < rounds; round++) {
      for (const arm of rotated(arms, round)) {
        const used = await cpuOf(async () => block(arm, connections))
        cpu.get(arm)!.push(used / connections)
      }
    }
  } finally {
    await Promise.all(arms.map(async ({ pair }) => stopPair(pair)))
  }
  const [ofBare = [], ofHand = [], ofAgreeing = [], ofOurs = [], ofSecured = []] = cpu.values()
  return [
    ...arms.map((arm) => ({
      name: `CPU of a connection, ${arm.name}`,
      unit: 'ms' as const,
      ...summary(cpu.get(arm)!)
    })),
    { name: 'by hand / bare dial', unit: 'x', ...summary(ratios(ofHand, ofBare)) },
    { name: 'ours / bare dial', unit: 'x', ...summary(ratios(ofOurs, ofBare)) },
    { name: 'ours, secured / bare dial', unit: 'x', ...summary(ratios(ofSecured, ofBare)) },
    {
      name: 'ours / by hand, agreeing',
      unit: 'x',
      ...summary(ratios(ofOurs, ofAgreeing))
    },
    {
      name: 'ours / by hand',
      unit: 'x',
      target: TARGET,
      ...summary(ratios(ofOurs, ofHand))
    }
  ]
}

async function block(arm: Arm, connections: number): Promise<void> {
  const address = addressOf(arm.pair)
  for (let i = 0; i < connections; i++) {
    const { connection } = await arm.meet(address)
    await part(arm.pair, connection)
  }
}
