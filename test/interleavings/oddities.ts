import { ManualClock } from '../../src/testing/manual-clock.ts'
import { idOf } from '../../src/testing/simulation/scripted-peer.ts'
import { SimulatedConnection } from '../../src/testing/simulation/simulated-connection.ts'
import { Wire } from '../../src/testing/simulation/wire.ts'
import type { Turns } from './turns.ts'
import type { Host } from '../../src/testing/simulation/host.ts'
import type { Connection, Libp2pEvents } from '@libp2p/interface'
import type { TypedEventTarget } from 'main-event'

/** What the next event of its kind does that libp2p's do now and then. */
const NEXT = {
  /** An earlier listener ends the connection: it closes before ours hears that it opened. */
  'closes as it opens': 'connection:open',
  'opens twice': 'connection:open',
  'closes twice': 'connection:close',
  /** As for RSA peers: told after a write to the peer store, which the disconnection does not wait for. */
  'connects late': 'peer:connect',
  'connects twice': 'peer:connect',
  /** As when the node stops. */
  'never disconnects': 'peer:disconnect',
  'disconnects twice': 'peer:disconnect'
} as const

/** Events out of the blue. */
const NOW = [
  'opens after its end',
  'closes again',
  'a stranger closes',
  'a stranger opens, closed',
  'disconnects for no reason',
  'connects for no reason',
  'discovers ourselves',
  'discovers without an address'
] as const

export type Oddity = keyof typeof NEXT | (typeof NOW)[number]

export const ODDITIES: readonly Oddity[] = [...(Object.keys(NEXT) as (keyof typeof NEXT)[]), ...NOW]

type Bus = TypedEventTarget<Libp2pEvents>

/** libp2p's events as they are now and then: too early, too late, twice, or of connections long gone. */
export class Oddities {
  readonly #turns: Turns
  readonly #next = new Set<Oddity>()
  #bus: Bus | undefined
  /** Connections that are over. */
  #closed: Connection[] = []

  constructor(turns: Turns) {
    this.#turns = turns
  }

  /** From now on the events of this bus may be odd. */
  enter(bus: Bus): void {
    this.#bus = bus
    const say = bus.safeDispatchEvent.bind(bus) as Bus['safeDispatchEvent']
    const odd = (type: keyof Libp2pEvents, init: CustomEventInit): boolean => {
      if (type === 'connection:close') this.#closed.push(init.detail as Connection)
      if (this.#isNext('closes as it opens', type)) {
        ;(init.detail as Connection).abort(new Error('closed by an earlier listener'))
      }
      if (this.#isNext('never disconnects', type)) return true
      if (this.#isNext('connects late', type)) {
        void this.#turns.take('peer:connect').then(() => say(type, init))
        return true
      }
      for (const twice of [
        'opens twice',
        'closes twice',
        'connects twice',
        'disconnects twice'
      ] as const) {
        if (this.#isNext(twice, type)) say(type, init)
      }
      return say(type, init)
    }
    bus.safeDispatchEvent = odd as Bus['safeDispatchEvent']
  }

  /** It happens now or, if it is how an event happens, when the next one does. */
  happen(oddity: Oddity, host: Host): void {
    const { peerId, address } = host
    if (oddity in NEXT) return void this.#next.add(oddity)
    const say = (type: 'connection:open' | 'connection:close', detail: Connection | undefined) => {
      if (detail !== undefined) this.#bus?.safeDispatchEvent(type, { detail })
    }
    const last = this.#closed.findLast(({ remotePeer }) => remotePeer.equals(peerId))
    if (oddity === 'opens after its end') say('connection:open', last)
    if (oddity === 'closes again') say('connection:close', last)
    if (oddity === 'a stranger closes') say('connection:close', stranger(host))
    if (oddity === 'a stranger opens, closed') say('connection:open', stranger(host))
    if (oddity === 'disconnects for no reason') {
      this.#bus?.safeDispatchEvent('peer:disconnect', { detail: peerId })
    }
    if (oddity === 'connects for no reason') {
      this.#bus?.safeDispatchEvent('peer:connect', { detail: peerId })
    }
    if (!oddity.startsWith('discovers')) return
    const found = oddity === 'discovers ourselves' ? idOf('self') : peerId
    const multiaddrs = found === peerId ? [] : [address]
    this.#bus?.safeDispatchEvent('peer:discovery', { detail: { id: found, multiaddrs } })
  }

  /** Is the next event of this type one that is odd so? */
  #isNext(oddity: keyof typeof NEXT, type: keyof Libp2pEvents): boolean {
    return NEXT[oddity] === type && this.#next.delete(oddity)
  }
}

/** A connection that nobody was ever told of, and that is over. */
function stranger(host: Host): Connection {
  const { peerId: remotePeer, address: remoteAddr } = host
  const wire = new Wire(new ManualClock(), () => 0)
  const init = { id: 'stranger', wire, host, direction: 'inbound', remotePeer, remoteAddr } as const
  const { dialed } = SimulatedConnection.pair(init, init)
  dialed.status = 'closed'
  return dialed
}
