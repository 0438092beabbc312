import { seconds, World } from '../rounds/world.ts'

type Options = Parameters<typeof World.create>[0]

/** A short life in which much happens: one that is let in, one that is not, one that is left. */
export async function shortLife(options: Options = {}): Promise<World> {
  const world = await World.create({
    maxPeers: 15,
    routes: { d1: 'refused' },
    scripts: { d3: 'wrong chain', d4: 'too-many-peers', d5: 'garbage' },
    ...options
  })
  await world.rounds(
    { discovered: ['d1', 'd2', 'd3', 'd4', 'd5'], are: { d2: 'authorized' } },
    { greeting: ['i1'], are: { i1: 'authorized' } },
    { advance: seconds(20), disconnected: ['d2'] },
    { banned: ['i1'], advance: seconds(20) }
  )
  return world
}

/** The recording of a short life. */
export async function recordedLife(
  options: Options = {}
): Promise<{ world: World; lines: string[] }> {
  const world = await shortLife(options)
  return { world, lines: [...world.peers.recording()] }
}
