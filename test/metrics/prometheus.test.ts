/** A real node, scraped by a real Prometheus, and asked what the dashboard asks. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { prometheusMetrics } from '@libp2p/prometheus-metrics'
import { multiaddr } from '@multiformats/multiaddr'
import { register } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { chainHandshake } from '../../src/index.ts'
import { dashboardText } from '../../visualizations/grafana/dashboard.ts'
import {
  addressOf,
  APP,
  authorize,
  OTHER_CHAIN,
  ourNode,
  SOCKETS,
  stockNode
} from '../network/nodes.ts'
import { eventually, failure } from '../network/waiting.ts'
import { HOSTILE_STRINGS } from './notebook.ts'
import { isInstalled, ran, startPrometheus } from './prometheus.ts'
import type { OurNode } from '../network/nodes.ts'

const DASHBOARD = join(import.meta.dirname, '../../visualizations/grafana/peer-lifecycle.json')
const OURS = 'libp2p_peer_lifecycle_'

/** In CI a missing program is a failure, elsewhere a reason to skip. */
const canRun = isInstalled('prometheus') && isInstalled('promtool')
const isSkipped = !canRun && process.env['CI'] === undefined

interface Dashboard {
  readonly panels: readonly {
    readonly title: string
    readonly targets: readonly { readonly expr: string }[]
  }[]
}

const panels = async (): Promise<Dashboard['panels']> =>
  (JSON.parse(await readFile(DASHBOARD, 'utf8')) as Dashboard).panels

/** The queries of a panel as Grafana sends them for the last minute of all nodes. */
const sent = (expr: string): string =>
  expr
    .replaceAll('$__rate_interval', '1m')
    .replaceAll('$__range', '1m')
    .replaceAll('$instance', '.*')

describe('the dashboard', () => {
  it('is what npm run diagrams makes of it', async () => {
    expect(await readFile(DASHBOARD, 'utf8')).toBe(dashboardText())
  })

  it('shows every metric of the service', async () => {
    const text = JSON.stringify(await panels())
    await ourNode({}, { metrics: prometheusMetrics() })
    const names = (await ourMetrics()).matchAll(/^# TYPE (\w+) /gm)
    const missing = [...names].filter(([, name = '']) => !text.includes(name))
    expect(missing.map(([, name]) => name)).toEqual([])
  })
})

describe.skipIf(isSkipped)(
  'Prometheus (skipped if it is not installed: apt install prometheus)',
  () => {
    it(
      'scrapes a node, and answers every query of the dashboard',
      { timeout: 120_000 },
      async () => {
        const node = await ourNode({}, { ...SOCKETS, metrics: prometheusMetrics() })
        await node.handle(APP, () => {})
        const prometheus = await startPrometheus(async () => register.metrics())
        await makeTraffic(node)
        await prometheus.scraped()

        for (const { title, targets } of await panels()) {
          for (const { expr } of targets) {
            const answer = await prometheus.query(sent(expr))
            expect(answer.length, `${title}: ${expr}`).toBeGreaterThan(0)
            expect(
              answer.some(({ value }) => Number.isFinite(value)),
              `${title}: ${expr}`
            ).toBe(true)
          }
        }
        const words = await prometheus.query(`${OURS}refusals_total > 0`)
        expect(words.map(({ metric }) => metric['reason'])).toEqual(
          expect.arrayContaining(['incompatible', 'dial-failed', 'requested'])
        )
        expect(await prometheus.query(`${OURS}slots{kind="requested"}`)).toMatchObject([
          { value: 1 }
        ])
        const [series] = await prometheus.query(`count({__name__=~"${OURS}.*"})`)
        expect(series?.value).toBeLessThan(200)
      }
    )

    it('finds nothing to say against the names, types and helps', async () => {
      await ourNode({}, { metrics: prometheusMetrics() })
      const { code, output } = await ran('promtool', ['check', 'metrics'], await ourMetrics())
      expect([code, output]).toEqual([0, ''])
    })
  }
)

describe('row I3: metric cardinality', () => {
  it('no string of a peer makes a series', { timeout: 60_000 }, async () => {
    const node = await ourNode({}, { ...SOCKETS, metrics: prometheusMetrics() })
    await makeTraffic(node)
    const before = seriesIn(await ourMetrics())
    for (const [i, text] of HOSTILE_STRINGS.entries()) {
      const nodeInfo = { userAgent: text.slice(0, 200) || 'none' }
      const hostile = await stockNode({}, { ...SOCKETS, nodeInfo })
      await hostile.dial(addressOf(node))
      await failure(
        hostile.dialProtocol(
          node.peerId,
          `/hostile/${i}/${encodeURI(text.slice(0, 50).toWellFormed())}`
        )
      )
    }
    expect(seriesIn(await ourMetrics())).toEqual(before)
    expect(before.length).toBeLessThan(200)
  })
})

/** The page of the metrics, without those of libp2p and Node. */
async function ourMetrics(): Promise<string> {
  const lines = (await register.metrics()).split('\n')
  return `${lines.filter((line) => new RegExp(`^(# \\w+ )?${OURS}`).test(line)).join('\n')}\n`
}

const seriesIn = (page: string): string[] =>
  page.split('\n').flatMap((line) => /^(\w+(?:\{.*\})?) /.exec(line)?.[1] ?? [])

/** A little of everything: an agreement, refusals by each side, a dead address, a stream that is refused. */
async function makeTraffic(node: OurNode): Promise<void> {
  const friend = await ourNode({}, SOCKETS)
  await authorize(node, friend)
  const stranger = await ourNode({ handshake: chainHandshake(OTHER_CHAIN) }, SOCKETS)
  await failure(node.services.peers.connect(addressOf(stranger)))
  const gone = await stockNode({}, SOCKETS)
  const address = multiaddr(addressOf(gone).toString())
  await gone.stop()
  await failure(node.services.peers.connect(address))
  const visitor = await stockNode({}, SOCKETS)
  await visitor.dial(addressOf(node))
  await failure(node.dialProtocol(visitor.peerId, APP))
  const parting = await ourNode({}, SOCKETS)
  await authorize(parting, node)
  await parting.services.peers.disconnect(node.peerId)
  await eventually(() => expect(node.services.peers.isAuthorized(parting.peerId)).toBe(false))
}
