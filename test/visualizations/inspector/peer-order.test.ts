/** Which peers the table shows, in which order, and how many each filter would leave. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { COLUMNS, found } from '../../../visualizations/inspector/views/peer-order.ts'
import type { PeerNow } from '../../../visualizations/inspector/model/scene.ts'

const PATHS = [
  'discovered.idle',
  'discovered.queued',
  'dialing',
  'authorized',
  'rejected.connected'
]
const ORDER = new Map(PATHS.map((path, at) => [path, at]))

const peer = fc.record({
  path: fc.constantFrom(...PATHS),
  since: fc.integer({ min: 0, max: 5 }),
  reason: fc.constantFrom('incompatible', 'timeout', undefined),
  direction: fc.constantFrom('inbound', 'outbound', undefined),
  source: fc.constantFrom('queue', 'none'),
  priority: fc.constantFrom('static', 'discovered', undefined),
  failures: fc.integer({ min: 0, max: 3 }),
  until: fc.constantFrom(7, Infinity, undefined),
  node: fc.constantFrom(0, 1)
})

const peers = fc.array(peer, { maxLength: 20 }).map((all) =>
  all.map(
    (fields, at) =>
      ({
        ...fields,
        key: `${fields.node}/p${at}`,
        peer: `p${at}`,
        state: fields.path.split('.')[0] ?? '',
        session: 0,
        connections: []
      }) as PeerNow
  )
)

const filter = fc.record({
  state: fc.constantFrom('discovered', 'discovered.queued', 'authorized', undefined),
  reason: fc.constantFrom('timeout', undefined),
  direction: fc.constantFrom('inbound', undefined),
  source: fc.constantFrom('queue', undefined),
  node: fc.constantFrom(0, undefined),
  text: fc.constantFrom('p1', 'P', undefined),
  sort: fc.constantFrom(
    ...COLUMNS.flatMap((column) => [column, `-${column}`]),
    'nonsense',
    undefined
  )
})

/** As one would do it by hand. */
function passes(each: PeerNow, { state, reason, direction, source, node, text }: Filter): boolean {
  return (
    [each.state, each.path].includes(state ?? each.path) &&
    (reason ?? each.reason) === each.reason &&
    (direction ?? each.direction) === each.direction &&
    (source ?? each.source) === each.source &&
    (node ?? each.node) === each.node &&
    each.peer.includes((text ?? '').toLowerCase())
  )
}

type Filter = Parameters<typeof found>[1]

// a filter that is not set is absent
const withoutNothing = (given: object): Filter =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))

test('those that pass every filter are shown, each once', () => {
  fc.assert(
    fc.property(peers, filter, (all, given) => {
      const { keys, total } = found(all, withoutNothing(given), ORDER)
      const expected = all.filter((each) => passes(each, withoutNothing(given)))
      expect(keys.toSorted()).toEqual(expected.map(({ key }) => key).toSorted())
      expect(total).toBe(all.filter(({ node }) => (given.node ?? node) === node).length)
    })
  )
})

test('a word is counted as often as it would show peers if it were chosen', () => {
  fc.assert(
    fc.property(peers, filter, (all, given) => {
      const { counts } = found(all, withoutNothing(given), ORDER)
      for (const facet of ['state', 'reason', 'direction', 'source'] as const) {
        for (const [word, count] of counts[facet]) {
          const other = found(all, withoutNothing({ ...given, [facet]: word }), ORDER)
          expect(count, `${facet} ${word}`).toBe(other.keys.length)
        }
      }
    })
  )
})

test('the other way round is the same backwards, but for those that are alike', () => {
  fc.assert(
    fc.property(peers, fc.constantFrom(...COLUMNS), (all, sort) => {
      const [up, down] = [sort, `-${sort}`].map((each) => found(all, { sort: each }, ORDER).keys)
      const fieldOf = new Map(all.map((each) => [each.key, fieldIn(each, sort)]))
      const values = (keys: readonly string[] = []): unknown[] =>
        keys.map((key) => fieldOf.get(key))
      expect(values(up)).toEqual(values(down).toReversed())
    })
  )
})

function fieldIn(each: PeerNow, column: (typeof COLUMNS)[number]): unknown {
  if (column === 'state') return each.path
  if (column === 'next') return each.until
  return column === 'connections' ? each.connections.length : each[column]
}
