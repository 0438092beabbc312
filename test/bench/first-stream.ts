import { bare, byHand, ours } from './arms.ts'
import { ratios, rotated, summary, tidy } from './measure.ts'
import { addressOf, ECHO, part, stopPair } from './pair.ts'
import type { Arm } from './arms.ts'
import type { Figure } from './report.ts'
import type { Connection } from '@libp2p/interface'

export interface FirstStreamSize {
  /** Connections, and so first streams, of each arm. */
  readonly rounds: number
  /** Connections of each arm that come before and do not count. */
  readonly warmUp: number
}

const FIRST_STREAM_SIZE: FirstStreamSize = { rounds: 200, warmUp: 500 }

/**
 * What the gate costs the first stream of an application: from the wish to open it, the moment both
 * sides are ready, to the first byte of the answer. Over loopback TCP, each time on a fresh connection.
 * The second stream on the same connection is the gate alone: by then the authorization has been
 * written down everywhere, and the stream of the handshake is closed.
 */
export async function firstStream(size: FirstStreamSize = FIRST_STREAM_SIZE): Promise<Figure[]> {
  const arms = [await bare(), await byHand(), await ours()]
  const first = new Map<Arm, number[]>(arms.map((arm) => [arm, []]))
  const second = new Map<Arm, number[]>(arms.map((arm) => [arm, []]))
  try {
    for (let round = -size.warmUp; round < size.rounds; round++) {
      tidy()
      for (const arm of rotated(arms, round + size.warmUp)) {
        const { connection } = await arm.meet(addressOf(arm.pair))
        const times = [await echoTime(connection), await echoTime(connection)] as const
        if (round >= 0) first.get(arm)!.push(times[0])
        if (round >= 0) second.get(arm)!.push(times[1])
        await part(arm.pair, connection)
      }
    }
  } finally {
    await Promise.all(arms.map(async ({ pair }) => stopPair(pair)))
  }
  return [...figures('first', first), ...figures('second', second)]
}

function figures(stream: string, times: ReadonlyMap<Arm, readonly number[]>): Figure[] {
  const [ofBare = [], ofHand = [], ofOurs = []] = times.values()
  return [
    ...[...times].map(([{ name }, values]) => ({
      name: `answer on the ${stream} stream after ${name}`,
      unit: 'ms' as const,
      ...summary(values)
    })),
    {
      name: `${stream} stream: gated / ungated after bare dial`,
      unit: 'x',
      ...summary(ratios(ofOurs, ofBare))
    },
    {
      name: `${stream} stream: gated / ungated after by hand`,
      unit: 'x',
      ...summary(ratios(ofOurs, ofHand))
    }
  ]
}

async function echoTime(connection: Connection): Promise<number> {
  const begun = performance.now()
  const stream = await connection.newStream(ECHO)
  const answer = new Promise((resolve, reject) => {
    stream.addEventListener('message', resolve, { once: true })
    stream.addEventListener('close', () => reject(new Error('The stream closed without an answer')))
  })
  stream.send(new Uint8Array([1]))
  await answer
  const time = performance.now() - begun
  await stream.close()
  return time
}
