import { demand, demandEqual } from '../patience.ts'
import { wordIn } from './frame-rows.ts'
import type { HostileScript } from '../script.ts'

/** Whose wish a connection is, and how many there are. */
export const CONNECTION_ROWS: readonly HostileScript[] = [
  {
    row: 'D1',
    title: 'two connections of one peer, closed one after the other',
    must: 'carry one session, which ends with the last of them',
    bound: '2 connections',
    async play(stage) {
      const house = await stage.house()
      for (const first of [0, 1]) {
        const peer = await stage.friend(house)
        await peer.dial(house, { force: true })
        const ends = (): number => house.node.getConnections(peer.id).length
        await stage.until(() => ends() === 2, 'two connections are open')
        // the node may ask it over the other one whether it is still known
        peer.agrees = true
        const both = peer.node.getConnections()
        await both[first]?.close()
        await stage.until(() => ends() === 1, 'one is left')
        demand(house.isPeer(peer.key), 'with one it is a peer still')
        demandEqual(house.gains.filter((gained) => gained === peer.key).length, 1, 'sessions')
        await both[1 - first]?.close()
        await stage.until(() => !house.isPeer(peer.key), 'without one it is none')
        demandEqual(house.places(), 0, 'places taken')
      }
    }
  },
  {
    row: 'D2',
    title: 'two nodes that want each other at once',
    must: 'get one session: one event and one slot on each side',
    bound: '1 session',
    async play(stage) {
      for (let round = 0; round < 4; round++) {
        const [one, other] = [await stage.house(), await stage.house()]
        const [to, from] = [other, one].map(({ node }) => node.getMultiaddrs()[0])
        if (to === undefined || from === undefined) throw new Error('Expected two that listen')
        await Promise.all([one.connect(to), other.connect(from)])
        const [a, b] = [one.node.peerId.toString(), other.node.peerId.toString()]
        await stage.until(() => one.isPeer(b) && other.isPeer(a), 'both are peers')
        await stage.patience.within(one.node.services.ping.ping(other.node.peerId), 'a ping')
        demandEqual([one.gains, other.gains], [[b], [a]], 'peers that were made')
        demandEqual([one.places(), other.places()], [1, 1], 'places taken')
      }
    }
  },
  {
    row: 'D3',
    title: 'connections that somebody else opens, the DHT for one',
    must: 'are connections and no more: no slot, no peer, no application stream',
    bound: '0 slots',
    async play(stage) {
      const house = await stage.house()
      for (const peer of await stage.peers(4)) {
        await peer.obliging()
        await house.node.dial(peer.address)
        await stage.fence(peer, house)
        await peer.say(await stage.connection(peer, house), 'leak')
        await stage.fence(peer, house)
        stage.demandNothingDelivered(house, peer, 'connected')
      }
      demandEqual([house.peers(), house.places()], [[], 0], 'peers and places')
      demandEqual(house.node.getConnections().length, 4, 'connections')
    }
  },
  {
    row: 'D4',
    title: 'a peer is wanted that somebody else has connected before',
    must: 'becomes one over that connection, without a second dial',
    bound: '0 dials',
    async play(stage) {
      const house = await stage.house()
      const peer = await stage.peer()
      await peer.obliging()
      let opened = 0
      peer.node.addEventListener('connection:open', () => void opened++)
      await house.node.dial(peer.address)
      await stage.fence(peer, house)
      demand(!house.isPeer(peer.key), 'nobody has wanted it yet')
      await stage.patience.within(house.connect(peer.address), 'connect() succeeds')
      demand(house.isPeer(peer.key), 'it is a peer')
      demandEqual([opened, house.node.getConnections().length], [1, 1], 'connections')
    }
  },
  {
    row: 'D5',
    title: 'our dial and somebody else’s at the same time',
    must: 'make a peer of the one that was wanted, and of nobody else',
    bound: '1 connection',
    async play(stage) {
      const house = await stage.house()
      const [wanted, other] = [await stage.peer(), await stage.peer()]
      await Promise.all([wanted.obliging(), other.obliging()])
      await stage.patience.within(
        Promise.all([
          house.node.dial(wanted.address),
          house.node.dial(other.address),
          house.connect(wanted.address)
        ]),
        'all dials succeed'
      )
      await stage.until(() => house.isPeer(wanted.key), 'the wanted one is a peer')
      await stage.fence(other, house)
      demandEqual([house.peers(), house.places()], [[wanted.key], 1], 'peers and places')
      demandEqual(house.node.getConnections(wanted.id).length, 1, 'connections with it')
    }
  },
  {
    row: 'D6',
    title: 'a handshake of the peer’s on a connection that somebody else of ours opened',
    must: 'is the peer’s wish: it counts as inbound, and is refused without a free slot',
    bound: '1 slot',
    async play(stage) {
      const house = await stage.house({ maxPeers: 1 })
      const [first, second] = [await stage.peer(), await stage.peer()]
      await Promise.all([house.node.dial(first.address), house.node.dial(second.address)])
      const [one, two] = [
        await stage.connection(first, house),
        await stage.connection(second, house)
      ]
      demandEqual(await (await first.open(one)).shake(), 'accept', 'what the first hears')
      await stage.until(() => house.isPeer(first.key), 'the first is a peer')
      const { lifecycle } = house
      const direction = lifecycle ? lifecycle.getPeer(first.id)?.direction : 'inbound'
      demandEqual(direction, 'inbound', 'whose wish it is')
      const heard = await (await second.open(two)).shake()
      demandEqual(heard, wordIn(stage, 'too-many-peers'), 'what the second hears')
      demandEqual([house.peers(), house.places()], [[first.key], 1], 'peers and places')
    }
  }
]
