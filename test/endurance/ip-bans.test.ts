import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { settled } from '../../src/testing/settled.ts'
import { idOf } from '../../src/testing/simulation/scripted-peer.ts'
import { hours, seconds, World } from '../rounds/world.ts'
import type { WorldInit } from '../rounds/world.ts'

const THERE = multiaddr('/ip4/66.66.66.66/tcp/4001')
const ELSEWHERE = multiaddr('/ip4/66.66.66.67/tcp/4001')

/** Peers in a world of which several may be at one address. */
const town = async (options: WorldInit = {}) => {
  const world = await World.create({ outboundShare: 0, ...options })
  /** The peer comes from there and shakes hands; what it heard of it. */
  const come = async (name: string, from = THERE): Promise<string[]> => {
    const peer = world.peer(name)
    const before = peer.heard.length
    await peer.greet(world.node, from)
    await settled()
    return peer.heard.slice(before)
  }
  /** So many peers from there break the protocol, and are banned for it. */
  const misbehave = async (count: number, from = THERE): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const name = `violator ${i} of ${from.toString()}`
      world.peer(name).script = 'garbage'
      await come(name, from)
      expect(world.is(name)).toBe('rejected.disconnected: protocol-violation')
    }
  }
  return { world, come, misbehave }
}

describe('an IP address of which five peers were banned', () => {
  it('is refused for an hour: whoever connects from there, and whoever had and shakes hands now', async () => {
    const { world, come, misbehave } = await town()
    await world.peer('early').connect(world.node, THERE)
    await misbehave(4)
    expect(await come('fifth')).toEqual(['hello', 'accept'])
    await world.peer('fifth').leave()
    world.peers.ban(world.id('absent'))
    expect(await come('sixth')).toEqual(['hello', 'accept'])
    world.peers.ban(world.id('sixth'))
    await settled()
    expect(await come('seventh')).toEqual(['StreamResetError'])
    expect(world.is('seventh')).toBe('unknown')
    expect(await come('early')).toEqual(['reject: banned'])
    expect(await come('neighbour', ELSEWHERE)).toEqual(['hello', 'accept'])
    await world.network.advance(hours(1) - 1)
    expect(await come('seventh')).toEqual(['StreamResetError'])
    await world.network.advance(1)
    expect(await come('seventh')).toEqual(['hello', 'accept'])
  })

  it('keeps its peers that are authorized; static and trusted ones may come', async () => {
    const { world, come, misbehave } = await town({ trustedPeers: [idOf('trusted')] })
    expect(await come('authorized')).toEqual(['hello', 'accept'])
    world.network.route(world.id('static'), 'refused')
    world.peers.enqueue(world.at('static'), { priority: 'static' })
    await misbehave(5)
    expect(world.is('authorized')).toBe('authorized')
    expect(await come('stranger')).toEqual(['StreamResetError'])
    expect(await come('trusted')).toEqual(['hello', 'accept'])
    expect(await come('static')).toEqual(['hello', 'accept'])
    expect(world.peers.status().slots).toHaveLength(3)
  })

  it('is let in again when one of the five is', async () => {
    const { world, come, misbehave } = await town()
    await misbehave(5)
    expect(await come('stranger')).toEqual(['StreamResetError'])
    world.peers.unban(world.id(`violator 2 of ${THERE.toString()}`))
    expect(await come('stranger')).toEqual(['hello', 'accept'])
  })

  it('must not have been counted: a ban that the application sets apart', async () => {
    const { world, come, misbehave } = await town()
    await misbehave(4)
    await come('shared')
    world.peers.ban(world.id('shared'), { ip: false })
    await settled()
    expect(await come('stranger')).toEqual(['hello', 'accept'])
  })

  it('is one of the internet: those of a local network have to be limited by a switch', async () => {
    const home = multiaddr('/ip4/192.168.1.10/tcp/4001')
    const open = await town()
    await open.misbehave(8, home)
    expect(await open.come('stranger', home)).toEqual(['hello', 'accept'])
    const limited = await town({ admission: { limitPrivate: true } })
    await limited.misbehave(5, home)
    expect(await limited.come('stranger', home)).toEqual(['StreamResetError'])
  })

  it('is not banned by anything less than that: refusals, silence, another chain', async () => {
    const { world, come } = await town({ admission: { attemptBurst: Infinity } })
    for (let i = 0; i < 10; i++) {
      world.peer(`other ${i}`).script = 'wrong chain'
      await come(`other ${i}`)
      world.peer(`silent ${i}`).script = 'silent'
      await come(`silent ${i}`)
      await world.network.advance(seconds(10))
    }
    expect(world.peers.status().banned).toBe(0)
    expect(await come('stranger')).toEqual(['hello', 'accept'])
  })
})
