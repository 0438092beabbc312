import { BaseDatastore } from 'datastore-core'
import fc from 'fast-check'
import { Key } from 'interface-datastore'
import { peerIdFromString } from '@libp2p/peer-id'
import { BANS, shelfOf } from '../../../src/memory/keys.ts'
import { readBan, readPeer } from '../../../src/memory/record.ts'
import { House, settled } from '../../memory/house.ts'
import { Choices } from '../choices.ts'
import { bytesOf, insist, insistShown } from '../target.ts'
import { OTHER_PEER, PEER } from './meeting.ts'
import type { Batch, Pair, Query } from 'interface-datastore'
import type { Target } from '../target.ts'

const SELF = peerIdFromString(PEER)
const PEERS = shelfOf(SELF)
const NOW = new House(SELF, new BaseDatastore()).clock.epoch()

/** What does not work. */
type Trouble = 'query' | 'get' | 'batch' | undefined

/** A datastore that answers with whatever it was given, and remembers what is written. */
class Garbage extends BaseDatastore {
  readonly pairs: readonly unknown[]
  readonly #trouble: Trouble
  readonly written = new Map<string, Uint8Array | undefined>()

  constructor(pairs: readonly unknown[], trouble: Trouble) {
    super()
    this.pairs = pairs
    this.#trouble = trouble
  }

  override async *query(_query: Query): AsyncGenerator<Pair> {
    for (const pair of this.pairs) yield pair as Pair
    if (this.#trouble === 'query') throw new Error('no more \u001b[2J')
  }

  override async get(key: Key): Promise<Uint8Array> {
    if (this.#trouble === 'get') throw new Error('nothing \u202e')
    const found = this.pairs.find(
      (pair) => String((pair as Partial<Pair> | null)?.key) === key.toString()
    )
    if (found === undefined) throw Object.assign(new Error('Not found'), { name: 'NotFoundError' })
    return (found as Pair).value
  }

  override batch(): Batch {
    const changes: [string, Uint8Array | undefined][] = []
    return {
      put: (key, value) => void changes.push([key.toString(), value]),
      delete: (key) => void changes.push([key.toString(), undefined]),
      commit: async () => {
        if (this.#trouble === 'batch') throw new Error('not a byte \u0000')
        for (const [key, value] of changes) this.written.set(key, value)
      }
    }
  }
}

function pairFrom(choices: Choices): unknown {
  const kind = choices.below(16)
  if (kind === 0) return choices.of([undefined, null, 5, {}, { key: 'text' }, [], { value: {} }])
  const shelf = choices.of([BANS.prefix, PEERS.prefix])
  const name = choices.of([PEER, OTHER_PEER, choices.text(60)])
  const key = kind === 1 ? choices.text(60) : `${shelf}/${name}`
  const valueFrom = choices.of<(from: Choices) => unknown>([banFrom, peerFrom, peerFrom, bytesFrom])
  const value = valueFrom(choices)
  return { key: kind === 2 ? key : new Key(key.startsWith('/') ? key : `/${key}`, false), value }
}

const bytesFrom = (choices: Choices): unknown =>
  choices.of<unknown>([choices.bytes(40), 'text', undefined, new Uint8Array(5_000)])

const timeFrom = (choices: Choices): unknown =>
  choices.of([
    NOW + (choices.number() - 32_768) * 3_600_000,
    NOW,
    choices.number(),
    'forever',
    'lifted',
    undefined
  ])

const banFrom = (choices: Choices): Uint8Array =>
  json({ v: 1 + (choices.byte() >> 7), at: timeFrom(choices), until: timeFrom(choices) })

function peerFrom(choices: Choices): Uint8Array {
  const no = {
    reason: choices.of(['incompatible', 'banned', 'x']),
    by: choices.of(['local', 'remote'])
  }
  return json({
    v: 1,
    at: choices.flag() ? NOW : timeFrom(choices),
    ...(choices.flag() && { no: { ...no, until: timeFrom(choices) } }),
    ...(choices.flag() && { goodAt: timeFrom(choices) }),
    ...(choices.flag() && { failures: choices.number() }),
    ...(choices.flag() && { isStatic: choices.flag(), isAnchor: choices.flag() }),
    ...(choices.flag() && { addresses: ['/ip4/1.2.3.4/tcp/1', choices.text(20)] })
  })
}

const json = (value: unknown): Uint8Array => bytesOf(JSON.stringify(value))

/** A whole datastore, read by a node that starts with it and lives for two minutes. */
export const datastore: Target = {
  name: 'datastore',
  files: [
    'src/memory/memory.ts',
    'src/memory/shelves.ts',
    'src/memory/ban-book.ts',
    'src/memory/peer-book.ts',
    'src/memory/write-behind.ts',
    'src/memory/record.ts',
    'src/memory/keys.ts'
  ],
  share: 30_000,
  maxLength: 512,
  arbitrary: fc.uint8Array({ maxLength: 200 }),
  async run(input) {
    const choices = new Choices(input)
    const isFull = choices.flag()
    const trouble = choices.of<Trouble>([undefined, undefined, 'query', 'get', 'batch'])
    const pairs: unknown[] = []
    while (!choices.isOver && pairs.length < 12) pairs.push(pairFrom(choices))
    const garbage = new Garbage(pairs, trouble)
    const house = new House(SELF, garbage, isFull ? { maxTracked: 2, maxBans: 1 } : {})
    const known = await house.memory.load()
    insist(known.length <= pairs.length, 'peers from nowhere')
    for (const [peer] of known) if (choices.flag()) house.ban(peer)
    house.clock.advance(31_000)
    await settled()
    house.fail(OTHER_PEER)
    const stopped = house.memory.stop()
    house.clock.advance(5_000)
    await stopped
    for (const line of [...house.notes, ...house.warnings]) insistShown(line)
    for (const { at, until } of house.bans.values()) {
      const isTime = until === 'lifted' || until === Infinity || Number.isSafeInteger(until)
      insist(Number.isSafeInteger(at) && isTime, 'a ban without times')
    }
    insistWritten(garbage)
  }
}

/** What a node writes it can read, and what a later version wrote stays. */
function insistWritten({ pairs, written }: Garbage): void {
  for (const [key, value] of written) {
    const read = key.startsWith(BANS.prefix) ? readBan : readPeer
    if (value !== undefined) insist(typeof read(value) === 'object', `unreadable: ${key}`)
    const before = pairs.find((pair) => String((pair as Partial<Pair> | null)?.key) === key)
    if (value !== undefined || before === undefined) continue
    insist(read((before as Pair).value) !== 'future', 'a record of a later version is removed')
  }
}
