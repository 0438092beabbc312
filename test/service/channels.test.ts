/** What handshakes in secure channels come to, where several ways cross: slots, dials, streams, bans. */
import { expect, describe, it } from 'vitest'
import { DISPOSITIONS, peerMachine, tableOf } from '../../machines/index.ts'
import { HandshakeRefusedError } from '../../src/index.ts'
import { settled } from '../../src/testing/settled.ts'
import { ACCEPT, HELLO } from '../network/raw-peer.ts'
import { ChannelWorld, SECURE, someone } from './channel-world.ts'
import type { HelloMessage, Message } from '../../src/handshake/messages.ts'
import type { Encounter, WorldInit } from './channel-world.ts'

const VISIT: HelloMessage = { ...HELLO, intent: 'visit' }
const greeting = (word: string): HelloMessage => ({
  ...HELLO,
  payload: new TextEncoder().encode(word)
})
const no = (code: number, retryAfter = 0): Message => ({ type: 'reject', code, retryAfter })

const world = async (init: Partial<WorldInit> = {}): Promise<ChannelWorld> =>
  new ChannelWorld({ self: await someone(), ...init })

/** The peer says yes to us, and we to it. */
async function agree({ line, upgrade }: Encounter, hello = HELLO): Promise<void> {
  line.say(hello, ACCEPT)
  await line.hearHello()
  expect(await line.hear()).toEqual(ACCEPT)
  expect(await upgrade).not.toBeInstanceOf(Error)
}

/** What we answer to a hello: the first frame after ours. */
async function answerTo(encounter: Encounter, hello: HelloMessage): Promise<unknown> {
  encounter.line.say(hello)
  await encounter.line.hearHello()
  return encounter.line.hear()
}

describe('whose slot it is', () => {
  it('a dial of our scheduler wants one, any other only to be verified', async () => {
    const house = await world()
    const [wanted, other] = [await someone(), await someone()]
    house.dialing(wanted)
    house.peers.track(other)
    for (const [peerId, intent] of [
      [wanted, 'promote'],
      [other, 'visit']
    ] as const) {
      const { line } = house.meet(peerId, 'initiator')
      expect((await line.hearHello()).intent).toBe(intent)
    }
  })

  it('a no on a second way takes it from nobody: the first goes on', async () => {
    const house = await world()
    const peer = house.dialing(await someone())
    const first = house.meet(peer.peerId, 'initiator')
    const second = house.meet(peer.peerId, 'responder')
    house.handshake.judge = (word) => (word === 'odd' ? Promise.reject(new Error('odd')) : word)
    expect(await answerTo(second, greeting('odd'))).toEqual(no(11))
    second.line.hangUp()
    expect(await second.upgrade).toBeInstanceOf(Error)
    expect([peer.path, house.slots.size]).toEqual(['dialing', 1])

    await agree(first)
    house.open(house.connection(peer.peerId, 'outbound', first.timeline))
    await settled()
    expect(peer.path).toBe('authorized')
  })

  it('what ends one session ends its own handshakes, on every way, and no other', async () => {
    const house = await world()
    const [one, other] = [house.dialing(await someone()), house.dialing(await someone())]
    house.handshake.judge = () => new Promise(() => {})
    const ways = [house.meet(one.peerId, 'initiator'), house.meet(one.peerId, 'responder')]
    const untouched = house.meet(other.peerId, 'initiator')
    for (const { line } of [...ways, untouched]) {
      line.say(HELLO)
      await line.hearHello()
    }
    house.channels.abort(one, 'requested', 7)
    for (const { line } of ways) expect(await line.hear()).toEqual(no(13, 7))
    // it would have been told by now, and is still asked for a verdict
    expect(untouched.line.unheard).toBe(0)
    expect(untouched.between.local.status).toBe('open')
  })

  it('a slot that went in between takes the connection with it', async () => {
    const house = await world()
    const peerId = await someone()
    const encounter = house.meet(peerId, 'responder')
    await agree(encounter)
    const peer = house.peers.get(peerId.toString())
    if (peer === undefined) throw new Error('Expected a tracked peer')
    house.peers.send(peer, { type: 'peer.dismissed', reason: 'requested', ...house.peers.moment() })
    const connection = house.connection(peerId, 'inbound', encounter.timeline)
    house.open(connection)
    await settled()
    expect(connection.aborted).toBe(true)
    expect(peer.path).not.toBe('authorized')
    expect(house.peers.ignored).toEqual({})
  })

  it('a connection that is gone when it is looked at authorizes nobody', async () => {
    const house = await world()
    const peerId = await someone()
    const encounter = house.meet(peerId, 'responder')
    await agree(encounter)
    const peer = house.peers.get(peerId.toString())
    house.open(house.connection(peerId, 'inbound', encounter.timeline, { status: 'closed' }))
    await settled()
    expect(peer?.history.map(({ to }) => to)).not.toContain('authorized')
    expect(house.slots.size).toBe(0)
  })

  it('of one that is authorized a further connection is the one that carries it', async () => {
    const house = await world()
    const peer = house.dialing(await someone())
    const [first, second] = [
      house.meet(peer.peerId, 'initiator'),
      house.meet(peer.peerId, 'responder')
    ]
    await agree(first, greeting('first'))
    await agree(second, greeting('second'))
    const outbound = house.connection(peer.peerId, 'outbound', first.timeline)
    const inbound = house.connection(peer.peerId, 'inbound', second.timeline)
    house.open(outbound)
    // whoever hears of the connection later than we do hears of it first, all the same
    expect(peer.path).toBe('dialing')
    await settled()
    expect([peer.path, peer.hello]).toEqual(['authorized', 'first'])
    expect(peer.carrier).toBe(outbound)
    expect(house.asked).toEqual([`let go of ${peer.key}`, `abandon ${peer.key}`])

    house.open(inbound)
    await settled()
    expect([peer.path, peer.hello]).toEqual(['authorized', 'second'])
    expect(peer.carrier).toBe(inbound)
    // there was nothing to be called off, and nothing to be told, any more
    expect(house.asked).toHaveLength(2)
    for (const { between } of [first, second]) between.local.abort(new Error('gone'))
    expect(house.peers.ignored).toEqual({})
  })

  it('takes the place of a handshake on a stream: that one is called off', async () => {
    const house = await world()
    const peer = house.dialing(await someone())
    const session = peer.context.session
    house.peers.opened(house.connection(peer.peerId, 'inbound', {}, { encryption: '/noise' }))
    house.peers.send(peer, { type: 'dial.succeeded', session })
    expect(peer.path).toBe('connected.promoting')
    const encounter = house.meet(peer.peerId, 'responder')
    await agree(encounter)
    house.open(house.connection(peer.peerId, 'inbound', encounter.timeline))
    await settled()
    expect(peer.history.map(({ to }) => to).slice(-2)).toEqual([
      'handshaking.initiating',
      'authorized'
    ])
    expect(house.asked).toEqual([`abandon ${peer.key}`])
  })
})

describe('which connection it is', () => {
  it.each([
    ['of another encrypter', 'inbound', '/noise'],
    ['of the other direction', 'outbound', SECURE]
  ] as const)('not one %s', async (_, direction, encryption) => {
    const house = await world()
    const peerId = await someone()
    const { timeline, ...encounter } = house.meet(peerId, 'responder')
    await agree({ timeline, ...encounter })
    house.open(house.connection(peerId, direction, {}, { encryption }))
    await settled()
    const peer = house.peers.get(peerId.toString())
    expect(peer?.path).toBe('handshaking.securing')
    house.open(house.connection(peerId, 'inbound', timeline))
    await settled()
    expect(peer?.path).toBe('authorized')
  })

  it('not one of another peer', async () => {
    const house = await world()
    const [one, other] = [await someone(), await someone()]
    await agree(house.meet(one, 'responder'))
    await agree(house.meet(other, 'responder'))
    house.open(house.connection(other, 'inbound', {}))
    await settled()
    const paths = [one, other].map((peer) => house.peers.get(peer.toString())?.path)
    expect(paths).toEqual(['handshaking.securing', 'authorized'])
  })

  it('of two of one peer, each the one that it was made of', async () => {
    const house = await world()
    const peerId = await someone()
    const [first, second] = [house.meet(peerId, 'responder'), house.meet(peerId, 'responder')]
    await agree(first, greeting('first'))
    await agree(second, greeting('second'))
    house.open(house.connection(peerId, 'inbound', second.timeline))
    await settled()
    expect(house.peers.get(peerId.toString())?.hello).toBe('second')
    house.open(house.connection(peerId, 'inbound', first.timeline))
    await settled()
    expect(house.peers.get(peerId.toString())?.hello).toBe('first')
  })
})

describe('at the door', () => {
  it('no slot: the word of the scheduler, or one that can be said', async () => {
    const house = await world()
    for (const [word, code] of [
      ['too-many-peers', 3],
      ['stopped', 10]
    ] as const) {
      house.refusal = word
      // whatever the clock says: this no has no end that could be told
      house.clock.advance(10_000)
      expect(await answerTo(house.meet(await someone(), 'responder'), HELLO)).toEqual(no(code))
    }
    expect(house.slots.size).toBe(0)
  })

  it('no room to remember anybody: busy', async () => {
    const house = await world({ maxTracked: 1 })
    house.dialing(await someone())
    const encounter = house.meet(await someone(), 'responder')
    expect(await answerTo(encounter, HELLO)).toEqual(no(16))
    expect(house.slots.size).toBe(1)
  })

  it.each([
    ['an hour', 3_600_000, 3_600],
    ['for ever', Infinity, 0],
    ['longer than can be said', 2 ** 33 * 1_000, 0xffff_ffff]
  ])(
    'banned for %s: told so, a visit like any other, and not remembered for it',
    async (_, ms, seconds) => {
      const house = await world()
      for (const hello of [HELLO, VISIT]) {
        const peerId = await someone()
        house.peers.ban(peerId, ms)
        const encounter = house.meet(peerId, 'responder')
        expect(await answerTo(encounter, hello)).toEqual(no(7, seconds))
        encounter.line.hangUp()
        expect(await encounter.upgrade).toBeInstanceOf(Error)
      }
      // nobody has heard what they would have said
      expect([house.handshake.heard, house.peers.size]).toEqual([[], 0])
    }
  )

  it.each([
    ['is remembered for a no that closes, and banned for one that bans', 'close', 1],
    ['is not remembered for a no that keeps', 'keep', 0]
  ] as const)(
    'a visitor that does not pass %s, as the table has it',
    async (_, connection, known) => {
      const { local, remote } = DISPOSITIONS
      const row = { ...local.refused, connection, bans: connection === 'close' }
      const house = await world({ dispositions: tableOf({ ...local, refused: row }, remote) })
      house.handshake.judge = () => Promise.reject(new HandshakeRefusedError('refused'))
      const peerId = await someone()
      const encounter = house.meet(peerId, 'responder')
      expect(await answerTo(encounter, VISIT)).toEqual(no(10))
      encounter.line.hangUp()
      expect(await encounter.upgrade).toBeInstanceOf(Error)
      expect([house.peers.size, house.peers.get(peerId.toString())?.path]).toEqual([
        known,
        connection === 'close' ? 'rejected.disconnected' : undefined
      ])
      // the next one is not even heard, or is
      const next = await answerTo(house.meet(peerId, 'responder'), VISIT)
      expect(house.handshake.heard).toHaveLength(connection === 'close' ? 1 : 2)
      expect(next).toMatchObject({ type: 'reject', code: 10 })
    }
  )

  it('a chart that fails over the slot: internal, and the slot is back', async () => {
    const machine = peerMachine.provide({
      guards: {
        isInChannel: () => {
          throw new Error('broken')
        }
      }
    })
    const house = await world({ machine })
    expect(await answerTo(house.meet(await someone(), 'responder'), HELLO)).toEqual(no(11))
    expect(house.slots.size).toBe(0)
  })

  it.each([
    [false, 'visit', no(8)],
    [true, 'promote', ACCEPT]
  ] as const)('over a relay, allowed: %s', async (allowRelayed, intent, answer) => {
    const house = await world({ allowRelayed })
    const peer = house.dialing(await someone())
    const relayed = { limits: {} }
    expect((await house.meet(peer.peerId, 'initiator', relayed).line.hearHello()).intent).toBe(
      intent
    )
    const encounter = house.meet(await someone(), 'responder', relayed)
    expect(await answerTo(encounter, HELLO)).toEqual(answer)
    // to be verified is nobody refused for it
    expect(await answerTo(house.meet(await someone(), 'responder', relayed), VISIT)).toEqual(ACCEPT)
  })
})
