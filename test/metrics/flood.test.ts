/** Row I2, with the whole service: a flood of bad hellos costs a bounded number of lines. */
import { expect, it } from 'vitest'
import { HandshakeRefusedError } from '../../src/index.ts'
import { TextHandshake } from '../network/text-handshake.ts'
import { seconds, World } from '../rounds/world.ts'
import { HOSTILE_STRINGS, Notebook, UNPRINTABLE } from './notebook.ts'
import type { Script } from '../rounds/scripted-peer.ts'

/** Strangers, of whom each comes with a bad hello; the soak makes it 100,000. */
const STRANGERS = Number(process.env['STRANGERS'] ?? 500)

/** Lines of a minute: ten of a kind and their sum, of the few kinds that there are. */
const LINES = 11 * 6

it('a flood of bad hellos: every refusal is told, in lines that no peer can break or multiply', async () => {
  const notebook = new Notebook('libp2p:peer-lifecycle:refusals')
  // an application that puts what it heard in its words
  const handshake = new TextHandshake('chain 7', (word) => {
    if (word !== 'chain 7') throw new HandshakeRefusedError('incompatible', `not ${word}`)
    return word
  })
  const world = await World.create({ handshake, logger: notebook, maxTracked: 200 })
  const scripts: readonly Script[] = ['garbage', 'honest', 'honest']
  const before = world.clock.epoch()
  for (let i = 0; i < STRANGERS; i++) {
    const peer = world.peer(`stranger ${i}`)
    peer.script = scripts[i % scripts.length] ?? 'honest'
    peer.word = HOSTILE_STRINGS[i % HOSTILE_STRINGS.length]?.slice(0, 500) ?? ''
    await peer.greet(world.node)
    if (i % 20 === 19) await world.rounds({ advance: 100 })
  }
  const minutes = Math.ceil((world.clock.epoch() - before) / 60_000)
  await world.rounds({ advance: seconds(60) })

  const { lines } = notebook
  expect(lines.length).toBeLessThanOrEqual((minutes + 1) * LINES)
  for (const line of lines) {
    expect(line).not.toMatch(UNPRINTABLE)
    expect(line).toMatch(/^(refused reason=|banned peer=)/)
    expect(line.length).toBeLessThan(800)
  }
  const told = lines.filter((line) => line.startsWith('refused ') && line.includes(' by=local '))
  const numbers = told.map((line) => Number(/ n=(\d+) /.exec(line)?.[1]))
  expect(numbers.reduce((a, b) => a + b, 0)).toBe(STRANGERS)
  const counted = world.peers.status().refusals.filter(({ by }) => by === 'local')
  expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(STRANGERS)
}, 600_000)

it('a node that stops writes the sums that it owes, and leaves no deadline', async () => {
  const notebook = new Notebook('libp2p:peer-lifecycle:refusals')
  const world = await World.create({ logger: notebook })
  for (let i = 0; i < 12; i++) {
    const peer = world.peer(`stranger ${i}`)
    peer.script = 'wrong chain'
    await peer.greet(world.node)
  }
  await world.rounds({})
  expect(notebook.lines).toHaveLength(10)
  const stopped = world.node.stop()
  await world.network.advance(seconds(2))
  await stopped
  expect(notebook.lines).toHaveLength(11)
  expect(notebook.lines.at(-1)).toContain(' peer=- ip=- retry=86400s n=2 ')
  expect(world.clock.pending).toBe(0)
})
