import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { Dialer } from '../../src/scheduler/dialer.ts'
import type { DialResult } from '../../src/scheduler/dialer.ts'
import type { Connection } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'

const peer = peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
type Open = ConnectionManager['openConnection']

const ready = (): Promise<void> => Promise.resolve()

function dialing(open: Open, allowRelayed = false): { dialer: Dialer; ends: DialResult[] } {
  const dialer = new Dialer({ connectionManager: { openConnection: open }, allowRelayed, ready })
  return { dialer, ends: [] }
}

const dial = async (open: Open, allowRelayed?: boolean): Promise<DialResult> => {
  const { dialer } = dialing(open, allowRelayed)
  return new Promise((resolve) => {
    dialer.dial(peer, [], resolve)
  })
}

const named = (name: string): Error => Object.assign(new Error('why'), { name })
const connection = (init: Partial<Connection>): Connection =>
  ({ status: 'open', ...init }) as Connection

describe('a dial', () => {
  it.each(['NoValidAddressesError', 'NotFoundError', 'NoPeerRoutersError'])(
    'that ends in %s had no address to go to',
    async (name) => {
      const result = await dial(() => Promise.reject(named(name)))
      expect(result).toEqual({ kind: 'failed', reason: 'no-address', detail: `${name}: why` })
    }
  )

  it('that fails says how, without what a peer got into it', async () => {
    const result = await dial(() => Promise.reject(new Error('refused\n\u001b[2J')))
    expect(result).toEqual({
      kind: 'failed',
      reason: 'dial-failed',
      detail: 'Error: refused\\u{a}\\u{1b}[2J'
    })
  })

  it('fails, and nothing more, whatever the user’s connection gater throws', async () => {
    const hostile = new Error('boom')
    Object.defineProperty(hostile, 'name', { get: () => expect.unreachable() })
    for (const error of [hostile, undefined, null, 'text', Symbol('s')]) {
      // a gater may throw what it likes
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors
      const result = await dial(() => Promise.reject(error))
      expect(result).toMatchObject({ kind: 'failed', reason: 'dial-failed' })
    }
  })

  it('is not a success if the connection is closed already, or leads over a relay', async () => {
    const closed = await dial(() => Promise.resolve(connection({ status: 'closed' })))
    expect(closed).toMatchObject({ kind: 'failed', reason: 'connection-closed' })
    const relayed = connection({ limits: {} })
    expect(await dial(() => Promise.resolve(relayed))).toMatchObject({ reason: 'dial-failed' })
    expect(await dial(() => Promise.resolve(relayed), true)).toMatchObject({ kind: 'connected' })
  })

  it('goes to the addresses it is given, and to the peer if there are none', async () => {
    const targets: unknown[] = []
    const { dialer } = dialing((target) => {
      targets.push(target)
      return Promise.resolve(connection({}))
    })
    const address = multiaddr(`/memory/here/p2p/${peer.toString()}`)
    await new Promise((resolve) => {
      dialer.dial(peer, [address], resolve)
    })
    await new Promise((resolve) => {
      dialer.dial(peer, [], resolve)
    })
    expect(targets).toEqual([[address], peer])
  })

  it('that is cancelled is aborted, and says nothing any more', async () => {
    const signals: AbortSignal[] = []
    const { promise, resolve } = Promise.withResolvers<Connection>()
    const { dialer, ends } = dialing((_target, { signal } = {}) => {
      signals.push(signal!)
      return promise
    })
    dialer.dial(peer, [], (end) => ends.push(end))
    await Promise.resolve()
    await Promise.resolve()
    dialer.cancel(peer.toString())
    resolve(connection({}))
    await promise
    await Promise.resolve()
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
    expect(ends).toEqual([])
  })
})
