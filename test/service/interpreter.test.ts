import { assign } from 'xstate'
import { describe, expect, it } from 'vitest'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { peerMachine } from '../../machines/index.ts'
import { Interpreter } from '../../src/peers/interpreter.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import type { PeerEffect } from '../../machines/index.ts'
import type { TrackedPeer } from '../../src/peers/tracked-peer.ts'
import type { InterpreterPorts } from '../../src/peers/interpreter.ts'

const wanted = {
  type: 'peer.wanted',
  priority: 'discovered',
  lasting: true,
  urgent: false
} as const
const granted = (session: number) =>
  ({ type: 'slot.granted', session, direction: 'outbound', usable: false }) as const

async function setUp(ports: Partial<InterpreterPorts> = {}, machine = peerMachine) {
  const log: string[] = []
  const clock = new ManualClock()
  const interpreter = new Interpreter(
    {
      carryOut: (effect) => void log.push(effect),
      onMove: (peer, from, event) => void log.push(`${from} -> ${peer.path} (${event.type})`),
      onSettled: () => {},
      onUntaken: (session) => void log.push(`untaken ${session}`),
      onFault: (_peer, error) => void log.push(`fault: ${(error as Error).message}`),
      onQuiet: () => false,
      ...ports
    },
    { clock, random: () => 0.5 },
    machine
  )
  const id = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
  return { interpreter, log, clock, peer: interpreter.create(id, id.toString()) }
}

describe('interpreter', () => {
  it('carries effects out after the state has changed, never within the transition', async () => {
    const seen: [PeerEffect, string][] = []
    const carryOut = (effect: PeerEffect, peer: TrackedPeer) => void seen.push([effect, peer.path])
    const { interpreter, peer } = await setUp({ carryOut })
    interpreter.send(peer, wanted)
    interpreter.send(peer, granted(1))
    expect(seen).toEqual([
      ['tag', 'dialing'],
      ['dial', 'dialing'],
      ['armDialDeadline', 'dialing']
    ])
  })

  it('lets an event that is sent from within wait its turn', async () => {
    const order: string[] = []
    const { interpreter, peer } = await setUp({
      onMove: (moved, from) => {
        order.push(`${from} -> ${moved.path}`)
        if (moved.path === 'discovered.queued') {
          interpreter.send(moved, granted(1))
          order.push('sent')
        }
      }
    })
    interpreter.send(peer, wanted)
    expect(order).toEqual([
      'discovered.idle -> discovered.queued',
      'sent',
      'discovered.queued -> dialing'
    ])
  })

  it('drops and counts the answers of an earlier session', async () => {
    const { interpreter, peer, log } = await setUp()
    interpreter.send(peer, wanted)
    interpreter.send(peer, granted(2))
    log.length = 0
    interpreter.send(peer, { type: 'dial.succeeded', session: 1 })
    interpreter.send(peer, { type: 'handshake.accepted', session: 1, at: 0 })
    expect(log).toEqual([])
    expect(peer.path).toBe('dialing')
    expect(interpreter.ignored).toEqual({ 'dial.succeeded': 1, 'handshake.accepted': 1 })
  })

  it('gives back a slot that the peer did not take', async () => {
    const { interpreter, peer, log } = await setUp()
    interpreter.send(peer, granted(7))
    expect(log).toEqual(['untaken 7'])
    expect(peer.path).toBe('discovered.idle')
  })

  it('asks for the next plan whenever it is quiet, until there is none', async () => {
    let plans = 3
    const { interpreter, peer } = await setUp({
      onQuiet: () => {
        if (plans === 0) return false
        plans--
        interpreter.send(peer, wanted)
        return true
      }
    })
    interpreter.send(peer, wanted)
    expect(plans).toBe(0)
  })

  it('keeps a fault within its peer', async () => {
    const faulty = peerMachine.provide({
      actions: {
        want: assign(({ context }) => {
          if (context.failures === 0) throw new Error('thrown by an action')
          return {}
        })
      }
    })
    const { interpreter, peer, log } = await setUp({}, faulty)
    interpreter.send(peer, wanted)
    expect(log).toEqual(['fault: thrown by an action'])
    const other = interpreter.create(peer.peerId, 'other')
    interpreter.send(peer, { type: 'connection.opened' })
    interpreter.send(other, { type: 'peer.banned', at: 0, until: 5 })
    expect(other.path).toBe('rejected.disconnected')
  })

  it('holds plain data only in its snapshots', async () => {
    const { interpreter, peer } = await setUp()
    interpreter.send(peer, wanted)
    interpreter.send(peer, granted(1))
    const { context } = peer.actor.getSnapshot()
    expect(JSON.parse(JSON.stringify(context))).toEqual(
      Object.fromEntries(Object.entries(context).filter(([, value]) => value !== undefined))
    )
  })
})
