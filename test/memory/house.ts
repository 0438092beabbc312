import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { Memory } from '../../src/memory/memory.ts'
import { HOUR } from './times.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import type { MemoryInit } from '../../src/memory/memory.ts'
import type { BanRecord, PeerRecord } from '../../src/memory/record.ts'
import type { Logger, PeerId } from '@libp2p/interface'
import type { Datastore } from 'interface-datastore'

export const newId = async (): Promise<PeerId> =>
  peerIdFromPrivateKey(await generateKeyPair('Ed25519'))

/** Time passes in steps shorter than every deadline of an operation, so that none is missed by haste. */
const STEP = 5_000

/** The memory's room alone, on a clock that is advanced by hand; what the house knows is two maps. */
export class House {
  readonly clock: ManualClock
  readonly memory: Memory
  /** What there is to remember of peers. */
  readonly peers = new Map<string, PeerRecord>()
  readonly bans = new Map<string, BanRecord>()
  readonly addresses = new Map<string, readonly string[]>()
  anchors: readonly string[] = []
  /** Warnings, and what else was logged. */
  readonly warnings: string[] = []
  readonly notes: string[] = []

  constructor(
    self: PeerId,
    datastore: Datastore,
    { clock = new ManualClock(), ...init }: Partial<MemoryInit & { clock: ManualClock }> = {}
  ) {
    this.clock = clock
    this.memory = new Memory(
      {
        self,
        datastore,
        clock,
        memory: { flushInterval: 5_000, refreshInterval: 30_000 },
        maxTracked: 1_000,
        maxBans: 1_000,
        log: this.#log(),
        ...init
      },
      {
        banOf: (peer) => this.#banOf(peer),
        restoreBan: (peer, record) => void this.bans.set(peer.toString(), record),
        recordOf: (peer) => this.peers.get(peer),
        anchors: () => this.anchors,
        addressesOf: async (peer) => this.addresses.get(peer) ?? []
      }
    )
  }

  /** Somebody says this of the peer now, for so many milliseconds. */
  ban(peer: PeerId | string, duration: number | 'lifted' = 3_600_000): void {
    const key = peer.toString()
    const at = Math.max(this.clock.epoch(), (this.bans.get(key)?.at ?? 0) + 1)
    this.bans.set(key, { at, until: duration === 'lifted' ? duration : at + duration })
    this.memory.banned(key)
  }

  /** The peer has failed so often in a row. */
  fail(peer: PeerId | string, failures = 1): void {
    const key = peer.toString()
    this.peers.set(key, { at: this.clock.epoch(), failures })
    this.memory.touched(key)
  }

  /** Lets time pass, and whatever begins then come to its end, as far as it does. */
  async passes(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= STEP) {
      this.clock.advance(Math.min(left, STEP))
      await settled()
    }
  }

  /** As in the ban table: what is over is not there any more, nor, after an hour, that it was lifted. */
  #banOf(peer: string): BanRecord | undefined {
    const ban = this.bans.get(peer)
    if (ban === undefined) return undefined
    const end = ban.until === 'lifted' ? ban.at + HOUR : ban.until
    return end > this.clock.epoch() ? ban : undefined
  }

  #log(): Logger {
    return Object.assign(sayIn(this.notes), { error: sayIn(this.warnings) }) as unknown as Logger
  }
}

const sayIn =
  (lines: string[]) =>
  (format: string, ...values: unknown[]): void =>
    void lines.push(
      values.reduce<string>((line, value) => line.replace(/%\w/, String(value)), format)
    )

/** What needs no time to pass has happened. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) {
    const { promise, resolve } = Promise.withResolvers<void>()
    setImmediate(resolve)
    await promise
  }
}
