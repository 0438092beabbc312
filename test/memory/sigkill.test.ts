/** A node that is killed in the middle of its work, again and again, and starts with what it has on its disk. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { generateKeyPair, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { expect, it, onTestFinished } from 'vitest'
import { newId } from './house.ts'
import { emptyFolder } from './places.ts'
import { addressOf, ourNode, SOCKETS } from '../network/nodes.ts'
import { seeded } from '../policies/seeded.ts'
import { within } from '../network/waiting.ts'
import type { ChildProcess } from 'node:child_process'
import type { Opinion, Orders, Report } from './doomed-process.ts'

const FLUSH = 40

/**
 * What may be lost, in batches: a deed is in the first batch that begins after it or, if that one was
 * being put together already, in the second.
 */
const LOSS_WINDOW = 2

/** After so many deeds it is killed at the latest. */
const MOST_DEEDS = 60

/** The time of what was found at a start. */
const ON_DISK = 0

const lives: [disk: Orders['disk'], count: number][] = [
  ['datastore-level', 50],
  ['datastore-fs', 5]
]

it.each(lives)(
  'done-when 5: %s, SIGKILL at %i random moments: what is older than the loss window holds',
  async (disk, count) => {
    const friend = await ourNode({ protocolPrefix: '/doomed' }, SOCKETS)
    const suspects = await Promise.all(Array.from({ length: 30 }, newId))
    const orders: Orders = {
      disk,
      folder: await emptyFolder(),
      key: Buffer.from(privateKeyToProtobuf(await generateKeyPair('Ed25519'))).toString('base64'),
      flushInterval: FLUSH,
      suspects: suspects.map(String),
      friend: addressOf(friend).toString()
    }
    const luck = seeded(disk.length)
    const said = new Map<string, { at: number; opinion: Opinion | undefined }>()
    const sum = { held: 0, lost: 0, starts: 0, met: 0, said: 0, oldestLost: 0 }
    let killedAt = 0
    /** When the batches of the last life began that were written. */
    let batches: readonly number[] = []

    /** What was said in earlier lives, and what this one remembers of it. */
    const compare = (found: Record<string, Opinion>): string[] =>
      [...said].flatMap(([peer, { at, opinion }]) => {
        // what it was about to do when it was killed, it may have done
        if (opinion === undefined) return []
        const now = found[peer]
        const isKept = now?.reason === opinion.reason && near(now?.retryAt, opinion.retryAt)
        sum[isKept ? 'held' : 'lost']++
        if (isKept) return []
        if (at !== ON_DISK) sum.oldestLost = Math.max(sum.oldestLost, killedAt - at)
        // what an earlier life has found it has found for good
        const since = at === ON_DISK ? LOSS_WINDOW : batches.filter((begun) => begun > at).length
        return since < LOSS_WINDOW ? [] : [`${peer} ${JSON.stringify({ opinion, now, at })}`]
      })

    let next = load()
    for (let life = 0; life < count; life++) {
      const child = next
      next = load()
      await within(child.ready, 60_000)
      const faults: unknown[] = []
      const starts = sum.starts
      const written: number[] = []
      const listen = (report: Report): void => {
        if (report.type === 'failed') faults.push(report.error)
        if (report.type === 'met') sum.met++
        if (report.type === 'begins') said.set(report.peer, { at: Date.now(), opinion: undefined })
        if (report.type === 'did') {
          sum.said++
          said.set(report.peer, report)
        }
        if (report.type === 'wrote') written.push(report.begun)
        if (report.type !== 'started') return
        sum.starts++
        if (report.authorized > 0) faults.push('authorized from disk')
        faults.push(...compare(report.opinions))
        batches = written
        // what it did not find it is not asked for again
        for (const peer of said.keys()) {
          const opinion = report.opinions[peer]
          if (opinion === undefined) said.delete(peer)
          else said.set(peer, { at: ON_DISK, opinion })
        }
      }
      child.process.on('message', listen)
      child.process.send(orders)
      // one in five does not even get through its start
      const isEarly = luck() < 0.2
      if (!isEarly) await within(child.started, 60_000)
      if (!isEarly) await within(child.deeds(Math.floor(luck() * MOST_DEEDS)), 60_000)
      await pause(Math.floor(luck() * 60))
      child.process.kill('SIGKILL')
      await once(child.process, 'close')
      // whoever was killed before that has said nothing
      if (sum.starts > starts) killedAt = Date.now()
      expect(faults).toEqual([])
    }
    const last = next
    await within(last.ready, 60_000)
    const stillKnown = within(last.started, 60_000)
    last.process.send(orders)
    expect(compare((await stillKnown).opinions)).toEqual([])

    console.info(
      `${disk}: ${count} kills, ${sum.starts + 1} starts that got through, ${sum.said} deeds, ${sum.met} authorized anew, ` +
        `${sum.held} remembered, ${sum.lost} lost, the oldest of them ${sum.oldestLost} ms old (interval ${FLUSH} ms)`
    )
    expect(sum.starts).toBeGreaterThan(count / 2)
    expect(sum.held).toBeGreaterThan(sum.lost)
  },
  600_000
)

interface Life {
  readonly process: ChildProcess
  readonly ready: Promise<unknown>
  readonly started: Promise<Extract<Report, { type: 'started' }>>
  /** Settles when it has done so much. */
  deeds(count: number): Promise<void>
}

function load(): Life {
  const child = fork(join(import.meta.dirname, 'doomed-process.ts'))
  onTestFinished(() => void child.kill('SIGKILL'))
  const until = <Type extends Report['type']>(
    type: Type
  ): Promise<Extract<Report, { type: Type }>> =>
    new Promise((resolve, reject) => {
      const listen = (report: Report): void => {
        if (report.type !== type && report.type !== 'failed') return
        child.off('message', listen)
        if (report.type === 'failed') reject(new Error(report.error))
        else resolve(report as Extract<Report, { type: Type }>)
      }
      child.on('message', listen)
    })
  const [ready, started] = [until('ready'), until('started')]
  // a life may end before it has started
  for (const promise of [ready, started]) promise.catch(() => {})
  const deeds = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done++) await until('did')
  }
  return { process: child, ready, started, deeds }
}

/** Epoch milliseconds go through a process's own clock twice. */
const near = (a: number | undefined, b: number | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && Math.abs(a - b) < 50)

/** The moment of a murder is not to be waited for: it is drawn. */
const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms))
