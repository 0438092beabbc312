import { bare, byHand, ours } from './arms.ts'
import { cpuOf, ratios, rotated, summary } from './measure.ts'
import { addressOf, part, stopPair } from './pair.ts'
import type { Arm } from './arms.ts'
import type { Transport } from './pair.ts'
import type { Figure } from './report.ts'

export interface HandshakeSize {
  /** Measured blocks of each arm. */
  readonly rounds: number
  /** Fresh connections in a block. */
  readonly connections: number
}

const HANDSHAKE_SIZE: HandshakeSize = { rounds: 60, connections: 10 }

/** An authorized connection costs at most a quarter more CPU than one with a handshake written by hand. */
const TARGET = 1.25

/**
 * CPU of both sides for one connection, from the dial to the end of the connection, with the library and
 * beside it without. Blocks of the arms take turns, and a ratio is one of blocks of the same round.
 * By hand, one message goes each way; `agreeing`, both sides also tell each other their verdict and wait
 * for the other's, which is what the library does, and what it takes for both to hold the same.
 */
export async function handshake(size: HandshakeSize = HANDSHAKE_SIZE): Promise<Figure[]> {
  return [...(await over('tcp', size)), ...(await over('memory', size))]
}

async function over(
  transport: Transport,
  { rounds, connections }: HandshakeSize
): Promise<Figure[]> {
  const arms = [
    await bare(transport),
    await byHand(transport),
    await byHand(transport, { agrees: true }),
    await ours(transport)
  ]
  const cpu = new Map<Arm, number[]>(arms.map((arm) => [arm, []]))
  try {
    // until the compiler has done its part: it works in threads of its own, which are counted, too
    const warmUp = Math.ceil(rounds / 3)
    for (let round = -warmUp; round < rounds; round++) {
      for (const arm of rotated(arms, round + warmUp)) {
        const used = await cpuOf(async () => block(arm, connections))
        if (round >= 0) cpu.get(arm)!.push(used / connections)
      }
    }
  } finally {
    await Promise.all(arms.map(async ({ pair }) => stopPair(pair)))
  }
  const [ofBare, ofHand, ofAgreeing, ofOurs] = arms.map((arm) => cpu.get(arm)!) as [
    ...[number[], number[], number[], number[]]
  ]
  return [
    ...arms.map((arm) => ({
      name: `${transport}: CPU of a connection, ${arm.name}`,
      unit: 'ms' as const,
      ...summary(cpu.get(arm)!)
    })),
    { name: `${transport}: by hand / bare dial`, unit: 'x', ...summary(ratios(ofHand, ofBare)) },
    { name: `${transport}: ours / bare dial`, unit: 'x', ...summary(ratios(ofOurs, ofBare)) },
    {
      name: `${transport}: ours / by hand, agreeing`,
      unit: 'x',
      ...summary(ratios(ofOurs, ofAgreeing))
    },
    {
      name: `${transport}: ours / by hand`,
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
