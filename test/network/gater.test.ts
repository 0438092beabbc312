/**
 * The user's connection gater and ours, on nodes that dial each other: both are asked, neither replaces
 * the other.
 *
 * Mutations that turn this file red, each tried by hand:
 * - connection-gater.ts: one hook without `keepsFrom` or `keepsOut`: "one predicate", in that hook
 * - connection-gater.ts: a hook that does not ask the user's: "asks the user's gater"
 * - doors.ts: `isDenied` looks at bans only, or not at the direction: "one predicate"
 * - channels.ts: `#admit` without its look at the standstill: "one predicate", secured: no word is said
 * - channels.ts: no LOST when an accepted channel closes: "what the user denies after both have accepted"
 * - channels.ts: `#agree` without `holds`: "a user's hook that waits too long"
 */
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import { addressOf, authorize, eventsOf, ourNode, SOCKETS, states } from './nodes.ts'
import { eventually, failure, journal, within } from './waiting.ts'
import type { OurNode } from './nodes.ts'
import type { ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface'

const MODES = ['plain', 'secured'] as const
const MINUTE = 60_000

/** A user's gater that has nothing against anybody, and what it was asked. */
class Asked implements ConnectionGater {
  readonly about: [hook: keyof ConnectionGater, peer: string | undefined][] = []

  readonly denyDialPeer = (peer: PeerId): boolean => this.#note('denyDialPeer', peer)
  readonly denyDialMultiaddr = (): boolean => this.#note('denyDialMultiaddr')
  readonly denyInboundConnection = (): boolean => this.#note('denyInboundConnection')
  readonly denyOutboundConnection = (peer: PeerId): boolean =>
    this.#note('denyOutboundConnection', peer)
  readonly denyInboundEncryptedConnection = (peer: PeerId): boolean =>
    this.#note('denyInboundEncryptedConnection', peer)
  readonly denyOutboundEncryptedConnection = (peer: PeerId): boolean =>
    this.#note('denyOutboundEncryptedConnection', peer)
  readonly denyInboundUpgradedConnection = (peer: PeerId): boolean =>
    this.#note('denyInboundUpgradedConnection', peer)
  readonly denyOutboundUpgradedConnection = (peer: PeerId): boolean =>
    this.#note('denyOutboundUpgradedConnection', peer)

  #note(hook: keyof ConnectionGater, peer?: PeerId): boolean {
    this.about.push([hook, peer?.toString()])
    return false
  }
}

/** The gater that libp2p asks: ours, with the user's behind it. */
function gaterOf(node: OurNode): Required<ConnectionGater> {
  const { components } = node as unknown as {
    components: { connectionGater: Required<ConnectionGater> }
  }
  return components.connectionGater
}

/** What every hook that knows a peer says of this one. None of them may answer later. */
function answersOf(node: OurNode, peer: PeerId): { outbound: unknown[]; inbound: unknown[] } {
  const gater = gaterOf(node)
  const maConn = {} as MultiaddrConnection
  return {
    outbound: [
      gater.denyDialPeer(peer),
      gater.denyDialMultiaddr(multiaddr(`/ip4/127.0.0.1/tcp/1/p2p/${peer.toString()}`)),
      gater.denyOutboundConnection(peer, maConn),
      gater.denyOutboundEncryptedConnection(peer, maConn),
      gater.denyOutboundUpgradedConnection(peer, maConn)
    ],
    inbound: [
      gater.denyInboundEncryptedConnection(peer, maConn),
      gater.denyInboundUpgradedConnection(peer, maConn),
      gater.denyInboundRelayReservation(peer),
      gater.denyOutboundRelayedConnection(peer, node.peerId),
      gater.denyInboundRelayedConnection(node.peerId, peer)
    ]
  }
}

const all = (answer: boolean): boolean[] => Array.from({ length: 5 }, () => answer)

const bareAddressOf = (node: OurNode) => addressOf(node).decapsulateCode(421)

const noSlots = (...nodes: OurNode[]): void => {
  for (const node of nodes) expect(node.services.peers.status().slots).toEqual([])
}

describe.each(MODES)('%s: a peer that is kept out', (security) => {
  it.each(['ban', 'cool-down'] as const)(
    'one predicate: no connection with it during a %s, whoever dials and by whatever name',
    async (how) => {
      const clock = new ManualClock()
      const theirs = new ManualClock()
      const user = new Asked()
      const a = await ourNode({ clock }, { ...SOCKETS, security, connectionGater: user })
      const b = await ourNode({ clock: theirs }, { ...SOCKETS, security })
      await authorize(a, b)
      if (how === 'ban') a.services.peers.ban(b.peerId, { duration: MINUTE })
      else await a.services.peers.disconnect(b.peerId)
      await eventually(() => expect([a.getConnections(), b.getConnections()]).toEqual([[], []]))

      const opened = journal(eventsOf(a), 'connection:open')
      const key = b.peerId.toString()
      user.about.length = 0
      expect(answersOf(a, b.peerId)).toEqual({ outbound: all(true), inbound: all(true) })
      expect(user.about).toEqual([])
      for (const target of [b.peerId, addressOf(b), bareAddressOf(b)]) await failure(a.dial(target))
      // it has forgotten what it was told, and comes again: in the channel it can be told once more
      theirs.advance(120 * MINUTE)
      const told = await b.dial(addressOf(a)).then(
        () => undefined,
        (error: Error) => error.message
      )
      expect(told ?? 'nothing').toMatch(security === 'secured' ? /refused us: (banned|req)/ : /./)
      await eventually(() => expect([a.getConnections(), b.getConnections()]).toEqual([[], []]))
      expect(opened).toEqual([])
      // nor was the user's gater bothered with a peer that we keep out
      expect(user.about.filter(([, peer]) => peer === key)).toEqual([])

      clock.advance(MINUTE)
      expect(answersOf(a, b.peerId)).toEqual({ outbound: all(false), inbound: all(false) })
      await within(a.dial(bareAddressOf(b)))
      expect(a.getConnections()).toHaveLength(1)
    }
  )

  it('one predicate: who said never to us may come to us, and we do not go there', async () => {
    const a = await ourNode({}, { ...SOCKETS, security })
    const b = await ourNode({}, { ...SOCKETS, security })
    await authorize(a, b)
    b.services.peers.ban(a.peerId)
    await eventually(() =>
      expect(a.services.peers.getPeer(b.peerId)).toMatchObject({ reason: 'banned', by: 'remote' })
    )
    expect(answersOf(a, b.peerId)).toEqual({ outbound: all(true), inbound: all(false) })
    await eventually(() => expect([a.getConnections(), b.getConnections()]).toEqual([[], []]))

    b.services.peers.unban(a.peerId)
    await failure(a.dial(addressOf(b)))
    await authorize(b, a)
  })
})

describe.each(MODES)("%s: the user's gater", (security) => {
  it("asks the user's gater in every hook, both ways", async () => {
    const [hers, his] = [new Asked(), new Asked()]
    const a = await ourNode({}, { ...SOCKETS, security, connectionGater: hers })
    const b = await ourNode({}, { ...SOCKETS, security, connectionGater: his })
    await authorize(a, b)
    const key = b.peerId.toString()
    expect(hers.about).toEqual([
      ['denyDialPeer', key],
      ['denyDialMultiaddr', undefined],
      ['denyOutboundConnection', key],
      ['denyOutboundEncryptedConnection', key],
      ['denyOutboundUpgradedConnection', key]
    ])
    expect(his.about).toEqual([
      ['denyInboundConnection', undefined],
      ['denyInboundEncryptedConnection', a.peerId.toString()],
      ['denyInboundUpgradedConnection', a.peerId.toString()]
    ])
  })

  it('blast radius: a hook that throws costs the one dial, in words that connect() tells', async () => {
    let isAngry = true
    const throws = (): boolean => {
      if (isAngry) throw new Error('the doorman is out')
      return false
    }
    const connectionGater = { denyOutboundEncryptedConnection: throws }
    const a = await ourNode({}, { ...SOCKETS, security, connectionGater })
    const [b, c] = [
      await ourNode({}, { ...SOCKETS, security }),
      await ourNode({}, { ...SOCKETS, security })
    ]
    const faults = journal(a.services.peers, 'peer:fault')
    const error = await failure(a.services.peers.connect(addressOf(b)))
    expect(error).toMatchObject({ reason: 'dial-failed', by: 'network' })
    expect(error.message).toContain('the doorman is out')
    // it is asked about outbound connections only
    await authorize(c, a)
    await eventually(() => expect(b.services.peers.status().slots).toEqual([]))
    expect(b.services.peers.isAuthorized(a.peerId)).toBe(false)
    expect(a.services.peers.status().slots).toHaveLength(1)
    expect(faults).toEqual([])

    isAngry = false
    await authorize(a, b)
  })

  it('settle: a hook that never answers costs the one dial its deadline, and nobody else', async () => {
    const clock = new ManualClock()
    let asked = 0
    const connectionGater = {
      denyDialPeer: () => (asked++ === 0 ? new Promise<boolean>(() => {}) : false)
    }
    const a = await ourNode({ clock }, { ...SOCKETS, security, connectionGater })
    const [b, c] = [
      await ourNode({}, { ...SOCKETS, security }),
      await ourNode({}, { ...SOCKETS, security })
    ]
    const attempt = failure(a.services.peers.connect(addressOf(b)))
    await eventually(() => expect(asked).toBe(1))
    await authorize(a, c)
    expect(a.services.peers.status().slots).toHaveLength(2)
    clock.advance(10_000)
    expect(await attempt).toMatchObject({ reason: 'dial-failed', by: 'network' })
    expect(a.services.peers.status().slots).toHaveLength(1)
    expect(a.services.peers.isAuthorized(c.peerId)).toBe(true)
  })
})

describe('secured: after both sides have accepted', () => {
  it.each(['Encrypted', 'Upgraded'] as const)(
    'agreement: what the user denies after both have accepted is no connection for either, %s',
    async (step) => {
      for (const side of ['dialer', 'listener'] as const) {
        const hook =
          side === 'dialer'
            ? (`denyOutbound${step}Connection` as const)
            : (`denyInbound${step}Connection` as const)
        const connectionGater = { [hook]: async () => true }
        const stubborn = { ...SOCKETS, security: 'secured', connectionGater } as const
        const easy = { ...SOCKETS, security: 'secured' } as const
        // no deadline does it
        const clock = new ManualClock()
        const a = await ourNode({ clock }, side === 'dialer' ? stubborn : easy)
        const b = await ourNode({ clock }, side === 'dialer' ? easy : stubborn)
        const denier = side === 'dialer' ? a : b
        const opened = journal(eventsOf(denier), 'connection:open')
        const authorized = journal(denier.services.peers, 'peer:authorized')
        await a.services.peers.connect(addressOf(b)).catch(() => {})
        await eventually(() => {
          noSlots(a, b)
          expect([a.getConnections(), b.getConnections()]).toEqual([[], []])
        })
        expect(a.services.peers.isAuthorized(b.peerId)).toBe(false)
        expect(b.services.peers.isAuthorized(a.peerId)).toBe(false)
        expect([opened, authorized]).toEqual([[], []])
      }
    }
  )

  it("a user's hook that waits: the peer is authorized when it is done, and others meanwhile", async () => {
    const open = Promise.withResolvers<boolean>()
    let asked = 0
    const connectionGater = {
      denyInboundEncryptedConnection: () => (asked++ === 0 ? open.promise : false)
    }
    const b = await ourNode({}, { ...SOCKETS, security: 'secured', connectionGater })
    const a = await ourNode({}, { ...SOCKETS, security: 'secured' })
    const c = await ourNode({}, { ...SOCKETS, security: 'secured' })
    const attempt = within(a.services.peers.connect(addressOf(b)))
    await eventually(() => expect(asked).toBe(1))
    expect(b.services.peers.getPeer(a.peerId)?.path).toBe('handshaking.securing')
    await authorize(c, b)
    expect(b.services.peers.isAuthorized(a.peerId)).toBe(false)
    open.resolve(false)
    await attempt
    await eventually(() => expect(states(a, b)).toEqual(['authorized', 'authorized']))
    expect(b.services.peers.status().slots).toHaveLength(2)
  })

  it("agreement: a user's hook that waits too long: the connection ends, on both sides", async () => {
    const open = Promise.withResolvers<boolean>()
    const clock = new ManualClock()
    let asked = 0
    const connectionGater = {
      denyInboundEncryptedConnection: () => {
        asked++
        return open.promise
      }
    }
    const b = await ourNode({ clock }, { ...SOCKETS, security: 'secured', connectionGater })
    const a = await ourNode({}, { ...SOCKETS, security: 'secured' })
    const authorized = journal(b.services.peers, 'peer:authorized')
    const attempt = a.services.peers.connect(addressOf(b))
    attempt.catch(() => {})
    await eventually(() => expect(asked).toBe(1))
    clock.advance(5_000)
    noSlots(b)
    expect(b.services.peers.explain(a.peerId)).toMatchObject({ reason: 'timeout', by: 'local' })
    open.resolve(false)
    await eventually(() => {
      expect([a.getConnections(), b.getConnections()]).toEqual([[], []])
      noSlots(a)
    })
    expect(a.services.peers.isAuthorized(b.peerId)).toBe(false)
    expect(authorized).toEqual([])
  })
})
