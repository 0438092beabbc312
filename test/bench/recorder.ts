import { median, ratios, rotated, summary } from './measure.ts'
import { measure } from './tracked-peers.ts'
import type { Figure } from './report.ts'

export interface RecorderSize {
  readonly tracked: number
  /** Dials and cool-downs that every peer goes through in a world. */
  readonly lives: number
  /** Worlds with the recorder, and as many without; the first of all warm up and do not count. */
  readonly rounds: number
  /** Decisions that are kept. */
  readonly lines: number
}

const RECORDER_SIZE: RecorderSize = { tracked: 1_000, lives: 7, rounds: 45, lines: 10_000 }

/** What a recorder that is on may cost. */
const TARGET = 1.02

/**
 * What the flight recorder costs: the same lives with it and without it, one world after the other. An event
 * is what the whole service makes of it, without a network and without an application.
 */
export async function recorder(size: RecorderSize = RECORDER_SIZE): Promise<Figure[]> {
  const { tracked, lives, lines } = size
  const arms = [0, lines]
  const cpu = new Map<number, number[]>(arms.map((arm) => [arm, []]))
  for (let round = 0; round <= size.rounds; round++) {
    for (const arm of rotated(arms, round)) {
      const { event } = await measure(tracked, lives, arm)
      if (round > 0) cpu.get(arm)?.push(median(event))
    }
  }
  const [off = [], on = []] = arms.map((arm) => cpu.get(arm))
  return [
    { name: 'CPU of an event, recorder off', unit: 'us', ...summary(off) },
    { name: 'CPU of an event, recorder on', unit: 'us', ...summary(on) },
    {
      name: 'CPU of an event, recorder on / off',
      unit: 'x',
      target: TARGET,
      ...summary(ratios(on, off))
    }
  ]
}
