import { dispositionOf, isWireReason, NOTED_REASONS, WIRE_REASONS } from '../machines/index.ts'
import { code, markdownTable } from './tables.ts'
import type { CoolDown, Disposition, Fault, Reason } from '../machines/index.ts'

const MINUTE = 60_000

/** Units from the longest to the shortest; a time is told in the longest that it is a multiple of. */
const UNITS = [
  [60 * MINUTE, 'h'],
  [MINUTE, 'min'],
  [1_000, 's']
] as const

const FAULTS: Readonly<Record<Fault, string>> = {
  peer: 'the peer',
  us: 'this node',
  network: 'the network',
  nobody: 'nobody'
}

/** What follows from every word that something follows from, by who said it. */
export function dispositionTable(): string {
  return markdownTable(
    [
      'reason',
      'who says it',
      'connection',
      'left alone',
      'shut out',
      '`connect()` waits',
      'bans',
      'forgets',
      'whose fault'
    ],
    NOTED_REASONS.flatMap((reason) => [
      rowOf(reason, sayerOf(reason), dispositionOf(reason, 'local')),
      ...WIRE_REASONS.filter((word) => word === reason).map((word) =>
        rowOf(word, 'the peer', dispositionOf(word, 'remote'))
      )
    ])
  )
}

/** What is no verdict happened on the way; but the application's filter is here. */
function sayerOf(reason: Reason): string {
  return isWireReason(reason) || reason === 'filtered' ? 'this node' : 'the network'
}

function rowOf(reason: Reason, sayer: string, disposition: Disposition): string[] {
  const { connection, coolDown, refusesInbound, yields, bans, forgets, fault } = disposition
  const isNone = coolDown.base === 0
  return [
    code(reason),
    sayer,
    connection === 'close' ? 'closed' : 'kept',
    isNone ? '' : lengthsOf(coolDown),
    tick(refusesInbound),
    tick(!isNone && !yields),
    tick(bans),
    tick(forgets),
    FAULTS[fault]
  ]
}

const tick = (holds: boolean): string => (holds ? 'yes' : '')

/** `10 min`, or `10 min, 20 min ... 24 h` where it grows. */
function lengthsOf({ base, factor, cap, jitter }: CoolDown): string {
  const steps = factor === 1 ? '' : `, ${duration(base * factor)} ... ${duration(cap)}`
  return `${jitter === 0 ? '' : 'up to '}${duration(base)}${steps}`
}

function duration(milliseconds: number): string {
  const [length, unit] = UNITS.find(([size]) => milliseconds % size === 0) ?? [1, 'ms']
  return `${milliseconds / length} ${unit}`
}
