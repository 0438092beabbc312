import { SlotBook } from '../../machines/index.ts'
import { Admission } from '../../src/admission/admission.ts'
import { ipFrom } from '../../src/ip.ts'
import { ADMISSION_DEFAULTS } from '../../src/options/admission-options.ts'
import { ManualClock } from '../../src/testing/manual-clock.ts'
import type { SlotLimits } from '../../machines/index.ts'
import type { AdmissionOptions } from '../../src/options/admission-options.ts'

type DeskInit = Partial<SlotLimits> & { options?: Partial<AdmissionOptions> }

/** Admission in front of a book of slots, on a clock that is moved by hand. */
export class Desk {
  readonly clock = new ManualClock()
  readonly book: SlotBook
  readonly admission: Admission
  /** Peers that are let in past the limits, and addresses that are banned, with the end of the ban. */
  readonly exempt = new Set<string>()
  readonly banned = new Map<string, number>()
  #peers = 0

  constructor({ options, ...limits }: DeskInit = {}) {
    this.book = new SlotBook({ maxPeers: 1_000, outboundShare: 0, ...limits })
    const { clock, book } = this
    this.admission = new Admission(
      { clock, admission: { ...ADMISSION_DEFAULTS, ...options } },
      {
        take: (peer) => book.take(peer, 'inbound') ?? book.refusal('inbound') ?? 'too-many-peers',
        holds: (session) => book.holds(session),
        isExempt: (peer) => this.exempt.has(peer),
        bannedUntil: ({ text }) => this.banned.get(text)
      }
    )
  }

  /** A peer that nobody has seen before comes from there: its session, or the word that it hears. */
  come(from?: string, peer = `peer-${++this.#peers}`): number | string {
    const answer = this.admission.admit(peer, from === undefined ? undefined : ipFrom(from))
    return typeof answer === 'number' ? answer : answer.reason
  }

  /** As many come one after another: how many got in, and what the others heard. */
  crowd(count: number, from: (index: number) => string | undefined): Record<string, number> {
    const heard: Record<string, number> = {}
    for (let index = 0; index < count; index++) {
      const answer = this.come(from(index))
      const word = typeof answer === 'number' ? 'in' : answer
      heard[word] = (heard[word] ?? 0) + 1
    }
    return heard
  }

  /** All that is pending is authorized. */
  authorizeAll(): void {
    for (const { session } of this.book.list()) this.admission.settled(session, false)
  }

  /** All that hold a slot leave. */
  leaveAll(): void {
    for (const { session } of this.book.list()) {
      this.book.release(session)
      this.admission.settled(session, false)
    }
  }

  /** One that the scheduler has granted a slot of ours. */
  dial(peer: string): number {
    const session = this.book.take(peer, 'requested') ?? -1
    this.admission.settled(session, true)
    return session
  }
}
