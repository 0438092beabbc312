import { generateKeyPair } from '@libp2p/crypto/keys'
import { changed } from '../around.ts'
import { PING_INTERVAL } from '../hostile-peer.ts'
import { demand, demandEqual } from '../patience.ts'
import { failureOf } from './hello-rows.ts'
import type { HostileScript } from '../script.ts'
import type { Handshake } from '../../../index.ts'
import type { House } from '../subject.ts'
import type { HostilePeer } from '../hostile-peer.ts'
import type { Connection } from '@libp2p/interface'

/** A way in which a peer is lost, and the word for it: what happened, and who said so. */
interface Ending {
  readonly what: string
  readonly word: string
  readonly by: string
  readonly end: (house: House, peer: HostilePeer, connection: Connection) => unknown
}

const farewell = async (
  peer: HostilePeer,
  connection: Connection,
  goodbye: Uint8Array
): Promise<void> => {
  ;(await peer.open(connection)).line.write(goodbye)
}

const ENDINGS = (goodbye: Uint8Array): readonly Ending[] => [
  {
    what: 'the peer closes the connection',
    word: 'connection-closed',
    by: 'network',
    end: (_, __, connection) => connection.close()
  },
  {
    what: 'the peer cuts the connection',
    word: 'connection-closed',
    by: 'network',
    end: (_, __, connection) => connection.abort(new Error('cut by the script'))
  },
  {
    what: 'the peer stops',
    word: 'connection-closed',
    by: 'network',
    end: (_, peer) => peer.stop()
  },
  {
    what: 'our own application hangs up',
    word: 'connection-closed',
    by: 'network',
    end: ({ node }, { id }) => node.hangUp(id)
  },
  {
    what: 'the peer says goodbye',
    word: 'idle',
    by: 'remote',
    end: (_, peer, connection) => farewell(peer, connection, goodbye)
  },
  {
    what: 'the peer breaks the protocol',
    word: 'protocol-violation',
    by: 'local',
    end: (_, peer, connection) => farewell(peer, connection, new Uint8Array(8).fill(0xff))
  },
  {
    what: 'we disconnect',
    word: 'requested',
    by: 'local',
    end: (house, { id }) => house.disconnect(id)
  },
  {
    what: 'we ban',
    word: 'banned',
    by: 'local',
    end: ({ lifecycle }, { id }) => lifecycle?.ban(id)
  }
]

/** Connections that end, and what is believed of them. */
export const LOSS_ROWS: readonly HostileScript[] = [
  {
    row: 'D7',
    title: 'connections that end before, while and right after they are made',
    must: 'leave nobody behind: no ghost peer, and no place taken',
    bound: '0 ghosts',
    async play(stage) {
      const house = await stage.house({ maxPeers: 30 })
      const slow = await stage.peer({ privateKey: await generateKeyPair('RSA', 2_048) })
      const leaving = new Error('gone')
      for (const peer of [slow, ...(await stage.peers(4))]) {
        ;(await peer.dial(house)).abort(leaving)
        const voice = await peer.call(house)
        voice.line.write(await voice.hello())
        peer.node.getConnections()[0]?.abort(leaving)
        await peer.dial(house)
        await peer.stop()
      }
      for (const peer of await stage.peers(4)) {
        const voice = await peer.call(house)
        await voice.shake()
        peer.node.getConnections()[0]?.abort(leaving)
        await peer.stop()
      }
      await stage.until(() => house.node.getConnections().length === 0, 'all are gone')
      await stage.until(() => house.peers().length === 0, 'nobody is a peer')
      demandEqual(house.places(), 0, 'places taken')
      for (const state of ['connected', 'handshaking', 'authorized'] as const) {
        demandEqual(house.lifecycle?.getPeers({ state }).length ?? 0, 0, `peers that are ${state}`)
      }
    }
  },
  {
    row: 'D8',
    title: 'the verdict on an old session comes in a new one',
    must: 'is dropped: only what was said in a session counts there',
    bound: '1 session',
    exempt: ({ speaksFrames }) => (speaksFrames ? undefined : 'it asks nothing that takes time'),
    async play(stage) {
      const pending: (() => void)[] = []
      const around = (handshake: Handshake): Handshake =>
        changed(handshake, {
          verify: async (...call) => {
            await new Promise<void>((resolve) => pending.push(resolve))
            return handshake.verify(...call)
          }
        })
      const house = await stage.house({ around })
      const peer = await stage.peer()
      const old = await peer.call(house)
      old.line.write(await old.hello())
      old.line.write(await old.answer())
      await stage.until(() => pending.length === 1, 'the old session waits for its verdict')
      peer.node.getConnections()[0]?.abort(new Error('gone'))
      await stage.until(() => house.places() === 0, 'the old session is over')

      const young = await peer.call(house)
      young.line.write(await young.hello())
      young.line.write(await young.answer())
      await stage.until(() => pending.length === 2, 'the new session waits for its verdict')
      pending[0]?.()
      await stage.fence(peer, house)
      demandEqual([house.isPeer(peer.key), house.places()], [false, 1], 'peer and place')
      pending[1]?.()
      await stage.until(() => house.isPeer(peer.key), 'its own verdict makes it a peer')
      demandEqual(house.gains.length, 1, 'sessions that came to something')
    }
  },
  {
    row: 'D9',
    title: 'a peer that denies us after our dial has succeeded',
    must: 'is no success: connect() fails, with a word',
    bound: '5 s',
    async play(stage) {
      const house = await stage.house()
      for (const gater of [
        { denyInboundEncryptedConnection: () => true },
        { denyInboundUpgradedConnection: () => true }
      ]) {
        const peer = await stage.peer({ gater })
        const failure = failureOf(house.connect(peer.address))
        const { name, reason } = await stage.patience.within(failure, 'connect() settles')
        demand(name !== undefined, 'connect() fails')
        if (house.lifecycle !== undefined) {
          const isWord = reason === 'connection-closed' || reason === 'dial-failed'
          demand(isWord, `the word is one of the network’s, not ${String(reason)}`)
        }
        demandEqual([house.peers(), house.places()], [[], 0], 'peers and places')
      }
    }
  },
  {
    row: 'D10',
    title: 'a peer that falls silent without an end, as behind a cut cable',
    must: 'is noticed by libp2p’s monitor, and its slot is back',
    bound: 'the monitor',
    async play(stage) {
      // long enough for a machine that has much else to do: the monitor must not end an honest connection
      const pingTimeout = { minTimeout: 1_000, maxTimeout: 2_000 }
      const connectionMonitor = { pingInterval: PING_INTERVAL, pingTimeout }
      const house = await stage.house({ network: { connectionMonitor } })
      const peer = await stage.friend(house)
      peer.disguise.freeze()
      await stage.until(() => !house.isPeer(peer.key), 'it is a peer no more')
      demandEqual([house.peers(), house.places()], [[], 0], 'peers and places')
    }
  },
  {
    row: 'D11',
    title: 'eight ways to lose a peer',
    must: 'each have a word, and who said it',
    bound: '',
    async play(stage) {
      const house = await stage.house()
      for (const { what, word, by, end } of ENDINGS(stage.subject.goodbye)) {
        const peer = await stage.friend(house)
        const connection = await stage.connection(peer, house)
        await end(house, peer, connection)
        await stage.until(() => house.losses.some((loss) => loss.peer === peer.key), what)
        const loss = house.losses.find((one) => one.peer === peer.key)
        demandEqual([loss?.reason, loss?.by], [word, by], what)
      }
    }
  }
]
