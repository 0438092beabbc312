import { APP } from '../hostile-peer.ts'
import { demand, demandEqual } from '../patience.ts'
import { OTHER_APP } from '../stage.ts'
import { appStreams } from './gate-rows.ts'
import type { HostileScript } from '../script.ts'
import type { Connection, Stream } from '@libp2p/interface'

const THROWS = '/hostile/throws/1.0.0'
const HANGS = '/hostile/hangs/1.0.0'

/** Streams of which nobody says what they are for. */
async function unnamedStreams(connection: Connection, count: number): Promise<void> {
  const { muxer } = connection as unknown as { muxer: { createStream(): Promise<Stream> } }
  for (let i = 0; i < count; i++) await muxer.createStream()
}

/** Too many streams, too many connections, and handlers that fail. */
export const STREAM_ROWS: readonly HostileScript[] = [
  {
    row: 'C8',
    title: 'a stranger that tries every protocol, a hundred times',
    must: 'reaches nothing; each attempt is counted, and none of its streams stays',
    bound: '0 streams',
    async play(stage) {
      const house = await stage.house()
      const peer = await stage.peer()
      const connection = await peer.dial(house)
      for (let i = 0; i < 50; i++) {
        await peer.say(connection, 'probe', { close: false })
        await peer.say(connection, 'probe', { close: false, protocol: OTHER_APP })
      }
      await stage.fence(peer, house)
      stage.demandNothingDelivered(house, peer, 'probing')
      demandEqual(appStreams(house, peer), 0, 'open streams')
      demandEqual([house.places(), connection.status], [0, 'open'], 'places and connection')
      const counted = house.lifecycle?.status().gate.refusedInbound
      demandEqual(counted, 100, 'attempts that were counted')
      await stage.friend(house)
    }
  },
  {
    row: 'C9',
    title: 'a handler of the application throws, or never ends',
    must: 'is its own trouble: the peer stays one, and so do the others',
    bound: '1 stream',
    async play(stage) {
      const house = await stage.house()
      const [peer, other] = [await stage.friend(house), await stage.friend(house)]
      await house.node.handle(THROWS, () => {
        throw new Error('thrown by a handler')
      })
      await house.node.handle(HANGS, async () => new Promise<void>(() => {}))
      const connection = await stage.connection(peer, house)
      for (const protocol of [THROWS, HANGS, THROWS]) {
        await peer.say(connection, 'trouble', { protocol })
      }
      await stage.fence(peer, house)
      demandEqual(house.peers().length, 2, 'peers')
      for (const one of [peer, other]) {
        await one.say(await stage.connection(one, house), 'as before')
      }
      await stage.until(() => house.deliveries.length === 2, 'streams arrive as before')
    }
  },
  {
    row: 'C10',
    title: 'two hundred streams that never say what they are for',
    must: 'cost a stranger its connection',
    bound: '16',
    async play(stage) {
      const house = await stage.house()
      const [peer, bystander] = [await stage.peer(), await stage.friend(house)]
      const connection = await peer.dial(house)
      // the node's end of it has to be ready for streams
      await stage.fence(peer, house)
      await unnamedStreams(connection, 200)
      await stage.fence(bystander, house)
      await stage.until(() => {
        house.advance(100)
        return house.node.getConnections(peer.id).length === 0
      }, 'the connection is closed')
      demand(house.isPeer(bystander.key), 'the others are peers as before')
    }
  },
  {
    row: 'C11',
    title: 'six connections of one peer',
    must: 'are two: the newest that carry nothing are closed',
    bound: '2',
    async play(stage) {
      const house = await stage.house()
      const peer = await stage.friend(house)
      for (let i = 0; i < 5; i++) {
        // one too many may be closed before it is there
        await peer.dial(house, { force: true }).catch(() => {})
      }
      const connections = (): number => house.node.getConnections(peer.id).length
      await stage.until(() => connections() <= 2, 'two connections are left')
      await stage.until(() => peer.node.getConnections().length <= 2, 'the peer knows')
      demandEqual([house.isPeer(peer.key), house.places()], [true, 1], 'peer and place')
      await stage.fence(peer, house)
      demandEqual(house.gains.length, 1, 'times it was made a peer')
    }
  },
  {
    row: 'C12',
    title: 'many streams where the application has middleware',
    must: 'run its handler once each, and never for streams of our own',
    bound: '1 call a stream',
    async play(stage) {
      const house = await stage.house()
      const peer = await stage.friend(house)
      let passed = 0
      house.node.use(APP, (stream, connection, next) => {
        passed++
        next(stream, connection)
      })
      const connection = await stage.connection(peer, house)
      for (let i = 0; i < 10; i++) await peer.say(connection, 'once')
      await stage.fence(peer, house)
      await stage.until(() => house.deliveries.length >= 10, 'ten streams arrive')
      for (let i = 0; i < 5; i++) await house.node.dialProtocol(peer.id, APP)
      await stage.fence(peer, house)
      demandEqual([house.deliveries.length, passed], [10, 15], 'calls of handler and middleware')
    }
  }
]
