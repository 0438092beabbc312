import type { Name } from './counterpart.ts'
import type { Scene } from './scene.ts'
import type { PeerLifecycle } from '../../src/index.ts'

/** Milliseconds of a ban here: longer than some pauses, shorter than others. */
const BAN = 1_800_000

type Events = 'dispatchEvent' | 'safeDispatchEvent' | 'listenerCount'

/** Opens a real socket, and has tests of its own. */
type Served = 'inspect'

type Call = (scene: Scene, who: Name) => void

const nothing = (): void => {}

/** Every method that the service has for applications, called with a peer. A new one is missed here. */
const METHODS = {
  connect: (scene, who) => connect(scene, who, new AbortController()),
  disconnect: (scene, who) =>
    scene.reference.await(`disconnect(${who})`, scene.peers.disconnect(scene.id(who))),
  enqueue: (scene, who) => {
    const priority = who === 's0' ? 'static' : 'requested'
    scene.peers.enqueue(scene.at(who), { priority })
  },
  isAuthorized: (scene, who) => void scene.peers.isAuthorized(scene.id(who)),
  getPeer: (scene, who) => void scene.peers.getPeer(scene.id(who)),
  getPeers: ({ peers }) => void peers.getPeers({ state: 'authorized' }),
  ban: (scene, who) => {
    decide(scene, who, scene.network.clock.now() + BAN)
    scene.peers.ban(scene.id(who), { duration: BAN, ip: false })
  },
  unban: (scene, who) => {
    decide(scene, who, undefined)
    scene.peers.unban(scene.id(who))
  },
  noteUseful: (scene, who) => void scene.peers.noteUseful(scene.id(who)),
  trust: (scene, who) => scene.peers.trust(scene.id(who)),
  untrust: (scene, who) => void scene.peers.untrust(scene.id(who)),
  explain: (scene, who) => void scene.peers.explain(scene.id(who)),
  refresh: (scene, who) =>
    scene.reference.await(`refresh(${who})`, scene.peers.refresh(scene.id(who))),
  status: ({ peers }) => void peers.status(),
  recording: ({ peers }) => void [...peers.recording()],
  addEventListener: ({ peers }) => peers.addEventListener('peer:transition', nothing),
  removeEventListener: ({ peers }) => peers.removeEventListener('peer:transition', nothing)
} satisfies Record<Exclude<keyof PeerLifecycle, Events | Served>, Call>

/** What else an application can do in the middle of anything. */
const MORE = {
  stop: (scene) => scene.stop(),
  'connect, and abort at once': (scene, who) => {
    const caller = new AbortController()
    connect(scene, who, caller)
    caller.abort()
  },
  'refresh all': ({ reference, peers }) => reference.await('refresh()', peers.refresh()),
  revoke: (scene, who) => {
    const peer = scene.id(who).toString()
    scene.application.change({ type: 'revoked', peer, reason: 'not-allowed' })
  },
  allow: (scene, who) => {
    scene.application.change({ type: 'allowed', peer: scene.id(who).toString() })
  }
} satisfies Record<string, Call>

const CALLS: Record<string, Call> = { ...METHODS, ...MORE }

export type CallName = keyof typeof METHODS | keyof typeof MORE

export const CALL_NAMES = Object.keys(CALLS) as CallName[]

/** Calls the service. What it answers later is waited for by the reference. */
export function call(scene: Scene, name: CallName, who: Name): void {
  CALLS[name]?.(scene, who)
}

function connect(scene: Scene, who: Name, { signal }: AbortController): void {
  const { reference, peers, network } = scene
  const isBanned =
    scene.isRunning && reference.isBanned(scene.id(who).toString(), network.clock.now())
  const answer = peers.connect(scene.at(who), { signal })
  reference.await(`connect(${who})`, answer)
  answer.then(
    () => isBanned && scene.accuse(`connect(${who}) went through a ban`),
    ({ name }: Error) =>
      name !== 'PeerRejectedError' && scene.accuse(`connect(${who}) rejected with ${name}`)
  )
}

function decide(scene: Scene, who: Name, until: number | undefined): void {
  scene.reference.decide(scene.id(who).toString(), until, scene.isRunning)
}
