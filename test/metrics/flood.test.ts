/** Row I2, with the whole service: a flood of bad hellos costs a bounded number of lines. */
import { multiaddr } from '@multiformats/multiaddr'
import { expect, it } from 'vitest'
import { HandshakeRefusedError } from '../../src/index.ts'
import { TextHandshake } from '../../src/testing/text-handshake.ts'
import { seconds, World } from '../rounds/world.ts'
import { HOSTILE_STRINGS, Notebook, UNPRINTABLE } from './notebook.ts'
import type { Script } from '../../src/testing/simulation/scripted-peer.ts'

/** Strangers, of whom each comes with a bad hello; STRANGERS=100000 makes it a long day. */
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
  expect(sumOf(lines.filter((line) => /^refused .* by=local /.test(line)))).toBe(STRANGERS)
  expect(sumOf(lines.filter((line) => line.startsWith('banned ')))).toBe(Math.ceil(STRANGERS / 3))
  const counted = world.peers.status().refusals.filter(({ by }) => by === 'local')
  expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(STRANGERS)
}, 600_000)

it('a ban has its line, whoever decided on it, and so has the ban of an address', async () => {
  const notebook = new Notebook('libp2p:peer-lifecycle:refusals')
  const world = await World.create({ logger: notebook })
  const [until, hour] = [
    world.clock.epoch() / 1_000 + 48 * 3_600,
    world.clock.epoch() / 1_000 + 3_600
  ]
  world.peers.ban(world.id('enemy'))
  world.peers.ban(world.id('friend'), { duration: Infinity })
  world.peers.unban(world.id('friend'))
  for (let i = 0; i < 5; i++) {
    const peer = world.peer(`stranger ${i}`)
    peer.script = 'garbage'
    await peer.greet(world.node, multiaddr(`/ip4/66.0.0.1/tcp/${i + 1}`))
    await world.rounds({})
  }
  const at = 'ip=66.0.0.1'
  expect(notebook.lines.filter((line) => line.startsWith('banned '))).toEqual([
    `banned peer=${world.id('enemy').toString()} reason=banned until=${until} ip=- n=1`,
    `banned peer=${world.id('friend').toString()} reason=banned until=never ip=- n=1`,
    ...[0, 1, 2, 3, 4].map((i) => {
      const peer = world.id(`stranger ${i}`).toString()
      return `banned peer=${peer} reason=protocol-violation until=${until} ${at} n=1`
    }),
    `banned peer=- reason=banned until=${hour} ${at} n=1`
  ])
})

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

const sumOf = (lines: readonly string[]): number =>
  lines.reduce((sum, line) => sum + Number(/ n=(\d+)/.exec(line)?.[1]), 0)
