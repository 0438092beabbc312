/** What is counted in the story is what is in it, at the time that is shown. */
import { describe, expect, test } from 'vitest'
import { Tape } from '../../../visualizations/inspector/model/tape.ts'
import { Lines, ORIGIN } from './lines.ts'

/** Ten seconds: a refusal each second, and the same way taken there and back all the time. */
function story(): Tape {
  const tape = new Tape()
  const lines = new Lines()
  tape.meet([{ name: 'a', peer: 'a' }])
  lines.at = 0
  tape.tell(0, [lines.head()])
  for (let second = 0; second < 10; second++) {
    lines.at = second * 1_000
    tape.tell(0, [
      lines.move('x', 'discovered.queued', 'dialing'),
      lines.refusal(
        'x',
        second < 4 ? 'timeout' : 'incompatible',
        second === 9 ? { omitted: 5 } : {}
      ),
      lines.move('x', 'dialing', 'discovered.queued')
    ])
  }
  return tape
}

const THERE = 'discovered.queued peer.unwanted dialing'
const BACK = 'dialing peer.unwanted discovered.queued'

describe('the figures of a story', () => {
  test('say which ways were taken lately, before the cursor', () => {
    const tape = story()
    expect([...tape.edgesSince(ORIGIN + 8_000)]).toEqual([
      [BACK, 2],
      [THERE, 2]
    ])
    expect(tape.edgesSince(ORIGIN + 20_000).size).toBe(0)
    tape.goTo(1)
    expect([...tape.edgesSince(0)]).toEqual([[THERE, 1]])
    tape.goTo(0)
    expect(tape.edgesSince(0).size).toBe(0)
  })

  test('say what was refused when, with what was left out, the most frequent word first', () => {
    const tape = story()
    const { from, to, width, reasons } = tape.refusalsOverTime(10)
    expect([from, to, width]).toEqual([ORIGIN + 10, ORIGIN + 9_030, 902])
    expect([...reasons]).toEqual([
      ['incompatible', [0, 0, 0, 0, 1, 1, 1, 1, 1, 6]],
      ['timeout', [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]]
    ])
    tape.goToTime(ORIGIN + 3_500)
    expect([...tape.refusalsOverTime(4).reasons]).toEqual([['timeout', [1, 1, 1, 1]]])
    expect(tape.refusalsOverTime(10, 1).reasons.size).toBe(0)
  })

  test('say how much happened when, also behind the cursor', () => {
    const tape = story()
    const marks = tape.marks(10)
    expect(marks.steps).toEqual([3, 3, 3, 3, 3, 3, 3, 3, 3, 3])
    expect(marks.refusals).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 6])
    tape.goTo(0)
    expect(tape.marks(10)).toEqual(marks)
  })

  test('of nothing are empty', () => {
    const tape = new Tape()
    expect(tape.marks(3)).toMatchObject({ steps: [0, 0, 0], refusals: [0, 0, 0] })
    expect(tape.refusalsOverTime(3).reasons.size).toBe(0)
    expect(tape.recentSteps(5)).toEqual([])
    expect(tape.lastStep).toBeUndefined()
  })
})

describe('the steps of a story', () => {
  test('are those before the cursor, and the next one of a peer is behind it', () => {
    const tape = story()
    expect(tape.recentSteps(2).map(({ index }) => index)).toEqual([29, 28])
    tape.goTo(4)
    expect(tape.lastStep).toMatchObject({ index: 3, edge: THERE })
    expect(tape.recentSteps(9).map(({ index }) => index)).toEqual([3, 2, 1, 0])
    expect(tape.stepsOf('0/x').map(({ index }) => index)).toEqual([0, 1, 2, 3])
    expect(tape.nextOf('0/x')).toMatchObject({ index: 4, kind: 'refusal' })
    expect(tape.previousOf('0/x')).toMatchObject({ index: 2 })
    tape.goToStep(tape.stepAt(7)!)
    expect(tape.cursor).toBe(8)
    tape.goTo(0)
    expect(tape.previousOf('0/x')).toBeUndefined()
    expect(tape.stepsOf('0/nobody')).toEqual([])
  })

  test('are gone to by their time', () => {
    const tape = story()
    tape.goToTime(ORIGIN + 2_500)
    expect(tape.cursor).toBe(9)
    expect(tape.scene.now).toBe(ORIGIN + 2_030)
    tape.goToTime(0)
    expect(tape.cursor).toBe(0)
    tape.goToTime(Infinity)
    expect(tape.cursor).toBe(tape.end)
    expect(tape.isLive).toBe(false)
  })

  test('of several nodes are in the order of time, whenever they were told', () => {
    const tape = new Tape()
    tape.meet([
      { name: 'a', peer: 'a' },
      { name: 'b', peer: 'b' }
    ])
    for (const node of [0, 1]) {
      const lines = new Lines()
      // the past of each node comes at once
      const moves = [1, 2, 3].map((second) => {
        lines.at = second * 1_000 + node * 100
        return lines.move('x', 'dialing', 'dialing')
      })
      tape.tell(node, [lines.head({ seq: 0 }), ...moves, lines.status()])
    }
    expect(tape.recentSteps(9).map(({ node }) => node)).toEqual([1, 0, 1, 0, 1, 0])
    expect(tape.recentSteps(9).map(({ index }) => index)).toEqual([5, 4, 3, 2, 1, 0])
  })
})
