import { isDeepStrictEqual } from 'node:util'
import { CHANNEL_DEEDS } from './channel-deeds.ts'
import { DEEDS } from './deeds.ts'
import { RARE_DEEDS } from './rare-deeds.ts'
import { Stage } from './stage.ts'
import { waitUntil } from './wait-until.ts'
import type { Coverage } from '../../src/testing/model/coverage.ts'
import type { WorldTour } from '../../src/testing/model/world-model.ts'
import type { NodeSetting } from './node-setting.ts'

/** Goes through a tour with two real nodes. Whatever comes otherwise than foreseen is an error. */
export async function walkTour(
  tour: WorldTour,
  coverage: Coverage,
  setting: NodeSetting
): Promise<void> {
  const stage = await Stage.set(setting)
  const { edges } = stage.journal
  const done: string[] = []
  const foreseen: string[] = []
  try {
    for (const leg of tour) {
      done.push(leg.name)
      foreseen.push(...leg.covers)
      const deed = DEEDS[leg.name] ?? CHANNEL_DEEDS[leg.name] ?? RARE_DEEDS[leg.name]
      if (deed === undefined) throw new Error(`Nobody knows how ${leg.name}`)
      const doing = deed(stage, leg)
      // what is done at once must not be waited for: what it has set in motion could arrive
      if (doing !== undefined) await doing
      if (edges.length < foreseen.length) {
        await waitUntil(
          () => edges.length >= foreseen.length,
          () => `Only ${edges.slice(-3).join(', ')}`
        )
      }
      if (!isDeepStrictEqual(edges, foreseen)) {
        throw new Error(`${edges.slice(-4).join(', ')} instead of ${foreseen.slice(-4).join(', ')}`)
      }
      const path = stage.peers.getPeer(stage.id)?.path ?? 'discovered.idle'
      if (path !== leg.to.leaf) throw new Error(`It is ${path} instead of ${leg.to.leaf}`)
      for (const edge of leg.covers) coverage.sawEdge(edge)
      coverage.sawState(leg.to.leaf)
    }
  } catch (error) {
    throw new Error(`${done.join(' / ')}: ${(error as Error).message}`, { cause: error })
  } finally {
    await stage.clear()
  }
}
