/** The same metrics through libp2p's OpenTelemetry implementation, read by the SDK. */
import { metrics as api } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader
} from '@opentelemetry/sdk-metrics'
import { openTelemetryMetrics } from '@libp2p/opentelemetry-metrics'
import { expect, it, onTestFinished } from 'vitest'
import { chainHandshake } from '../../src/index.ts'
import { COUNTERS, GAUGES, HISTOGRAMS } from '../../src/metrics/catalogue.ts'
import { addressOf, authorize, OTHER_CHAIN, ourNode } from '../network/nodes.ts'
import { failure } from '../network/waiting.ts'

it('OpenTelemetry shows every metric, and counters that grow by what happened', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const provider = new MeterProvider({ readers: [reader] })
  api.setGlobalMeterProvider(provider)
  onTestFinished(async () => {
    api.disable()
    await provider.shutdown()
  })
  const node = await ourNode({}, { metrics: openTelemetryMetrics() })
  await authorize(node, await ourNode())
  const stranger = await ourNode({ handshake: chainHandshake(OTHER_CHAIN) })
  await failure(node.services.peers.connect(addressOf(stranger)))

  // however often it is looked at
  for (let i = 0; i < 3; i++) {
    exporter.reset()
    await reader.forceFlush()
    const shown = exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap(({ metrics }) => metrics)
      .filter(({ descriptor }) => descriptor.name.startsWith('libp2p_peer_lifecycle_'))
    const valueOf = (name: string, value: string): unknown =>
      shown
        .find(({ descriptor }) => descriptor.name === name)
        ?.dataPoints.find(({ attributes }) => Object.values(attributes).includes(value))?.value

    const all = [GAUGES, COUNTERS, HISTOGRAMS].flatMap((group) => Object.values(group))
    const names = shown.map(({ descriptor }) => descriptor.name)
    expect(new Set(names)).toEqual(new Set(all.map(({ name }) => name)))
    expect(valueOf(GAUGES.peers.name, 'authorized')).toBe(1)
    expect(valueOf(COUNTERS.refusals.name, 'incompatible')).toBe(1)
    expect(valueOf(COUNTERS.dials.name, 'connected')).toBe(2)
    const [dials] = shown.filter(({ descriptor }) => descriptor.name === HISTOGRAMS.dial.name)
    expect(dials?.dataPoints[0]?.value).toMatchObject({ count: 2 })
    const series = shown.reduce((sum, { dataPoints }) => sum + dataPoints.length, 0)
    expect(series).toBeLessThan(200)
  }
})
