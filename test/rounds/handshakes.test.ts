import { describe, it } from 'vitest'
import { hours, seconds, World } from './world.ts'

describe('handshakes that fail', () => {
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
      // nor is it tried again while it cools down
      { advance: seconds(4), dials: [], slots: 0 },
      { advance: seconds(1), are: { d1: 'handshaking.initiating' }, slots: 1 }
    )
  })

  it('scenario 8, Tendermint #6245, go-ethereum #23234: a wrong chain is rediscovered at once', async () => {
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
})
