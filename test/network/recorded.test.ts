/** Whose a connection is, as recordings of real nodes tell it. */
import { expect, it } from 'vitest'
import { inspectableOf } from '../../src/inspectable.ts'
import { replayRecording } from '../../src/inspector/index.ts'
import { parsed } from '../recorder/lines.ts'
import { addressOf, authorize, ourNode, SOCKETS, stockNode } from './nodes.ts'
import { eventually } from './waiting.ts'
import type { OurNode } from './nodes.ts'
import type { PeerId } from '@libp2p/interface'

const recorder = { lines: 1_000 }

/** What is recorded of the connections with a peer, what is open now last. */
function told(node: OurNode, { peerId }: { peerId: PeerId }): unknown[] {
  const peer = peerId.toString()
  const past = [...node.services.peers.recording()].map(parsed)
  const present = [...inspectableOf(node.services.peers).begin({ past: false })].map(parsed)
  const now = present.find((line) => line['peer'] === peer)?.['connections'] ?? []
  return [
    ...past
      .filter((line) => line['type'] === 'connection' && line['peer'] === peer)
      .map(({ what, opener }) => `${String(what)} ${String(opener)}`),
    (now as { opener: string }[]).map(({ opener }) => opener)
  ]
}

it.each(['plain', 'secured'] as const)(
  'we dialed it, it came, or another part of the node dialed it: %s',
  async (security) => {
    const a = await ourNode({ recorder }, { security, ...SOCKETS })
    const b = await ourNode({ recorder, outboundShare: 0 }, { security, ...SOCKETS })
    await authorize(a, b)
    expect(told(a, b)).toEqual(['opened own', ['own']])
    expect(told(b, a)).toEqual(['opened inbound', ['inbound']])

    const c = await ourNode({ recorder, outboundShare: 0 }, { security, ...SOCKETS })
    await b.dial(addressOf(c))
    await eventually(() => expect(told(c, b)).toEqual(['opened inbound', ['inbound']]))
    expect(told(b, c)).toEqual(['opened foreign', ['foreign']])

    await b.hangUp(c.peerId)
    await eventually(() => {
      expect(told(b, c)).toEqual(['opened foreign', 'closed foreign', []])
      expect(told(c, b)).toEqual(['opened inbound', 'closed inbound', []])
    })
    for (const node of [a, b, c]) {
      const { divergence } = await replayRecording(node.services.peers.recording())
      expect(divergence).toBeUndefined()
    }
  }
)

it('one that another part has dialed stays foreign when it is adopted', async () => {
  const a = await ourNode({ recorder, outboundShare: 0 }, SOCKETS)
  const b = await ourNode({}, SOCKETS)
  await a.dial(addressOf(b))
  await authorize(a, b)
  expect(told(a, b)).toEqual(['opened foreign', ['foreign']])
})

it('a stranger to this library is told of like everybody else', async () => {
  const a = await ourNode({ recorder }, SOCKETS)
  const b = await stockNode({}, SOCKETS)
  await a.services.peers.connect(addressOf(b)).catch(() => {})
  expect(told(a, b)[0]).toBe('opened own')
  expect((await replayRecording(a.services.peers.recording())).divergence).toBeUndefined()
})
