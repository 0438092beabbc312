import { waitUntil } from './wait-until.ts'
import type { Deed } from './deeds.ts'
import type { Stage } from './stage.ts'

/** How what happens seldom is brought about with real nodes. */

/** Nobody can be reached, as it seems to our node. */
async function lose(stage: Stage): Promise<void> {
  await Promise.all(['one', 'another'].map((name) => stage.failToReach(name)))
  await waitUntil(
    () => stage.peers.status().mode === 'offline',
    () => `The network is not gone: ${stage.peers.status().mode}`
  )
}

export const RARE_DEEDS: Readonly<Record<string, Deed>> = {
  'our node is restarted': (stage) => stage.restart(),
  'it is wanted, and nobody can be reached': ({ peers, id }) => void peers.enqueue(id),
  'others cannot be reached either, until one comes': async (stage) => {
    await lose(stage)
    await stage.letAnotherConnect()
  },
  'others cannot be reached either, until it comes': async (stage) => {
    await lose(stage)
    await stage.connect()
  },
  'discovery finds it, and there is no slot': ({ peers, id }) =>
    void peers.enqueue(id, { priority: 'discovered' }),
  'a feeler does not find it': ({ clock }) => clock.advance((clock.next ?? 0) - clock.now()),
  'it comes by itself': (stage) => stage.connect(),
  'discovery finds it, and the DHT is slow to say where it is': ({ peers, id }) =>
    void peers.enqueue(id, { priority: 'discovered' }),
  'it offers its handshake while it is looked for': async (stage) => {
    stage.theirs = await stage.open()
  },
  'it connects, and our application thinks about it': async (stage) => {
    stage.think()
    // that the connection is closed at once is to be seen at our node
    stage.connect().catch(() => {})
    await waitUntil(
      () => stage.waiting > 0,
      () => 'Nobody asked the application'
    )
  },
  'our application lets it pass': (stage) => stage.letPass()
}
