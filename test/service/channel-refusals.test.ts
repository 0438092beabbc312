/** Every "no" in a secure channel is in the ledger once: with its word, its side, and whose wish it was. */
import { expect, it } from 'vitest'
import { HandshakeRefusedError } from '../../src/index.ts'
import { HELLO } from '../network/raw-peer.ts'
import { ChannelWorld, someone } from './channel-world.ts'
import type { HelloMessage, Message } from '../../src/handshake/messages.ts'

const VISIT: HelloMessage = { ...HELLO, intent: 'visit' }
const INCOMPATIBLE: Message = { type: 'reject', code: 1, retryAfter: 0 }
const BUSY: Message = { type: 'reject', code: 16, retryAfter: 0 }

const world = async (): Promise<ChannelWorld> => new ChannelWorld({ self: await someone() })

it('of a visitor, who wants no slot: the chart hears of it, the ledger knows who came to whom', async () => {
  const house = await world()
  house.handshake.judge = () => Promise.reject(new HandshakeRefusedError('incompatible', 'odd'))
  const [guest, host] = [await someone(), await someone()]
  const coming = house.meet(guest, 'responder')
  coming.line.say(VISIT)
  await coming.line.hearHello()
  await coming.line.hear()
  coming.line.hangUp()
  await coming.upgrade
  house.handshake.judge = (word) => word
  const going = house.meet(host, 'initiator')
  going.line.say(HELLO, INCOMPATIBLE)
  await going.upgrade

  const day = 24 * 3_600_000
  const no = { door: 'channel', reason: 'incompatible', until: day }
  expect(house.refusals).toMatchObject([
    { ...no, peer: guest.toString(), direction: 'inbound', by: 'local', detail: 'odd' },
    { ...no, peer: host.toString(), direction: 'outbound', by: 'remote' }
  ])
  expect(house.peers.get(guest.toString())?.path).toBe('rejected.disconnected')
})

it('of a stranger with a passing trouble: noted, and nobody is tracked for it', async () => {
  const house = await world()
  const guest = await someone()
  const { line, upgrade } = house.meet(guest, 'initiator')
  line.say(HELLO, BUSY)
  await upgrade
  expect(house.refusals).toMatchObject([
    { peer: guest.toString(), door: 'channel', direction: 'outbound', reason: 'busy', by: 'remote' }
  ])
  expect(house.peers.get(guest.toString())).toBeUndefined()
})

it('of whoever is turned away at the door: once, not again when the channel ends', async () => {
  const house = await world()
  house.refusal = 'too-many-peers'
  const guest = await someone()
  const { line, upgrade } = house.meet(guest, 'responder')
  line.say(HELLO)
  await line.hearHello()
  await line.hear()
  line.hangUp()
  await upgrade
  expect(house.refusals).toMatchObject([
    { peer: guest.toString(), direction: 'inbound', reason: 'too-many-peers', by: 'local' }
  ])
})
