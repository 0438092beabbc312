import { luckOf } from '../simulation/luck.ts'
import { FAULT_CLASSES, PER_DAY, SHARES } from './fault-classes.ts'
import type { FaultClass } from './fault-classes.ts'
import type { Assault, Deed, Lapse, Plan, PlannedPeer, Step } from './plan.ts'
import type { Script } from '../simulation/scripted-peer.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Longer than any back-off that an honest peer may be in, and than any ban that is planned. */
const RECOVERY = 75 * MINUTE

/** Milliseconds in which all nodes come up. */
const DAWN = 10 * SECOND

/** Peers that a node knows at the start. */
const BOOTSTRAP = 4

/** What the application and discovery do when all is well, times a day for each node. */
const EVERYDAY = {
  learn: 6,
  connect: 2,
  enqueue: 1,
  meet: 1,
  disconnect: 1,
  ban: 0.5,
  stream: 3
} as const

const SCRIPTS: readonly Script[] = [
  'silent',
  'deaf',
  'stranger',
  'garbage',
  'two-faced',
  'half',
  'wrong chain',
  'banned',
  'too-many-peers',
  'protocol-violation'
]
const ASSAULTS: readonly Assault[] = ['greet', 'greet', 'stream', 'flood', 'goodbye', 'leave']
const LAPSES: readonly Lapse[] = [
  'hello throws',
  'verify throws',
  'verify hangs',
  'listener throws'
]
const FILES = ['kept', 'kept', 'torn', 'lost'] as const

export interface PlanInit {
  readonly seed: number
  readonly nodes: number
  readonly hours: number
  readonly faults: readonly FaultClass[]
  /** How many times as many faults as usual. */
  readonly rate: number
}

/** Draws from luck what a deed needs. */
interface Draw {
  /** An integer from 0 to below `count`. */
  below(count: number): number
  between(least: number, most: number): number
  oneOf<T>(list: readonly T[]): T
  pick(): number
  node(): number
  hostile(): number
  anybody(): number
}

/** Everything that will be done in a world with this seed. */
export function drawPlan(init: PlanInit): Plan {
  const { seed, nodes, hours, rate } = init
  const luck = luckOf(seed, 'plan')
  const isOn = new Set(init.faults)
  const peers = drawPeers(init, isOn, luck)
  const draw = drawFrom(luck, nodes, peers.length)
  const duration = Math.round(hours * HOUR)
  const steps: Step[] = []
  for (let node = 0; node < nodes; node++) {
    for (let i = 0; i < BOOTSTRAP; i++) {
      steps.push({ at: draw.below(DAWN), deed: { type: 'learn', node, of: draw.anybody() } })
    }
  }
  const days = duration / DAY
  const scatter = (perDay: number, make: () => Deed, fault?: FaultClass): void => {
    const mean = perDay * days
    const count = Math.floor(mean) + (luck() < mean % 1 ? 1 : 0)
    for (let i = 0; i < count; i++) {
      const at = DAWN + draw.below(Math.max(1, duration - DAWN))
      steps.push({ at, deed: make(), ...(fault !== undefined && { fault }) })
    }
  }
  for (const type of Object.keys(EVERYDAY) as (keyof typeof EVERYDAY)[]) {
    scatter(EVERYDAY[type] * nodes * rate, () => everyday(type, draw))
  }
  for (const fault of FAULT_CLASSES) {
    const make = DEEDS[fault]
    if (make === undefined || !isOn.has(fault)) continue
    const many = fault === 'partitions' ? 1 : nodes
    scatter(PER_DAY[fault] * many * rate, () => make(draw), fault)
  }
  const sorted = steps.filter(({ deed }) => !isOfItself(deed)).toSorted((a, b) => a.at - b.at)
  return { seed, peers, steps: sorted, duration, recovery: RECOVERY }
}

function drawPeers(
  { nodes }: PlanInit,
  isOn: ReadonlySet<FaultClass>,
  luck: () => number
): PlannedPeer[] {
  const hostile = isOn.has('hostile') ? Math.max(1, Math.round(nodes * SHARES.hostile)) : 0
  const reach = (): PlannedPeer['reach'] => {
    const chance = luck()
    if (chance < SHARES.nat) return isOn.has('nat') ? 'hidden' : 'open'
    if (chance < SHARES.nat + SHARES.relays) return isOn.has('relays') ? 'relayed' : 'open'
    return 'open'
  }
  return Array.from({ length: nodes + hostile }, (_, index) => {
    const latency = 5 + Math.floor(luck() ** 3 * 120)
    if (index < nodes) return { index, latency, reach: reach() }
    const script = SCRIPTS[index % SCRIPTS.length] ?? 'silent'
    return { index, latency, reach: 'open', script }
  })
}

function drawFrom(luck: () => number, nodes: number, all: number): Draw {
  const below = (count: number): number => Math.floor(luck() * count)
  return {
    below,
    between: (least, most) => Math.round(least * (most / least) ** luck()),
    oneOf: <T>(list: readonly T[]): T => list[below(list.length)] as T,
    pick: luck,
    node: () => below(nodes),
    hostile: () => nodes + below(all - nodes),
    anybody: () => below(all)
  }
}

function everyday(type: keyof typeof EVERYDAY, draw: Draw): Deed {
  const node = draw.node()
  if (type === 'learn') return { type, node, of: draw.anybody() }
  if (type === 'connect' || type === 'enqueue' || type === 'meet') {
    return { type, node, of: draw.node() }
  }
  if (type === 'ban') {
    return { type, node, pick: draw.pick(), for: draw.between(MINUTE, HOUR) }
  }
  return { type, node, pick: draw.pick() }
}

/** How a fault of each class is drawn. */
const DEEDS: Partial<Readonly<Record<FaultClass, (draw: Draw) => Deed>>> = {
  losses: (draw) => ({ type: 'lose', node: draw.node(), pick: draw.pick() }),
  'half-open': (draw) => ({
    type: 'half-open',
    node: draw.node(),
    pick: draw.pick(),
    for: draw.between(SECOND, 5 * MINUTE)
  }),
  silences: (draw) => ({
    type: 'silence',
    node: draw.node(),
    pick: draw.pick(),
    for: draw.between(100, 2 * MINUTE)
  }),
  partitions: (draw) => ({
    type: 'partition',
    salt: draw.below(1e9),
    share: 0.05 + draw.pick() * 0.45,
    isSilent: draw.pick() < 0.5,
    for: draw.between(5 * SECOND, 20 * MINUTE)
  }),
  'slow-nodes': (draw) => ({
    type: 'slow',
    node: draw.node(),
    by: draw.between(200, 8 * SECOND),
    for: draw.between(10 * SECOND, 10 * MINUTE)
  }),
  stalls: (draw) => ({
    type: 'stall',
    node: draw.node(),
    for: draw.between(300, 30 * MINUTE)
  }),
  'clock-jumps': (draw) => ({
    type: 'jump',
    node: draw.node(),
    by: (draw.pick() < 0.5 ? -1 : 1) * draw.between(SECOND, 2 * DAY)
  }),
  restarts: (draw) => ({
    type: 'restart',
    node: draw.node(),
    how: draw.pick() < 0.5 ? 'stop' : 'kill',
    files: draw.oneOf(FILES),
    for: draw.between(3 * SECOND, 10 * MINUTE)
  }),
  'foreign-dials': (draw) => ({ type: 'dial as DHT', node: draw.node(), of: draw.anybody() }),
  ghosts: (draw) => ({ type: 'hear of ghost', node: draw.node(), ghost: draw.below(10_000) }),
  hostile: (draw) => ({
    type: 'assail',
    node: draw.node(),
    of: draw.hostile(),
    act: draw.oneOf(ASSAULTS)
  }),
  'user-code': (draw) => ({
    type: 'lapse',
    node: draw.node(),
    how: draw.oneOf(LAPSES),
    for: draw.between(10 * SECOND, 10 * MINUTE)
  })
}

const isOfItself = (deed: Deed): boolean => 'of' in deed && deed.node === deed.of
