import { settled } from '../../src/testing/settled.ts'
import type { PeerLifecycleComponents } from '../../src/index.ts'
import type { Connection, ConnectionGater } from '@libp2p/interface'
import type { Scheduler } from 'fast-check'
import type { Batch, Datastore, Query } from 'interface-datastore'

/** Says whose turn it is: fast-check's scheduler, or whoever comes first. */
type TurnTaker = Pick<Scheduler, 'schedule' | 'waitIdle'>

/** Everything has its turn as soon as it wants one. */
export const IN_ORDER: TurnTaker = {
  schedule: async (task) => task,
  waitIdle: settled
}

/**
 * Whatever a port of the service answers, it answers when it is its turn, and fast-check's scheduler says
 * whose turn it is: any answer may be overtaken by any other, by an event, by a call, by time.
 */
export class Turns {
  readonly #scheduler: TurnTaker
  readonly #slowed = new WeakSet<Connection>()

  constructor(scheduler: TurnTaker) {
    this.#scheduler = scheduler
  }

  /** Resolves when it is the turn of this. */
  async take(what: string): Promise<void> {
    await this.#scheduler.schedule(Promise.resolve(), what)
  }

  /** Lets everything have its turn that wants one, and whatever follows from it. */
  async all(): Promise<void> {
    await this.#scheduler.waitIdle()
  }

  /** The same components: each acts at once, and answers when it is its turn. */
  slowly(components: PeerLifecycleComponents, user: ConnectionGater): PeerLifecycleComponents {
    const { connectionManager, peerStore, registrar, datastore, events } = components
    // before any listener of the service: it guards what it finds
    events.addEventListener('connection:open', ({ detail }) => this.#slowDown(detail))
    return Object.assign(components, {
      connectionManager: this.#slow('dialer', connectionManager, [
        'openConnection',
        'openStream',
        'closeConnections'
      ]),
      peerStore: this.#slow('peer store', peerStore, [
        'all',
        'forEach',
        'get',
        'getInfo',
        'has',
        'save',
        'patch',
        'merge',
        'delete'
      ]),
      registrar: this.#slow('registrar', registrar, ['handle', 'unhandle', 'register']),
      datastore: this.#slowStore(datastore),
      connectionGater: this.#slow('gater', user, Object.keys(user) as (keyof ConnectionGater)[])
    })
  }

  /** The object, with methods that answer when it is their turn. */
  #slow<T extends object>(name: string, inner: T, methods: readonly (keyof T & string)[]): T {
    return new Proxy(inner, {
      get: (target, property): unknown => {
        const value: unknown = Reflect.get(target, property)
        if (typeof value !== 'function') return value
        if (!methods.includes(property as keyof T & string)) return value.bind(target) as unknown
        return async (...args: unknown[]): Promise<unknown> => {
          try {
            return await (value.apply(target, args) as unknown)
          } finally {
            await this.take(`${name}.${String(property)}`)
          }
        }
      }
    })
  }

  #slowStore(store: Datastore): Datastore {
    const slow = this.#slow('datastore', store, ['put', 'get', 'has', 'delete'])
    return new Proxy(slow, {
      get: (target, property): unknown => {
        if (property === 'batch') {
          return (): Batch => this.#slow('datastore.batch', store.batch(), ['commit'])
        }
        if (property !== 'query') return Reflect.get(target, property)
        return (query: Query) => this.#read(store, query)
      }
    })
  }

  async *#read(store: Datastore, query: Query): AsyncGenerator {
    await this.take('datastore.query')
    yield* store.query(query)
  }

  #slowDown(connection: Connection): void {
    if (this.#slowed.has(connection)) return
    this.#slowed.add(connection)
    const newStream = connection.newStream.bind(connection)
    connection.newStream = async (protocols, options) => {
      try {
        return await newStream(protocols, options)
      } finally {
        await this.take('newStream')
      }
    }
  }
}
