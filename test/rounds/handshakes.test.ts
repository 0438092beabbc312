/** Scenarios of handshakes that do not go well, each named after whose bug it was. */
import { describe, expect, it } from 'vitest'
import { HandshakeRefusedError } from '../../src/index.ts'
import { TextHandshake } from '../../src/testing/text-handshake.ts'
import { APP } from '../../src/testing/simulation/simulated-node.ts'
import { hours, minutes, seconds, World } from './world.ts'

describe('handshakes', () => {
  it('scenario 1, Polygon Edge, Nimbus #2149, Bee: a peer takes the stream and is silent', async () => {
    const world = await World.create({
      maxPeers: 3,
      random: () => 0.999,
      scripts: { d1: 'silent' }
    })
    await world.rounds(
      { discovered: ['d1'], dials: ['d1'], are: { d1: 'handshaking.initiating' }, slots: 1 },
      { advance: seconds(4.999), dials: [], are: { d1: 'handshaking.initiating' } },
      // the deadline, and no byte would have moved it: the slot is back, the connection stays
      { advance: 1, are: { d1: 'rejected.connected: timeout' }, slots: 0 },
      // nor is it asked again while it cools down
      { advance: seconds(4), dials: [], are: { d1: 'rejected.connected: timeout' } },
      { advance: seconds(1), dials: [], are: { d1: 'handshaking.initiating' }, slots: 1 }
    )
  })

  it('scenario 1, the other way round: a peer greets, and never says its hello, or its verdict', async () => {
    const world = await World.create({ maxPeers: 3, scripts: { i1: 'silent', i2: 'half' } })
    const waits = 'handshaking.responding'
    await world.rounds(
      { greeting: ['i1', 'i2'], are: { i1: waits, i2: waits }, slots: 2 },
      {
        advance: seconds(5),
        // the second may hold us to be authorized: only without the connection do both agree
        are: { i1: 'rejected.connected: timeout', i2: 'rejected.disconnected: timeout' },
        slots: 0
      }
    )
  })

  it('scenario 8, Tendermint #6245, go-ethereum #23234: a wrong chain is found again at once', async () => {
    const world = await World.create({ maxPeers: 3, scripts: { d1: 'wrong chain' } })
    await world.rounds(
      { discovered: ['d1'], dials: ['d1'], are: { d1: 'rejected.disconnected: incompatible' } },
      // found again and again: left alone for a day
      { discovered: ['d1'], dials: [] },
      { advance: hours(12), discovered: ['d1'], dials: [] },
      { advance: hours(12) - 1, discovered: ['d1'], dials: [] },
      { advance: 1, dials: ['d1'] }
    )
  })

  it('scenario 14, Aztec #22406: no stream of the application before the verdict, either way', async () => {
    const world = await World.create({ maxPeers: 3, scripts: { i1: 'silent' } })
    await world.rounds({ arriving: ['i1'], are: { i1: 'connected.unpromoted' } })
    const [theirs] = world.peer('i1').connections
    const [ours] = world.node.connections
    const early = await theirs?.newStream(APP)
    await expect(ours?.newStream(APP)).rejects.toMatchObject({ name: 'PeerNotAuthorizedError' })
    await world.rounds({ greeting: ['i1'], are: { i1: 'handshaking.responding' } })
    // while the handshake is under way theirs is held, ours is refused
    const held = await theirs?.newStream(APP)
    await expect(ours?.newStream(APP)).rejects.toMatchObject({ name: 'PeerNotAuthorizedError' })
    expect([early?.status, held?.status]).toEqual(['reset', 'open'])
    await world.rounds({ advance: seconds(5), are: { i1: 'rejected.connected: timeout' } })
    expect(held?.status).toBe('reset')
    expect(world.node.served).toEqual([])
  })

  it('scenario 14, the other half: what came while the verdict was pending is served after it', async () => {
    const word = Promise.withResolvers<string>()
    const handshake = new TextHandshake('chain 7', () => word.promise)
    const world = await World.create({ maxPeers: 3, handshake })
    await world.rounds({ greeting: ['i1'], are: { i1: 'handshaking.responding' } })
    const held = await world.peer('i1').connections[0]?.newStream(APP)
    expect(world.node.served).toEqual([])
    word.resolve('fine')
    await world.rounds({ are: { i1: 'authorized' } })
    expect(held?.status).not.toBe('reset')
    expect(world.node.served).toEqual([world.id('i1').toString()])
  })

  it('scenario 16, go-ethereum’s second checkpoint: a slot is taken before the handshake, not after', async () => {
    const world = await World.create({ maxPeers: 1, outboundShare: 0, scripts: { i1: 'half' } })
    await world.rounds(
      { greeting: ['i1'], are: { i1: 'handshaking.responding' }, slots: 1 },
      // the first is not through yet, and its place is not given away
      { greeting: ['i2'], hear: { i2: ['reject: too-many-peers'] }, slots: 1 },
      { advance: seconds(5), slots: 0 },
      { greeting: ['i2'], are: { i2: 'authorized' }, slots: 1 },
      { scripts: { i1: 'honest' }, greeting: ['i1'], hear: { i1: ['reject: too-many-peers'] } }
    )
  })

  it('scenario 17, Aztec #22435: whoever fails to prove itself is not even listened to for a while', async () => {
    let judged = 0
    const handshake = new TextHandshake('chain 7', () => {
      judged++
      throw new HandshakeRefusedError('authentication-failed')
    })
    const world = await World.create({ maxPeers: 3, handshake })
    await world.rounds({
      greeting: ['i1'],
      are: { i1: 'rejected.disconnected: authentication-failed' }
    })
    expect(judged).toBe(1)
    for (let i = 0; i < 20; i++)
      await world.rounds({ advance: seconds(10), greeting: ['i1'], slots: 0 })
    // turned away at the door
    expect(judged).toBe(1)
    expect(world.node.connections).toEqual([])
    await world.rounds({ advance: minutes(2), greeting: ['i1'] })
    expect(judged).toBe(2)
    // the second time it is for ten minutes, then for twenty, and never for more than 160
    for (const [times, length] of [10, 20, 40, 80, 160, 160].entries()) {
      await world.rounds({ advance: minutes(length) - 1, greeting: ['i1'], slots: 0 })
      expect(judged).toBe(2 + times)
      await world.rounds({ advance: 1, greeting: ['i1'] })
      expect(judged).toBe(3 + times)
    }
  })

  it('scenario 21, Tendermint: we have accepted, and the peer rejects us: we learn it', async () => {
    const world = await World.create({ maxPeers: 3, scripts: { d1: 'two-faced' } })
    await world.rounds({
      discovered: ['d1'],
      dials: ['d1'],
      are: { d1: 'rejected.connected: refused' },
      hear: { d1: ['hello', 'accept'] },
      slots: 0
    })
    expect(world.node.authorizations).toEqual([])
  })

  it('scenario 21, later: an authorized peer that says goodbye is authorized no more', async () => {
    const world = await World.create({ maxPeers: 3 })
    await world.rounds(
      { discovered: ['d1'], dials: ['d1'], are: { d1: 'authorized' } },
      {
        meanwhile: () => world.peer('d1').sayGoodbye('too-many-peers'),
        are: { d1: 'rejected.connected: too-many-peers' },
        slots: 0
      },
      // honoured, and without a dial: the connection has stayed
      { advance: minutes(5) - 1, discovered: ['d1'], dials: [], slots: 0 },
      { advance: 1, dials: [], are: { d1: 'authorized' } }
    )
  })

  it('scenario 26, Substrate #3346, #2523: one of a wrong chain comes again and again', async () => {
    const world = await World.create({ maxPeers: 6, scripts: { i1: 'wrong chain' } })
    await world.rounds(
      { discovered: ['d1', 'd2'], dials: ['d1', 'd2'] },
      { greeting: ['i2'], slots: 3 },
      { greeting: ['i1'], are: { i1: 'rejected.disconnected: incompatible' }, slots: 3 }
    )
    const { length } = world.peer('i1').heard
    const events = world.node.transitions.length
    for (let i = 0; i < 100; i++) await world.rounds({ advance: seconds(1), greeting: ['i1'] })
    // nobody said another word to it, nor noticed
    expect(world.peer('i1').heard.slice(length)).not.toContain('hello')
    expect(world.node.transitions).toHaveLength(events)
    await world.rounds({ are: { d1: 'authorized', d2: 'authorized', i2: 'authorized' }, slots: 3 })
  })
  it('scenario 26: and each time it is left alone for longer', async () => {
    const handshake = new TextHandshake('chain 7', () => {
      throw new HandshakeRefusedError('refused')
    })
    const world = await World.create({ maxPeers: 6, handshake })
    await world.rounds({ discovered: ['d1'], dials: ['d1'] })
    for (const length of [10, 20, 40, 80]) {
      await world.rounds(
        { advance: minutes(length) - 1, discovered: ['d1'], greeting: ['d1'], dials: [] },
        { advance: 1, dials: ['d1'], are: { d1: 'rejected.disconnected: refused' } }
      )
    }
  })
})
