import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { builtPage } from '../browser/built-page.ts'
import { hasChromium, launch } from '../browser/launch.ts'
import { recordingProxy } from '../browser/recording-proxy.ts'
import { BusyNode } from './busy-node.ts'
import { cpuOf, heapInUse, rotated, summary } from './measure.ts'
import type { ChildProcess } from 'node:child_process'
import type { Inspector } from '../../src/inspector/inspector.ts'
import type { Figure } from './report.ts'

export interface InspectorSize {
  readonly tracked: number
  /** Decisions in a second. */
  readonly pace: number
  /** Milliseconds of a measurement of the node's CPU, and measurements of each kind. */
  readonly length: number
  readonly rounds: number
  /** Milliseconds for which the page looks. */
  readonly looking: number
}

const INSPECTOR_SIZE: InspectorSize = {
  tracked: 10_000,
  pace: 1_000,
  // twice as long as the service keeps bans before it stores them: it does so as often in each
  length: 10_000,
  rounds: 11,
  looking: 60_000
}

/** Of a core: what a viewer may cost the node. */
const VIEWER_TARGET = 2

/** Frames a second that the page draws at least. */
const FRAMES_TARGET = 50

const VIEWER = fileURLToPath(new URL('viewer.ts', import.meta.url))

/** Milliseconds in which a viewer has been told of all peers. */
const SETTLING = 4_000

/** What is looked at: nothing at all, a page that nobody has open, and one that somebody has. */
const ARMS = ['never', 'nobody', 'viewer'] as const

type Arm = (typeof ARMS)[number]

/**
 * What the inspector costs a node that decides a thousand times a second about ten thousand peers, and what its
 * page makes of that. The viewer of the node's costs is another process; the page is in Debian's browser.
 */
export async function inspector(size: InspectorSize = INSPECTOR_SIZE): Promise<Figure[]> {
  await builtPage()
  const node = await BusyNode.create(size.tracked)
  // what is compiled, and who is known, is not what is measured
  await node.decide(size.pace, size.length)
  const shares = await nodeShares(node, size)
  const share = (arm: Arm): number[] => shares.get(arm) ?? []
  const above = (arm: Arm): number[] =>
    share(arm).map((value, round) => value - (share('never')[round] ?? NaN))
  const figures: Figure[] = [
    { name: 'CPU of the node, never inspected', unit: '%', ...summary(share('never')) },
    { name: 'more with nobody looking', unit: '%', ...summary(above('nobody')) },
    { name: 'more with one viewer', unit: '%', target: VIEWER_TARGET, ...summary(above('viewer')) }
  ]
  if (hasChromium) figures.push(...(await pageFigures(node, size)))
  await node.stop()
  return figures
}

/** Shares of a core, in percent, of each arm; the arms one after the other, in every round. */
async function nodeShares(
  node: BusyNode,
  { pace, length, rounds }: InspectorSize
): Promise<Map<Arm, number[]>> {
  const shares = new Map<Arm, number[]>(ARMS.map((arm) => [arm, []]))
  for (let round = 0; round < rounds; round++) {
    for (const arm of rotated(ARMS, round)) {
      const open = arm === 'never' ? undefined : await node.peers.inspect()
      const viewer = arm === 'viewer' ? await looking(open) : undefined
      // what it is told of the peers that are there comes once, and is not what looking costs
      await node.decide(pace, Math.min(SETTLING, length))
      const begin = performance.now()
      const cpu = await cpuOf(async () => node.decide(pace, length))
      shares.get(arm)?.push((100 * cpu) / (performance.now() - begin))
      viewer?.kill()
      await open?.close()
    }
  }
  return shares
}

/** A viewer that is being told how all is. */
async function looking(open: Inspector | undefined): Promise<ChildProcess> {
  const child = fork(VIEWER, [open?.url ?? ''])
  await once(child, 'message')
  return child
}

/** Frames of the page by its own count, in every second of the time; and the node's memory before and after. */
async function pageFigures(
  node: BusyNode,
  { pace, looking: length }: InspectorSize
): Promise<Figure[]> {
  const figures: Figure[] = []
  const proxy = await recordingProxy()
  const browser = await launch(proxy)
  const open = await node.peers.inspect()
  for (const view of ['map', 'peers'] as const) {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(`${open.url}&view=${view}`)
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor({ state: 'attached' })
    await node.decide(pace, Math.min(5_000, length))
    const [before, occupied] = [await heapInUse(), process.memoryUsage().rss]
    await page.evaluate(() => {
      const counting = globalThis as unknown as { frames: number[] }
      counting.frames = []
      const count = (now: number): void => {
        counting.frames.push(now)
        requestAnimationFrame(count)
      }
      requestAnimationFrame(count)
    })
    await node.decide(pace, length)
    const frames = await page.evaluate(() => (globalThis as unknown as { frames: number[] }).frames)
    const told = (await page.locator('.time-now > span').first().textContent()) ?? ''
    const [after, occupiedAfter] = [await heapInUse(), process.memoryUsage().rss]
    figures.push(
      {
        name: `frames of the page, ${view}`,
        unit: 'fps',
        target: FRAMES_TARGET,
        isLeast: true,
        ...summary(perSecond(frames))
      },
      {
        name: `decisions that the page holds, ${view}`,
        unit: '',
        value: Number(/([\d,]+) decisions/.exec(told)?.[1]?.replaceAll(',', ''))
      },
      {
        name: `heap in use that the node has gained, ${view}`,
        unit: 'MB',
        value: (after - before) / 1e6
      },
      {
        name: `resident memory that it has gained, ${view}`,
        unit: 'MB',
        value: (occupiedAfter - occupied) / 1e6
      }
    )
    await page.close()
  }
  await open.close()
  await browser.close()
  proxy.close()
  return figures
}

/** How many there were in each whole second. */
function perSecond(times: readonly number[]): number[] {
  const [first = 0] = times
  const last = times.at(-1) ?? first
  const seconds = Math.max(1, Math.floor((last - first) / 1_000))
  const counts = Array.from({ length: seconds }, () => 0)
  for (const time of times) {
    const second = Math.floor((time - first) / 1_000)
    if (second < seconds) counts[second] = (counts[second] ?? 0) + 1
  }
  return counts
}
