import { GAUGES } from '../../src/metrics/catalogue.ts'
import { PANELS } from './panels.ts'
import type { Panel } from './panels.ts'

/** Grafana's grid is 24 columns wide. */
const COLUMNS = 24
const WIDTH = 8
const HEIGHT = 8

const SOURCE = { type: 'prometheus', uid: '${datasource}' }

/** The dashboard as Grafana imports it. */
function dashboard(): object {
  return {
    title: 'Peer lifecycle',
    uid: 'libp2p-peer-lifecycle',
    tags: ['libp2p'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
        {
          name: 'instance',
          label: 'Node',
          type: 'query',
          datasource: SOURCE,
          query: `label_values(${GAUGES.peers.name}, instance)`,
          refresh: 2,
          multi: true,
          includeAll: true,
          allValue: '.*',
          current: { text: 'All', value: '$__all' }
        }
      ]
    },
    panels: PANELS.map(drawn)
  }
}

function drawn({ title, description, unit, queries, isStacked }: Panel, index: number): object {
  const perRow = COLUMNS / WIDTH
  return {
    id: index + 1,
    type: 'timeseries',
    title,
    description,
    datasource: SOURCE,
    gridPos: {
      x: (index % perRow) * WIDTH,
      y: Math.floor(index / perRow) * HEIGHT,
      w: WIDTH,
      h: HEIGHT
    },
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        custom: isStacked === true ? { fillOpacity: 40, stacking: { mode: 'normal' } } : {}
      },
      overrides: []
    },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
    targets: queries.map(({ expr, legend }, at) => ({
      refId: String.fromCodePoint(65 + at),
      datasource: SOURCE,
      expr,
      legendFormat: legend
    }))
  }
}

/** The text of the dashboard's file. */
export function dashboardText(): string {
  return `${JSON.stringify(dashboard(), null, 2)}\n`
}
