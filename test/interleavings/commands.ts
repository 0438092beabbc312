import fc from 'fast-check'
import { SCRIPTS } from '../../src/testing/simulation/scripted-peer.ts'
import { APP } from '../../src/testing/simulation/simulated-node.ts'
import { NAMES } from './counterpart.ts'
import { WITHIN } from './listeners.ts'
import { call, CALL_NAMES } from './methods.ts'
import { ODDITIES } from './oddities.ts'
import type { Name } from './counterpart.ts'
import type { Reference } from './reference.ts'
import type { Scene } from './scene.ts'

/** Whatever can happen to a node, in words: what is printed of a run that failed. */
class Command implements fc.AsyncCommand<Reference, Scene> {
  readonly #words: string
  readonly #act: (scene: Scene) => unknown

  constructor(words: string, act: (scene: Scene) => unknown) {
    this.#words = words
    this.#act = act
  }

  check(): boolean {
    return true
  }

  async run(_: Reference, scene: Scene): Promise<void> {
    await this.#act(scene)
    scene.check()
  }

  toString(): string {
    return this.#words
  }
}

/** What a peer does of itself. */
const DEEDS = {
  connects: (scene: Scene, name: Name) => void connect(scene, name),
  greets: (scene: Scene, name: Name) => void scene.peer(name).greet(scene.node),
  'opens a stream': async (scene: Scene, name: Name) => {
    const [connection] = scene.peer(name).connections
    void connection?.newStream(APP).catch(() => {})
  },
  'says goodbye': (scene: Scene, name: Name) =>
    void scene
      .peer(name)
      .sayGoodbye('requested')
      .catch(() => {}),
  leaves: (scene: Scene, name: Name) => {
    // a second may pass between the ends of its streams and of the connection: that is a breach
    scene.peer(name).isHonest = false
    void scene.peer(name).leave()
  },
  breaks: (scene: Scene, name: Name) => scene.peer(name).connections[0]?.abort(new Error('broken'))
} as const

/** What other parts of our node do. */
const PARTS = {
  'the DHT finds': (scene: Scene, name: Name) => void scene.discover(name),
  'the DHT dials': (scene: Scene, name: Name) => {
    const dial = () => scene.node.dialer.open(scene.at(name), { priority: 50 })
    if (scene.isRunning) void dial().catch(() => {})
  },
  'the application sends to': (scene: Scene, name: Name) => void scene.send(name)
} as const

/** What happens between us and another node like ours. */
const PAIR = {
  'the twin connects': ({ twin, node, addressOf }: Scene) =>
    void twin.peers.connect(addressOf(node)).catch(() => {}),
  'we connect to the twin': ({ twin, node, addressOf, reference }: Scene) =>
    reference.await('connect(twin)', node.peers.connect(addressOf(twin))),
  'both connect to each other': (scene: Scene) => {
    PAIR['the twin connects'](scene)
    PAIR['we connect to the twin'](scene)
  },
  'the twin leaves us': ({ twin, node }: Scene) => void twin.peers.disconnect(node.peerId),
  'we leave the twin': ({ twin, node, reference }: Scene) =>
    reference.await('disconnect(twin)', node.peers.disconnect(twin.peerId)),
  'the twin refreshes': ({ twin }: Scene) => void twin.peers.refresh(),
  'the DHT of the twin dials us': ({ twin, node, addressOf }: Scene) =>
    void twin.dialer.open(addressOf(node), { priority: 50 }).catch(() => {})
} as const

const PAUSES = [0, 1, 100, 1_000, 5_000, 10_000, 60_000, 360_000] as const
const ROUTES = ['open', 'refused', 'hanging'] as const
const MOODS = ['willing', 'throwing', 'hanging'] as const

const anybody = fc.constantFrom(...NAMES)
const one = <T extends string | number>(of: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...of)
const keys = <T extends object>(of: T): (keyof T & string)[] =>
  Object.keys(of) as (keyof T & string)[]

const command = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(one(CALL_NAMES), anybody)
      .map(([which, who]) => new Command(`${which}(${who})`, (it) => call(it, which, who)))
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(one(['connect', 'enqueue', 'disconnect', 'ban'] as const), anybody)
      .map(([which, who]) => new Command(`${which}(${who})`, (it) => call(it, which, who)))
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(one(WITHIN), one(CALL_NAMES), anybody)
      .map(
        ([within, which, who]) =>
          new Command(`within the next ${within}: ${which}(${who})`, (it) =>
            it.listeners.next(within, () => call(it, which, who))
          )
      )
  },
  {
    weight: 8,
    arbitrary: fc
      .tuple(one(keys(DEEDS)), anybody)
      .map(([deed, who]) => new Command(`${who} ${deed}`, (it) => DEEDS[deed](it, who)))
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(one(keys(PARTS)), anybody)
      .map(([part, who]) => new Command(`${part} ${who}`, (it) => PARTS[part](it, who)))
  },
  {
    weight: 4,
    arbitrary: one(keys(PAIR)).map((deed) => new Command(deed, (it) => PAIR[deed](it)))
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(anybody, fc.constantFrom('honest', 'honest', ...SCRIPTS))
      .map(
        ([who, script]) =>
          new Command(`${who} is "${script}" from now on`, (it) => it.peer(who).follow(script))
      )
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(anybody, one(ROUTES))
      .map(
        ([who, route]) =>
          new Command(`dials to ${who} are ${route}`, (it) => it.network.route(it.id(who), route))
      )
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(one(ODDITIES), anybody)
      .map(
        ([oddity, who]) =>
          new Command(`libp2p, of ${who}: ${oddity}`, (it) =>
            it.oddities.happen(oddity, it.peer(who))
          )
      )
  },
  {
    weight: 4,
    arbitrary: one(PAUSES).map((ms) => new Command(`${ms} ms pass`, (it) => it.tick(ms)))
  },
  {
    weight: 1,
    arbitrary: one(MOODS).map(
      (mood) =>
        new Command(`the handshake is ${mood}`, (it) => {
          it.application.mood = mood
        })
    )
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map(
      (isClosed) =>
        new Command(`the gater denies ${isClosed ? 'everybody' : 'nobody'}`, (it) => {
          it.application.isClosed = isClosed
        })
    )
  },
  {
    weight: 1,
    arbitrary: one(['down', 'up', 'up'] as const).map(
      (how) => new Command(`the network is ${how}`, (it) => it.network[how]())
    )
  },
  {
    weight: 1,
    arbitrary: one(['stop', 'again', 'anew'] as const).map((how) =>
      how === 'stop'
        ? new Command('the node stops', (it) => it.stop())
        : new Command(`the node starts ${how}`, (it) => it.start(how))
    )
  }
)

/** Runs of commands, at most so many. */
export const runs = (length: number): fc.Arbitrary<Iterable<fc.AsyncCommand<Reference, Scene>>> =>
  fc.commands<Reference, Scene, false>([command], {
    maxCommands: length,
    size: '+1'
  })

async function connect(scene: Scene, name: Name): Promise<void> {
  await scene
    .peer(name)
    .connect(scene.node)
    .catch(() => {})
}
