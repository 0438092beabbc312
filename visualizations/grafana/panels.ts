import { COUNTERS, GAUGES, HISTOGRAMS } from '../../src/metrics/catalogue.ts'
import type { CounterName, GaugeName, Group, HistogramName } from '../../src/metrics/catalogue.ts'

/** One curve, or one set of curves, of a panel. */
interface Query {
  readonly expr: string
  readonly legend: string
}

/** One picture of the dashboard. */
export interface Panel {
  readonly title: string
  readonly description: string
  readonly unit: 'short' | 'ops' | 's' | 'percentunit'
  readonly queries: readonly Query[]
  /** Are the curves parts of a whole? */
  readonly isStacked?: boolean
}

/** The nodes that the reader has chosen. */
const CHOSEN = '{instance=~"$instance"}'

/** A gauge, as it is. */
function now(name: GaugeName, filter = ''): Query {
  const group: Group = GAUGES[name]
  const of = filter === '' ? CHOSEN : `{instance=~"$instance", ${filter}}`
  return { expr: `sum by (${group.label}) (${group.name}${of})`, legend: `{{${group.label}}}` }
}

/** How often in a second. */
function rate(name: CounterName): Query {
  const { name: metric, label }: Group = COUNTERS[name]
  const grown = `rate(${metric}${CHOSEN}[$__rate_interval])`
  return { expr: `sum by (${label}) (${grown})`, legend: `{{${label}}}` }
}

/** How many in the time that is shown; words that were not said are left out. */
function total(name: CounterName): Query {
  const { name: metric, label }: Group = COUNTERS[name]
  const grown = `increase(${metric}${CHOSEN}[$__range])`
  return { expr: `sort_desc(sum by (${label}) (${grown}) > 0)`, legend: `{{${label}}}` }
}

/** The seconds in which so many of a hundred were over. */
function quantile(name: HistogramName, percent: number): Query {
  const grown = `rate(${HISTOGRAMS[name].name}_bucket${CHOSEN}[$__rate_interval])`
  return {
    expr: `histogram_quantile(${percent / 100}, sum by (le) (${grown}))`,
    legend: `${percent} %`
  }
}

const share = (legend: string, of: string, among: string): Query => ({
  expr: `sum(${of}) / sum(${among})`,
  legend
})

const held = `${GAUGES.slots.name}${CHOSEN}`
const ordinary = `${GAUGES.slotLimits.name}{instance=~"$instance", pool="ordinary"}`

/** What the dashboard shows, in the order in which it is read. */
export const PANELS: readonly Panel[] = [
  {
    title: 'Peers by state',
    description: 'Every tracked peer is in one of six states.',
    unit: 'short',
    isStacked: true,
    queries: [now('peers')]
  },
  {
    title: 'Slots by kind',
    description:
      'Who holds the slots. The line is maxPeers; reserved and trusted slots are beside it.',
    unit: 'short',
    isStacked: true,
    queries: [now('slots'), { expr: `sum(${ordinary})`, legend: 'maxPeers' }]
  },
  {
    title: 'Slots in use',
    description: 'A node that wants peers and stays far below 100 % does not find them.',
    unit: 'percentunit',
    queries: [share('held', held, ordinary)]
  },
  {
    title: 'Limits of slots',
    description: 'How many slots of each pool can be held.',
    unit: 'short',
    queries: [now('slotLimits')]
  },
  {
    title: 'Scheduler',
    description: 'The mode it is in: offline means that nobody at all can be reached.',
    unit: 'short',
    isStacked: true,
    queries: [now('mode')]
  },
  {
    title: 'Queue by class',
    description:
      'Candidates that wait for a slot. An empty queue beside free slots: discovery is dry.',
    unit: 'short',
    isStacked: true,
    queries: [now('queue')]
  },
  {
    title: 'Connections',
    description: 'Unpromoted ones belong to the DHT, to relays, and to peers that were refused.',
    unit: 'short',
    isStacked: true,
    queries: [now('connections')]
  },
  {
    title: 'Dials by outcome',
    description: 'A high share of failures is usual; all of them failing is our own network.',
    unit: 'ops',
    isStacked: true,
    queries: [rate('dials')]
  },
  {
    title: 'Handshakes under way',
    description:
      'Of peers that came, and of peers that this node dials. They are limited in number.',
    unit: 'short',
    isStacked: true,
    queries: [now('underWay')]
  },
  {
    title: 'Handshakes by outcome',
    description: 'Refused by us, refused by the peer, lost with the connection, or too slow.',
    unit: 'ops',
    isStacked: true,
    queries: [rate('handshakes')]
  },
  {
    title: 'Duration of dials',
    description: 'Of those that ended in a connection and of those that did not.',
    unit: 's',
    queries: [50, 90, 99].map((percent) => quantile('dial', percent))
  },
  {
    title: 'Duration of handshakes',
    description: 'From the slot to the verdict.',
    unit: 's',
    queries: [50, 90, 99].map((percent) => quantile('handshake', percent))
  },
  {
    title: 'Refusals by word',
    description: 'Every "no", ours and theirs, in the time that is shown.',
    unit: 'short',
    queries: [total('refusals')]
  },
  {
    title: 'Refusals by door',
    description: 'Where a "no" was said.',
    unit: 'ops',
    isStacked: true,
    queries: [rate('doors')]
  },
  {
    title: 'Refusals by side',
    description: 'Whether this node said no, the peers did, or the network lost them.',
    unit: 'ops',
    isStacked: true,
    queries: [rate('sides')]
  },
  {
    title: 'Streams at the gate',
    description:
      'Streams of peers that are not authorized, and of those that were just about to be.',
    unit: 'ops',
    isStacked: true,
    queries: [rate('streams')]
  },
  {
    title: 'Changes of state',
    description: 'Peers that entered each state.',
    unit: 'ops',
    isStacked: true,
    queries: [rate('transitions')]
  },
  {
    title: 'Causes of changes',
    description: 'The events that made peers change their state, in the time that is shown.',
    unit: 'short',
    queries: [total('causes')]
  },
  {
    title: 'Tables',
    description: 'Peers, bans and held streams are bounded: what is beyond is dropped or refused.',
    unit: 'short',
    queries: [now('entries')]
  },
  {
    title: 'Fullness of tables',
    description: 'At 100 % newcomers replace what matters least.',
    unit: 'percentunit',
    queries: [
      {
        expr: `sum by (table) (${GAUGES.entries.name}${CHOSEN}) / sum by (table) (${GAUGES.limits.name}${CHOSEN})`,
        legend: '{{table}}'
      }
    ]
  },
  {
    title: 'Working',
    description: 'Whether the datastore took what was last written, and gave what was last read.',
    unit: 'short',
    queries: [now('health')]
  }
]
