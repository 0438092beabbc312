/** `explain()` and `status()`: everything an operator asks of one peer and of the node, as plain data. */
import { describe, expect, it } from 'vitest'
import { chainHandshake, HandshakeRefusedError } from '../../src/index.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import {
  addressOf,
  APP,
  authorize,
  OTHER_CHAIN,
  ourNode,
  PROTOCOL,
  SOCKETS,
  stockNode
} from '../network/nodes.ts'
import { eventually, failure } from '../network/waiting.ts'
import type { PeerLifecycleStatus } from '../../src/index.ts'

/** Strings, numbers, truths, lists and plain records: what survives a copy. */
const isPlain = (value: object): boolean =>
  JSON.stringify(structuredClone(value)) === JSON.stringify(value)

describe('explain()', () => {
  it('an authorized peer: its slot, since when, and by whom it is connected', async () => {
    const clock = new ManualClock()
    const [a, b] = [await ourNode({ clock }), await ourNode()]
    await authorize(a, b)
    const { peers } = a.services
    const granted = clock.epoch()
    clock.advance(40_000)
    const explained = peers.explain(b.peerId)
    expect(explained).toEqual({
      peer: b.peerId.toString(),
      state: 'authorized',
      path: 'authorized',
      since: granted,
      slot: { kind: 'requested', session: peers.status().slots[0]?.session, since: granted },
      priority: 'requested',
      connections: { inbound: 0, outbound: 1 },
      failures: 0,
      limits: [],
      refusals: [],
      history: expect.any(Array),
      text: `${b.peerId.toString()} is authorized; has a slot (requested) for 40 s`
    })
    expect(isPlain(explained)).toBe(true)
    expect(b.services.peers.explain(a.peerId)).toMatchObject({
      slot: { kind: 'inbound' },
      connections: { inbound: 1, outbound: 0 }
    })
  })

  it('a peer that was refused: every decision with its word, side, door and time', async () => {
    const clock = new ManualClock()
    const a = await ourNode({ clock }, SOCKETS)
    const b = await ourNode({ handshake: chainHandshake(OTHER_CHAIN) }, SOCKETS)
    await failure(a.services.peers.connect(addressOf(b)))
    const first = clock.epoch()
    await eventually(() => expect(a.getConnections()).toEqual([]))
    clock.advance(60_000)
    await failure(a.services.peers.connect(addressOf(b)))

    const { refusals, text, retryAt, failures, dial } = a.services.peers.explain(b.peerId)
    const no = { peer: b.peerId.toString(), direction: 'outbound', reason: 'incompatible' }
    expect(refusals).toMatchObject([
      { ...no, at: first, door: 'handshake', ip: '127.0.0.1', retryAt: first + 24 * 3_600_000 },
      { ...no, at: first + 60_000, door: 'dial', retryAt }
    ])
    expect([failures, dial]).toEqual([1, 'cooling-down'])
    expect(text).toMatch(/; refused 2 times, lastly 0 s ago: incompatible \(\w+, dial\)$/)
  })

  it('a peer that found no room: which limit, how often and when', async () => {
    const clock = new ManualClock()
    const [a, first, second] = [
      await ourNode({ clock, maxPeers: 1 }),
      await ourNode(),
      await ourNode({ clock })
    ]
    await authorize(first, a)
    expect(await failure(second.services.peers.connect(addressOf(a)))).toMatchObject({
      reason: 'too-many-peers'
    })
    expect(a.services.peers.explain(second.peerId)).toMatchObject({
      refusals: [
        { direction: 'inbound', reason: 'too-many-peers', by: 'local', door: 'handshake' }
      ],
      limits: [{ reason: 'too-many-peers', times: 1, at: clock.epoch() }]
    })
    expect(second.services.peers.explain(a.peerId)).toMatchObject({
      refusals: [{ direction: 'outbound', reason: 'too-many-peers', by: 'remote' }],
      // a limit of theirs
      limits: []
    })
    a.services.peers.enqueue(second.peerId)
    expect(a.services.peers.explain(second.peerId)).toMatchObject({
      dial: 'too-many-peers',
      limits: [{ reason: 'too-many-peers', times: 2 }]
    })
  })

  it('a peer that cannot be reached: failures in a row, and the next attempt', async () => {
    const clock = new ManualClock()
    const a = await ourNode({ clock }, SOCKETS)
    const gone = await stockNode({}, SOCKETS)
    const address = addressOf(gone)
    await gone.stop()
    for (let i = 0; i < 3; i++) await failure(a.services.peers.connect(address))
    const explained = a.services.peers.explain(gone.peerId)
    expect(explained.failures).toBe(3)
    expect(explained.refusals).toHaveLength(3)
    for (const no of explained.refusals) {
      expect(no).toMatchObject({ door: 'dial', reason: 'dial-failed', by: 'network' })
    }
    expect(explained.text).toContain('; 3 failures in a row; refused 3 times, lastly')
  })

  it('a goodbye, said and heard', async () => {
    const [a, b] = [await ourNode(), await ourNode()]
    await authorize(a, b)
    await a.services.peers.disconnect(b.peerId)
    expect(a.services.peers.explain(b.peerId).refusals).toMatchObject([
      { door: 'connection', direction: 'outbound', reason: 'requested', by: 'local' }
    ])
    await eventually(() =>
      expect(b.services.peers.explain(a.peerId).refusals).toMatchObject([
        { door: 'connection', direction: 'inbound', reason: 'requested', by: 'remote' }
      ])
    )
  })

  it('at the doors of a secure channel, too', async () => {
    const a = await ourNode({ maxPeers: 1 }, { ...SOCKETS, security: 'secured' })
    const [first, second, other] = [
      await ourNode({}, { ...SOCKETS, security: 'secured' }),
      await ourNode({}, { ...SOCKETS, security: 'secured' }),
      await ourNode({ handshake: chainHandshake(OTHER_CHAIN) }, { ...SOCKETS, security: 'secured' })
    ]
    await failure(other.services.peers.connect(addressOf(a)))
    await eventually(() =>
      expect(a.services.peers.explain(other.peerId).refusals).toMatchObject([
        { door: 'channel', direction: 'inbound', reason: 'incompatible', ip: '127.0.0.1' }
      ])
    )
    await authorize(first, a)
    await failure(second.services.peers.connect(addressOf(a)))
    expect(a.services.peers.explain(second.peerId).refusals).toMatchObject([
      { door: 'channel', direction: 'inbound', reason: 'too-many-peers', ip: '127.0.0.1' }
    ])
    expect(second.services.peers.explain(a.peerId).refusals[0]).toMatchObject({
      door: 'channel',
      direction: 'outbound',
      reason: 'too-many-peers',
      by: 'remote'
    })
  })

  it('at the connection gater, where a banned peer knocks', async () => {
    // one that does not take the hint
    const [a, b] = [await ourNode({}, SOCKETS), await stockNode({}, SOCKETS)]
    await a.dial(addressOf(b))
    a.services.peers.ban(b.peerId)
    await eventually(() => expect([a.getConnections(), b.getConnections()]).toEqual([[], []]))
    await b.dial(addressOf(a)).catch(() => {})
    await failure(a.dial(b.peerId))
    await eventually(() =>
      expect(a.services.peers.explain(b.peerId).refusals).toMatchObject(
        expect.arrayContaining([
          expect.objectContaining({
            door: 'connection',
            direction: 'inbound',
            reason: 'banned',
            ip: '127.0.0.1'
          }),
          expect.objectContaining({ door: 'connection', direction: 'outbound', reason: 'banned' })
        ])
      )
    )
  })

  it('a ban without an end: never is not a number of seconds', async () => {
    const [a, b] = [await ourNode(), await ourNode()]
    await authorize(a, b)
    a.services.peers.ban(b.peerId, { duration: Infinity })
    const { text, retryAt } = a.services.peers.explain(b.peerId)
    expect(retryAt).toBe(Infinity)
    expect(text).toContain(': banned (local); not considered again')
    expect(text).not.toContain('Infinity')
  })

  it('holds nothing of a peer that was not cut and escaped', async () => {
    const detail = `\u001b[31m${'x'.repeat(10_000)}`
    const verify = (): never => {
      throw new HandshakeRefusedError('refused', detail)
    }
    const handshake = { hello: () => new Uint8Array(), verify }
    const [a, b] = [await ourNode({ handshake }), await ourNode({ handshake })]
    await failure(a.services.peers.connect(addressOf(b)))
    await eventually(() => {
      const explained = [a.services.peers.explain(b.peerId), b.services.peers.explain(a.peerId)]
      const text = JSON.stringify(explained)
      expect(text).toContain('[31mx')
      expect(text).not.toContain('\\u001b')
      expect(text.length).toBeLessThan(10_000)
    })
  })

  it('a peer that was forgotten leaves nothing behind', async () => {
    const a = await ourNode({ maxPeers: 1, maxTracked: 1 }, SOCKETS)
    const gone = [await stockNode({}, SOCKETS), await stockNode({}, SOCKETS)]
    for (const node of gone) {
      const address = addressOf(node)
      await node.stop()
      await failure(a.services.peers.connect(address))
    }
    const [first, second] = gone.map(({ peerId }) => a.services.peers.explain(peerId))
    expect(first).toMatchObject({ state: 'unknown', refusals: [] })
    expect(second?.refusals).toHaveLength(1)
  })

  it('a stranger: not known, not wanted, and as complete as any other', async () => {
    const [a, b] = [await ourNode(), await ourNode()]
    expect(a.services.peers.explain(b.peerId)).toEqual({
      peer: b.peerId.toString(),
      state: 'unknown',
      path: 'unknown',
      connections: { inbound: 0, outbound: 0 },
      reason: 'not-wanted',
      dial: 'not-wanted',
      failures: 0,
      limits: [],
      refusals: [],
      history: [],
      text: `${b.peerId.toString()} is not known here: not-wanted`
    })
  })
})

describe('a connect() that is refused before anything is tried', () => {
  it('is in the ledger with its word', async () => {
    const [a, b] = [await ourNode({ maxPeers: 1 }), await ourNode()]
    const signal = AbortSignal.abort()
    await failure(a.services.peers.connect(a.peerId))
    await failure(a.services.peers.connect(b.peerId, { signal }))
    await authorize(await ourNode(), a)
    await failure(a.services.peers.connect(b.peerId))
    a.services.peers.ban(b.peerId)
    await failure(a.services.peers.connect(b.peerId))
    await a.stop()
    await failure(a.services.peers.connect(b.peerId))
    const { refusals } = a.services.peers.status()
    const words = refusals.filter(({ door }) => door === 'dial').map(({ reason }) => reason)
    expect(words).toEqual(['self', 'aborted', 'too-many-peers', 'banned', 'stopped'])
  })
})

describe('status()', () => {
  it('the whole node at a glance, as plain data', async () => {
    const clock = new ManualClock()
    const a = await ourNode({ clock, maxPeers: 9, outboundShare: 1 / 3, maxBans: 7 })
    const [friend, visitor, enemy] = [await ourNode(), await stockNode(), await ourNode()]
    await authorize(a, friend)
    await visitor.dial(addressOf(a))
    await failure(a.dialProtocol(visitor.peerId, APP))
    a.services.peers.ban(enemy.peerId)
    const status = a.services.peers.status()
    expect(status).toMatchObject({
      mode: 'filling',
      maxPeers: 9,
      slots: [{ kind: 'requested', pool: 'ordinary' }],
      slotsByKind: { trusted: 0, static: 0, requested: 1, discovered: 0, inbound: 0, upgrade: 0 },
      limits: {
        slots: { ordinary: 9, discovered: 3, inbound: 6, reserved: 0, trusted: 0, upgrade: 0 },
        tracked: 1_000,
        bans: 7,
        heldStreams: 256
      },
      queued: { trusted: 0, static: 0, requested: 0, discovered: 0 },
      peers: { authorized: 1, connected: 1 },
      tracked: 2,
      connections: { authorized: 1, pending: 0, unpromoted: 1 },
      banned: 1,
      bannedIps: 0,
      gate: { refusedOutbound: 1 },
      admission: { handshakes: 0, inboundHandshakes: 0 },
      memory: { isFailing: false }
    } satisfies DeepPartial<PeerLifecycleStatus>)
    expect(status).not.toHaveProperty('offlineSince')
    expect(isPlain(status)).toBe(true)
  })

  it('a handshake under way is a pending connection', async () => {
    const a = await ourNode()
    const silent = await stockNode()
    await silent.handle(PROTOCOL, () => {})
    const attempt = failure(a.services.peers.connect(addressOf(silent)))
    await eventually(() =>
      expect(a.services.peers.status().connections).toEqual({
        authorized: 0,
        pending: 1,
        unpromoted: 0
      })
    )
    a.services.peers.ban(silent.peerId)
    await attempt
  })
})

type DeepPartial<T> = { [K in keyof T]?: T[K] extends object ? DeepPartial<T[K]> : T[K] }
