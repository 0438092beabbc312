import { APP } from '../hostile-peer.ts'
import { demand, demandEqual } from '../patience.ts'
import { OTHER_APP } from '../stage.ts'
import type { HostileScript } from '../script.ts'
import type { House } from '../subject.ts'
import type { HostilePeer } from '../hostile-peer.ts'
import type { StreamHandler } from '@libp2p/interface'
import type { Registrar } from '@libp2p/interface-internal'

/** A protocol that is handled when the node runs already, or not at all. */
const LATE = '/hostile/late/1.0.0'

/** A service that registers at the registrar which it was given. */
const sly = ({ registrar }: { registrar: Registrar }) => ({
  start: () => registrar.handle('/sly/1.0.0', (() => {}) satisfies StreamHandler),
  stop: () => {}
})

/** Streams of the application that the node has with the peer. */
export const appStreams = ({ node }: House, { id }: HostilePeer): number =>
  node
    .getConnections(id)
    .flatMap(({ streams }) => streams)
    .filter(({ protocol, status }) => protocol === APP && status === 'open').length

/** May this stream pass? */
export const GATE_ROWS: readonly HostileScript[] = [
  {
    row: 'C1',
    title: 'application streams before, between and after handshakes',
    must: 'reach nobody, of whatever protocol, in whatever state that is not authorized',
    bound: '0 bytes',
    async play(stage) {
      const house = await stage.house()
      const late: string[] = []
      await house.node.handle(LATE, (_, { remotePeer }) => void late.push(remotePeer.toString()))
      const peer = await stage.peer()
      const connection = await peer.dial(house)
      const trespass = async (when: string): Promise<void> => {
        for (const protocol of [APP, OTHER_APP, LATE]) {
          await peer.say(connection, 'leak', { protocol })
        }
        await stage.fence(peer, house)
        stage.demandNothingDelivered(house, peer, when)
        demandEqual(late, [], `${when}: the protocol that came late`)
      }
      await trespass('connected')
      const voice = await peer.open(connection)
      await stage.until(() => house.places() === 1, 'the handshake has begun')
      house.advance(5_000)
      demandEqual(await voice.verdict(), 'timeout', 'the word of a silent handshake')
      await trespass('rejected')
      // that nothing came is worth something only if it can come
      await (await peer.open(connection)).shake()
      await stage.until(() => house.isPeer(peer.key), 'an honest handshake succeeds')
      await peer.say(connection, 'honest')
      await stage.until(() => house.deliveries[0]?.text === 'honest', 'an honest stream arrives')
    }
  },
  {
    row: 'C2',
    title: 'application streams during the handshake',
    must: 'are held, a few: delivered once when it is over, or reset if it fails',
    bound: '4 a peer',
    async play(stage) {
      const house = await stage.house()
      const [honest, liar] = [await stage.peer(), await stage.peer()]
      for (const peer of [honest, liar]) {
        const connection = await peer.dial(house)
        const voice = await peer.open(connection)
        await stage.until(() => house.places() > 0, 'the handshake has begun')
        for (let i = 0; i < 12; i++) await peer.say(connection, `early ${i}`)
        await stage.fence(peer, house)
        stage.demandNothingDelivered(house, peer, 'handshaking')
        const held = house.lifecycle?.status().gate.held ?? 0
        demand(held > 0 && held <= 4, `one to four are held, not ${held}`)
        if (peer === liar) voice.line.write(new Uint8Array(64).fill(0xff))
        else await voice.shake()
        await stage.until(() => house.lifecycle?.status().gate.held === 0, 'nothing is held')
      }
      await stage.until(() => house.deliveries.every(({ text }) => text !== ''), 'all is read')
      const texts = house.deliveries.map(({ peer, text }) => [peer === honest.key, text])
      demandEqual(
        texts,
        texts.map((_, i) => [true, `early ${i}`]),
        'what was delivered'
      )
      demand(texts.length > 0 && texts.length <= 4, `one to four, not ${texts.length}`)
    }
  },
  {
    row: 'C3',
    title: 'streams opened in the instant in which the peer ceases to be one',
    must: 'reach a handler before that instant or never',
    bound: 'the same tick',
    async play(stage) {
      const house = await stage.house({ maxPeers: 20 })
      for (let round = 0; round < 6; round++) {
        const peer = await stage.friend(house)
        const connection = await stage.connection(peer, house)
        const saying: Promise<unknown>[] = []
        for (let i = 0; i < 30; i++) {
          saying.push(peer.say(connection, 'race'))
          if (i === 3 * round) saying.push(house.disconnect(peer.id))
          if (i % 5 === 0) await stage.patience.pause(1)
        }
        await Promise.all(saying)
        await stage.until(() => !house.isPeer(peer.key), 'it is a peer no more')
        await stage.until(() => house.node.getConnections(peer.id).length === 0, 'it is gone')
      }
      const late = house.deliveries.filter(({ wasPeer }) => !wasPeer).length
      demandEqual(late, 0, 'streams that were handed over too late')
    }
  },
  {
    row: 'C4',
    title: 'streams that are open when the peer ceases to be one',
    must: 'are reset, ours and theirs, even if the connection stays',
    bound: '0 left',
    async play(stage) {
      const house = await stage.house()
      const { goodbye } = stage.subject
      for (const leaves of [true, false]) {
        if (leaves && goodbye.byteLength === 0) continue
        const peer = await stage.friend(house)
        const connection = await stage.connection(peer, house)
        for (let i = 0; i < 3; i++) {
          await peer.say(connection, 'stays', { close: false })
          await house.node.dialProtocol(peer.id, APP)
        }
        await stage.until(() => appStreams(house, peer) === 6, 'six streams are open')
        if (leaves) (await peer.open(connection)).line.write(goodbye)
        else await house.disconnect(peer.id)
        await stage.until(() => !house.isPeer(peer.key), 'it is a peer no more')
        demandEqual(appStreams(house, peer), 0, 'open streams in that very tick')
        if (!leaves) continue
        demandEqual(connection.status, 'open', 'the connection')
        const before = house.deliveries.length
        await peer.say(connection, 'more')
        await stage.fence(peer, house)
        demandEqual(house.deliveries.length, before, 'streams that arrived after that')
      }
    }
  },
  {
    row: 'C5',
    title: 'a service that registered its protocol past the gate',
    must: 'is an error that names it when the node starts, not an open door',
    bound: '',
    async play(stage) {
      const starting = stage.house({ early: { sly } }).then(
        () => ({ name: 'nothing', message: '' }),
        (error: Error) => error
      )
      const { name, message } = await stage.patience.within(starting, 'the node starts or fails')
      demandEqual(name, 'UngatedProtocolError', 'the error')
      demand(message.includes('/sly/1.0.0'), 'it names the protocol')
    }
  },
  {
    row: 'C6',
    title: 'a stock peer that only pings and identifies',
    must: 'is answered, and its connection lives, however often it is refused elsewhere',
    bound: '',
    async play(stage) {
      const house = await stage.house()
      const peer = await stage.peer({ pings: true })
      const connection = await peer.dial(house)
      for (let i = 0; i < 3; i++) await peer.say(connection, 'anybody?', { protocol: LATE })
      await stage.fence(peer, house)
      await stage.until(() => connection.rtt !== undefined, 'its monitor is answered')
      await stage.until(() => peer.hasIdentified(house), 'it is told what the node speaks')
      demandEqual(connection.status, 'open', 'the connection')
    }
  },
  {
    row: 'C7',
    title: 'our own application turns to a stranger',
    must: 'fails at once with an error of its own name, and topologies hear of peers only',
    bound: '0 bytes',
    async play(stage) {
      const house = await stage.house()
      const peer = await stage.peer()
      const heard: string[] = []
      await house.node.register(APP, {
        onConnect: () => void heard.push('connect'),
        onDisconnect: () => void heard.push('disconnect')
      })
      await peer.dial(house)
      await stage.until(() => house.identified.has(peer.key), 'the node knows its protocols')
      await stage.fence(peer, house)
      const { name } = await house.node.dialProtocol(peer.id, APP).then(
        () => ({ name: 'nothing' }),
        (error: Error) => error
      )
      demandEqual(name, 'PeerNotAuthorizedError', 'the error')
      demandEqual([heard, peer.heard], [[], []], 'what was heard of a stranger')
      await stage.befriend(house, peer)
      await stage.until(() => heard.length === 1, 'the topology hears of a peer')
      const stream = await house.node.dialProtocol(peer.id, APP)
      stream.send(new TextEncoder().encode('hello'))
      await stage.until(() => peer.heard.length === 1, 'our stream arrives')
      await house.disconnect(peer.id)
      await stage.until(() => heard.length === 2, 'the topology hears that it left')
      demandEqual(heard, ['connect', 'disconnect'], 'what the topology has heard')
    }
  }
]
