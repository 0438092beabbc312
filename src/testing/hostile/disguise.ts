import type { Libraries } from './libraries.ts'
import type { ConnectionLimits, MultiaddrConnection, Transport, Upgrader } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Libp2pOptions } from 'libp2p'

/** What the connections of a scene are made of. */
export type Wire = 'memory' | 'tcp'

type TransportFactory = NonNullable<Libp2pOptions['transports']>[number]

let listeners = 0

/** An address to listen on that is free. */
export function listenOn(wire: Wire): string {
  return wire === 'tcp' ? '/ip4/127.0.0.1/tcp/0' : `/memory/hostile-${++listeners}`
}

/**
 * A transport that lies: connections that come in look as if they came from elsewhere, or over a relay, and
 * the far end of those that are there can fall silent without a word.
 */
export class Disguise {
  /** Where connections that come from now on seem to come from; undefined for the truth. */
  from: Multiaddr | undefined
  /** What connections that come from now on seem to be limited to, as relayed ones are. */
  limits: ConnectionLimits | undefined
  readonly #wires = new Set<MultiaddrConnection>()

  /** The transport for libp2p's `transports`. */
  over(wire: Wire, { tcp, memory }: Libraries): TransportFactory {
    const make = (wire === 'tcp' ? tcp() : memory()) as TransportFactory
    return (components) => {
      const transport = make(components)
      const dial: Transport['dial'] = transport.dial.bind(transport)
      const listen: Transport['createListener'] = transport.createListener.bind(transport)
      transport.dial = (address, options) =>
        dial(address, { ...options, upgrader: this.#around(options.upgrader) })
      transport.createListener = (options) =>
        listen({ ...options, upgrader: this.#around(options.upgrader) })
      return transport
    }
  }

  /** From now on nothing comes through any of the connections, in either direction, and none of them ends. */
  freeze(): void {
    for (const wire of this.#wires) {
      if (wire.status !== 'open') continue
      wire.send = () => true
      wire.pause()
    }
  }

  #around(upgrader: Upgrader): Upgrader {
    const inbound: Upgrader['upgradeInbound'] = (wire, options) => {
      this.#wires.add(wire)
      if (this.from !== undefined) Object.assign(wire, { remoteAddr: this.from })
      const { limits } = this
      return upgrader.upgradeInbound(wire, { ...options, ...(limits !== undefined && { limits }) })
    }
    const outbound: Upgrader['upgradeOutbound'] = (wire, options) => {
      this.#wires.add(wire)
      return upgrader.upgradeOutbound(wire, options)
    }
    return Object.assign(Object.create(upgrader) as Upgrader, {
      upgradeInbound: inbound,
      upgradeOutbound: outbound
    })
  }
}
