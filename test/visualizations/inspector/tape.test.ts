/** The story can be wound back and forth, and comes to the same wherever it is wound to. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MOST_STEPS } from '../../../visualizations/inspector/model/buffer.ts'
import { Tape } from '../../../visualizations/inspector/model/tape.ts'
import { Lines, ORIGIN } from './lines.ts'
import type { Told } from '../../../visualizations/inspector/model/told.ts'

const PATHS = [
  'discovered.idle',
  'discovered.queued',
  'dialing',
  'connected.unpromoted',
  'authorized'
]

/** Something that a node may tell. */
type Act = readonly [what: number, peer: number, path: number]

const ACT = fc.tuple(fc.nat(7), fc.nat(5), fc.nat(PATHS.length - 1))

function told(lines: Lines, [what, number, place]: Act): Told[] {
  const peer = `p${number}`
  const path = PATHS[place] ?? 'dialing'
  if (what === 0) return [lines.forgotten(peer, path)]
  if (what === 1)
    return [lines.connection(peer, `c${place}`, place % 2 === 0 ? 'opened' : 'closed')]
  if (what === 2) return [lines.refusal(peer, 'timeout')]
  if (what === 3) return [lines.mode('filling', place % 2 === 0 ? 'full' : 'filling')]
  if (what === 4 && number === 0) {
    lines.seq += 7
    return [lines.head(), lines.peer(`p${place}`, path), lines.peer('old', 'rejected.connected')]
  }
  const reason = place === 1 ? 'incompatible' : null
  return [
    lines.move(peer, 'dialing', path, {
      change: { reason, failures: place },
      slot: place || undefined
    })
  ]
}

/** All that is shown, but for the time. */
const shown = ({ scene }: Tape): unknown => ({
  peers: [...scene.peers].toSorted(([a], [b]) => (a < b ? -1 : 1)),
  nodes: scene.nodes.map(({ name, mode }) => [name, mode])
})

function recount({ scene }: Tape, node?: number): Map<string, number> {
  const counts = new Map<string, number>()
  for (const peer of scene.peers.values()) {
    if (node === undefined || peer.node === node)
      counts.set(peer.path, (counts.get(peer.path) ?? 0) + 1)
  }
  return counts
}

function expectCounted(tape: Tape): void {
  expect(tape.scene.counts).toEqual(recount(tape))
  for (const { index, counts } of tape.scene.nodes) expect(counts).toEqual(recount(tape, index))
}

const TWO = [
  { name: 'alice', peer: '12D3alice' },
  { name: 'bob', peer: '12D3bob' }
]

describe('a tape', () => {
  test('comes to the same at a position, whichever way it was wound there', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(1), ACT), { maxLength: 60 }),
        fc.array(fc.nat(70), { maxLength: 12 }),
        (acts, walk) => {
          const tape = new Tape()
          tape.meet(TWO)
          const lines = [new Lines(), new Lines({ origin: ORIGIN + 77 })]
          // what is shown after each step, as it was when the step came
          const seen = new Map<number, unknown>()
          for (const node of [0, 1]) tape.tell(node, [lines[node]!.head(), lines[node]!.status()])
          seen.set(0, shown(tape))
          for (const [node, act] of acts) {
            lines[0]!.at = lines[1]!.at = Math.max(lines[0]!.at, lines[1]!.at) + 100
            tape.tell(node, [...told(lines[node]!, act), lines[node]!.status()])
            seen.set(tape.end, shown(tape))
            expectCounted(tape)
          }
          for (const position of [...walk, tape.end, 0]) {
            tape.goTo(position)
            expect(shown(tape)).toEqual(seen.get(tape.cursor))
            expectCounted(tape)
          }
          tape.live()
          expect(shown(tape)).toEqual(seen.get(tape.end))
        }
      ),
      { numRuns: 200 }
    )
  })

  test('that is told while it stands elsewhere comes to the same as one that was live', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(1), ACT, fc.nat(80)), { maxLength: 50 }), (acts) => {
        const [live, wound] = [new Tape(), new Tape()]
        const lines = [new Lines(), new Lines()]
        for (const tape of [live, wound]) {
          tape.meet(TWO)
          for (const node of [0, 1]) tape.tell(node, [lines[node]!.head(), lines[node]!.status()])
        }
        for (const [node, act, position] of acts) {
          // the clocks of the nodes run apart, and so steps come out of order
          const batch = [...told(lines[node]!, act), lines[node]!.status()]
          live.tell(node, batch)
          wound.tell(node, batch)
          wound.goTo(position)
          expectCounted(wound)
        }
        wound.goTo(0)
        wound.live()
        expect(shown(wound)).toEqual(shown(live))
        live.goTo(0)
        live.live()
        expect(shown(live)).toEqual(shown(wound))
      }),
      { numRuns: 200 }
    )
  })
})

describe('a step that comes late', () => {
  test('comes behind those of its node, wherever the page stood when they came', () => {
    const tape = new Tape()
    tape.meet(TWO)
    const lines = [new Lines(), new Lines()]
    for (const node of [0, 1]) tape.tell(node, [lines[node]!.head(), lines[node]!.status()])
    lines[0]!.at += 9_000
    tape.tell(0, [lines[0]!.mode('filling', 'full')])
    // stands behind that, and is told of what was before
    tape.pause()
    tape.tell(1, [lines[1]!.move('x', 'discovered.idle', 'dialing')])
    tape.goTo(0)
    tape.tell(1, [lines[1]!.move('x', 'dialing', 'authorized')])
    tape.live()
    expect(tape.scene.peers.get('1/x')).toMatchObject({ path: 'authorized' })
    expect(tape.stepsOf('1/x').map(({ index }) => index)).toEqual([1, 2])
  })
})

/** One node that was told of some peers. */
function oneNode(...peers: readonly string[]): { tape: Tape; lines: Lines } {
  const tape = new Tape()
  const lines = new Lines()
  tape.meet(TWO.slice(0, 1))
  tape.tell(0, [
    lines.head(),
    ...peers.map((peer) => lines.peer(peer, 'discovered.idle')),
    lines.status()
  ])
  return { tape, lines }
}

describe('what is kept', () => {
  test('is bounded: the oldest steps make room, and what was before them stays true', () => {
    const { tape, lines } = oneNode('a')
    const total = MOST_STEPS + 5
    for (let i = 0; i < total; i++) {
      const path = i % 2 === 0 ? 'dialing' : 'discovered.idle'
      tape.tell(0, [lines.move('a', 'discovered.idle', path, { change: { failures: i } })])
    }
    expect(tape.end).toBe(total)
    expect(tape.end - tape.start).toBeLessThanOrEqual(MOST_STEPS)
    expect(tape.dropped).toBe(10_001)
    expect(tape.stepsOf('0/a')).toHaveLength(total - 10_001)
    tape.goTo(0)
    expect(tape.cursor).toBe(10_001)
    expect(tape.scene.peers.get('0/a')?.failures).toBe(10_000)
    expectCounted(tape)
  })

  test('stays bounded, too, while somebody stands at its beginning', () => {
    const { tape, lines } = oneNode('a')
    tape.goTo(0)
    const many = Array.from({ length: MOST_STEPS + 5 }, (_, i) =>
      lines.move('a', 'dialing', 'dialing', { change: { failures: i } })
    )
    tape.tell(0, many)
    expect(tape.cursor).toBe(tape.start)
    expect(tape.scene.peers.get('0/a')?.failures).toBe(tape.start - 1)
  })

  test('counts the peers of a beginning, of which a page that falls behind is told many', () => {
    const { tape, lines } = oneNode('a')
    const peers = Array.from({ length: 5_000 }, (_, i) => lines.peer(`p${i}`, 'dialing'))
    for (let i = 0; i < 25; i++) {
      tape.leftOut(0, 10)
      lines.seq += 10
      tape.tell(0, [lines.head(), ...peers, lines.status()])
    }
    expect(tape.end).toBe(25)
    expect(tape.end - tape.start).toBeLessThanOrEqual(MOST_STEPS / peers.length)
    tape.goTo(tape.start)
    expect(tape.scene.peers.size).toBe(5_000)
    expectCounted(tape)
  })

  test('is wound through as fast as a map is written', () => {
    const tape = new Tape()
    const lines = new Lines()
    tape.meet(TWO.slice(0, 1))
    const peers = Array.from({ length: 10_000 }, (_, i) => lines.peer(`p${i}`, 'discovered.idle'))
    tape.tell(0, [lines.head(), ...peers, lines.status()])
    const moves = Array.from({ length: MOST_STEPS }, (_, i) =>
      lines.move(`p${(i * 7) % 10_000}`, 'dialing', PATHS[i % PATHS.length] ?? 'dialing')
    )
    tape.tell(0, moves)
    // measured against something that takes some milliseconds on any machine, however busy it is
    const rounds = Array.from({ length: 6 }, (_, i) => [
      timed(() => tape.goTo(i % 2 === 0 ? tape.start : tape.end)),
      timed(mapWork)
    ])
    expectCounted(tape)
    const [winding = 0, work = 0] = [0, 1].map((at) => Math.min(...rounds.map((one) => one[at]!)))
    expect(winding).toBeLessThan(work * 5)
  })
})

function timed(act: () => void): number {
  const begun = performance.now()
  act()
  return performance.now() - begun
}

/** As many changes of a map of as many peers as there are steps. */
function mapWork(): void {
  const map = new Map<string, number>()
  for (let i = 0; i < MOST_STEPS; i++) map.set(`p${(i * 7) % 10_000}`, i)
}
