/** How a handshake in a secure channel ends, for the upgrade that waits for it, and what is left of it. */
import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { encodeMessage } from '../../src/handshake/messages.ts'
import { HandshakeRefusedError } from '../../src/index.ts'
import { settled } from '../../src/testing/settled.ts'
import { ACCEPT, HELLO } from '../network/raw-peer.ts'
import { ChannelWorld, someone } from './channel-world.ts'
import type { Encounter, WorldInit } from './channel-world.ts'

const world = async (init: Partial<WorldInit> = {}): Promise<ChannelWorld> =>
  new ChannelWorld({ self: await someone(), ...init })

const hangs = (): Promise<never> => new Promise(() => {})
const hello = encodeMessage(HELLO)
const NO = { type: 'reject', code: 1, retryAfter: 0 } as const

/** Whether the upgrade goes on waiting, when everything that was on its way has arrived. */
async function isWaiting({ upgrade }: Encounter): Promise<boolean> {
  let waits = true
  void upgrade.then(() => (waits = false))
  await settled()
  return waits
}

describe('a node that does not run', () => {
  it('shakes no hands before it has started', async () => {
    const house = await world({ isStarted: false })
    const { upgrade, line } = house.meet(await someone(), 'responder')
    expect(await upgrade).toMatchObject({ message: expect.stringMatching(/has not started/) })
    expect(line.unheard).toBe(0)
  })

  it('ends those under way when it stops, and begins no other', async () => {
    const house = await world()
    const { upgrade, line } = house.meet(await someone(), 'responder')
    await line.hearHello()
    house.channels.secure.stop()
    expect(await line.verdict()).toBe('shutting-down')
    expect(await upgrade).toBeInstanceOf(Error)
    expect(await house.meet(await someone(), 'responder').upgrade).toMatchObject({
      message: expect.stringMatching(/has stopped/)
    })
    expect(house.clock.pending).toBe(0)
  })
})

describe('the upgrade', () => {
  it('waits, if we say no, until the peer has read it: it hangs up', async () => {
    const house = await world()
    house.handshake.judge = () => Promise.reject(new Error('odd'))
    const encounter = house.meet(await someone(), 'responder')
    encounter.line.say(HELLO)
    expect(await isWaiting(encounter)).toBe(true)
    expect(await encounter.line.verdict()).toBe('internal')
    expect(await encounter.upgrade).toMatchObject({
      message: 'The peer was refused: internal, verify failed'
    })
  })

  it('waits a second for that, and no longer', async () => {
    const house = await world()
    const encounter = house.meet(await someone(), 'responder')
    encounter.line.say(ACCEPT)
    expect(await isWaiting(encounter)).toBe(true)
    house.clock.advance(999)
    expect(await isWaiting(encounter)).toBe(true)
    house.clock.advance(1)
    expect(await isWaiting(encounter)).toBe(false)
  })

  it('gets a channel on which nobody listens but for its end', async () => {
    const house = await world()
    const encounter = house.meet(await someone(), 'responder')
    encounter.line.say(HELLO, ACCEPT)
    expect(await encounter.upgrade).not.toBeInstanceOf(Error)
    const { local } = encounter.between
    expect([local.listenerCount('message'), local.listeners]).toEqual([0, 1])
  })

  it('does not wait if both say no, though it comes in one piece with what we refuse', async () => {
    const house = await world()
    house.handshake.judge = () => {
      throw new HandshakeRefusedError('unsupported-version')
    }
    const { line, upgrade } = house.meet(await someone(), 'responder')
    line.write(new Uint8Array([...hello, ...encodeMessage(NO)]))
    expect(await upgrade).toMatchObject({ message: 'The peer was refused: unsupported-version' })
    expect(house.clock.pending).toBe(0)
  })

  it('ends at once where the peer closes its end, in whichever frame: no violation', async () => {
    const house = await world()
    house.handshake.judge = hangs
    for (const said of [0, 1, 20, hello.byteLength, hello.byteLength + 1]) {
      const { line, upgrade, between } = house.meet(await someone(), 'responder')
      line.write(new Uint8Array([...hello, 0]).subarray(0, said))
      await settled()
      await between.remote.close()
      expect(await upgrade).toMatchObject({
        message: 'The handshake in the secure channel was cut off: connection-closed'
      })
      expect(between.local.listeners).toBe(0)
    }
    expect(house.peers.banned).toBe(0)
  })

  it('called off after the ACCEPT of the peer: nobody listens any more', async () => {
    const house = await world()
    house.handshake.judge = hangs
    const controller = new AbortController()
    const { line, upgrade, between } = house.meet(await someone(), 'responder', controller)
    line.say(HELLO, ACCEPT)
    await line.hearHello()
    await settled()
    controller.abort()
    expect(await upgrade).toBeInstanceOf(Error)
    expect(between.local.listeners).toBe(0)
  })

  it('does not wait if the peer says no', async () => {
    const house = await world()
    house.handshake.judge = hangs
    const encounter = house.meet(await someone(), 'responder')
    encounter.line.say(HELLO, NO)
    expect(await encounter.upgrade).toMatchObject({ message: 'The peer refused us: incompatible' })
  })

  it('has been called off before it has begun', async () => {
    const house = await world()
    const { upgrade, between } = house.meet(await someone(), 'responder', {
      signal: AbortSignal.abort()
    })
    expect(await upgrade).toMatchObject({ message: expect.stringMatching(/was cut off/) })
    expect([between.local.listeners, house.clock.pending]).toEqual([0, 0])
  })

  it('ends at the deadline: whoever owes a proof has failed to authenticate', async () => {
    const house = await world()
    Object.assign(house.handshake, { verifyProof: () => {} })
    const encounter = house.meet(await someone(), 'responder')
    encounter.line.say(HELLO)
    await encounter.line.hearHello()
    await settled()
    house.clock.advance(5_000)
    expect(await encounter.line.verdict()).toBe('authentication-failed')
  })
})

// memory that can be collected is the only witness of a table that nobody can look into
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

describe('nothing is kept', () => {
  const endings: Record<string, (house: ChannelWorld, encounter: Encounter) => Promise<void>> = {
    'that was accepted, and opened': async (house, encounter) => {
      encounter.line.say(HELLO, ACCEPT)
      await encounter.upgrade
      house.open(house.connection(encounter.line.peerId, 'inbound', encounter.timeline))
    },
    'that was accepted, and came to nothing': async (_, { line, upgrade, between }) => {
      line.say(HELLO, ACCEPT)
      await upgrade
      between.local.abort(new Error('gone'))
    },
    'that was refused': async (_, { line, upgrade }) => {
      line.say(HELLO, HELLO)
      line.hangUp()
      await upgrade
    },
    'that was turned away at the door': async (house, { line, upgrade }) => {
      house.refusal = 'too-many-peers'
      line.say(HELLO)
      line.hangUp()
      await upgrade
    }
  }

  it.each(Object.entries(endings))('of a channel %s', async (_, end) => {
    const house = await world()
    const { signal } = new AbortController()
    const meet = async (): Promise<WeakRef<object>> => {
      const encounter = house.meet(await someone(), 'responder', { signal })
      await end(house, encounter)
      await settled()
      return new WeakRef(encounter.between.local)
    }
    const stream = await meet()
    expect(getEventListeners(signal, 'abort')).toEqual([])
    await settled()
    house.clock.advance(3 * 86_400_000)
    await settled()
    collect()
    expect(stream.deref()).toBeUndefined()
    expect(house.clock.pending).toBe(0)
  })
})
