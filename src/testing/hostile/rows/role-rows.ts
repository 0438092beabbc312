import { demand, demandEqual } from '../patience.ts'
import type { HostileScript } from '../script.ts'

/** Who began, over what, and how often. */
export const ROLE_ROWS: readonly HostileScript[] = [
  {
    row: 'B18',
    title: 'a handshake over a relayed connection',
    must: 'is refused unless relays are allowed; then it holds when a direct connection takes over',
    bound: '',
    exempt: ({ speaksFrames }) => (speaksFrames ? undefined : 'it has no rule for relays'),
    async play(stage) {
      const limits = { bytes: 131_072n }
      const strict = await stage.house()
      strict.disguise.limits = limits
      const refused = await stage.peer()
      demandEqual(await (await refused.call(strict)).verdict(), 'not-allowed', 'the word')
      demandEqual([strict.peers(), strict.places()], [[], 0], 'peers and places')

      const house = await stage.house({ lifecycle: { allowRelayed: true } })
      house.disguise.limits = limits
      const peer = await stage.friend(house)
      const [relayed] = peer.node.getConnections()
      demand(house.node.getConnections(peer.id)[0]?.limits !== undefined, 'it is a relayed one')
      house.disguise.limits = undefined
      const direct = await peer.dial(house, { force: true })
      // the node asks it over the other one whether it is still known
      peer.agrees = true
      await relayed?.close()
      await stage.until(() => house.node.getConnections(peer.id).length === 1, 'one is left')
      demand(house.isPeer(peer.key), 'it is a peer on the direct connection')
      await peer.say(direct, 'direct')
      await stage.until(() => house.deliveries.length === 1, 'its streams pass')
    }
  },
  {
    row: 'B19',
    title: 'both sides begin a handshake at once',
    must: 'makes one of the two: the smaller id begins, the other stream ends without a word',
    bound: '1 session',
    async play(stage) {
      const house = await stage.house()
      for (const isSmaller of [true, false, true, false]) {
        const peer = await stage.peer({ order: { than: house, isSmaller } })
        const asked = house.connect(peer.address)
        asked.catch(() => {})
        const theirs = await peer.accept()
        const connection = await stage.connection(peer, house)
        const mine = await peer.open(connection)
        mine.line.write(await mine.hello())
        if (isSmaller) {
          await theirs.line.close()
          mine.line.write(await mine.answer())
        } else {
          demandEqual(await mine.verdict(), 'end', 'the stream of the larger one')
          await theirs.shake()
        }
        await stage.patience.within(asked, 'connect() succeeds')
        await stage.fence(peer, house)
        demandEqual(house.gains, [peer.key], 'peers that were made')
        demandEqual(house.places(), 1, 'places taken')
        await peer.stop()
        await stage.until(() => house.places() === 0, 'a peer that left has no place')
        ;(house.gains as string[]).length = 0
      }
    }
  },
  {
    row: 'B20',
    title: 'handshakes begun again by a peer that is one already',
    must: 'change nothing if they are given up, and else begin anew, once, under one slot',
    bound: '1 session',
    exempt: ({ speaksFrames }) => (speaksFrames ? undefined : 'it knows no sessions'),
    async play(stage) {
      const house = await stage.house()
      const peer = await stage.friend(house)
      const connection = await stage.connection(peer, house)
      for (let i = 0; i < 5; i++) {
        const again = await peer.open(connection)
        again.line.write(await again.hello())
        await again.line.close()
        await again.line.ended()
        demand(house.isPeer(peer.key), 'one that is given up changes nothing')
      }
      const anew = await peer.open(connection)
      anew.line.write(await anew.hello())
      await stage.fence(peer, house)
      demand(house.isPeer(peer.key), 'nothing has changed yet')
      house.advance(1_000)
      await stage.until(() => !house.isPeer(peer.key), 'the old session is over')
      demandEqual(house.losses[0]?.reason, 'restarted', 'the word for it')
      anew.line.write(await anew.answer())
      await stage.until(() => house.isPeer(peer.key), 'a new one has begun')
      demandEqual([house.gains.length, house.places()], [2, 1], 'sessions and places')

      const broken = await peer.open(connection)
      broken.line.write(new Uint8Array(16).fill(0xff))
      await stage.until(() => !house.isPeer(peer.key), 'a violation ends it')
      demandEqual([house.wordFor(peer.key), house.places()], ['protocol-violation', 0], 'the word')
    }
  }
]
