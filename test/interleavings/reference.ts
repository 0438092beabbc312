import type { Word } from '../../src/testing/simulation/scripted-peer.ts'
import type { Stream } from '@libp2p/interface'

/** What was said on a stream of the handshake, as far as it matters. */
interface Talk {
  readonly peer: string
  /** The peer has said ACCEPT, it has heard ours. */
  said: boolean
  heard: boolean
  /** The stream is no handshake's: an update's, or a goodbye's. */
  isOther: boolean
  /** The peer began this handshake, and has not heard how it ended. */
  isOpen: boolean
  /** One of the two has left since. */
  isVoid: boolean
}

/**
 * What has to be true of a node by what was asked of it and what the other sides know, and nothing else:
 * who is banned until when, who has agreed to what, who waits for an answer.
 */
export class Reference {
  /** Ends of bans that the application has set, by peer: the last decision counts. */
  readonly bans = new Map<string, number>()
  /** Peers of whom something was decided while the node did not run: only the same service need know. */
  readonly unwritten = new Set<string>()
  /** Peers of whom a new service may know it or not: what was not written in time is lost. */
  readonly unsure = new Set<string>()
  /** Peers of whom something was decided. */
  readonly #decided = new Set<string>()
  /** Calls that have not been answered, by what was called. */
  readonly waiting = new Map<Promise<unknown>, string>()
  readonly #talks = new WeakMap<Stream, Talk>()
  /** Those of a peer since one of the two has left the other. */
  readonly #talksOf = new Map<string, Set<Talk>>()
  /** Streams on which the peer has said ACCEPT, since it was authorized last. */
  readonly #accepted = new Map<string, Talk[]>()
  /** The agreement that a peer lives by (both ACCEPTs are there -> goodbye, a no, or no connection). */
  readonly #agreed = new Map<string, Talk>()
  /** Handshakes that the peer has begun since it was connected. */
  readonly #begunBy = new Map<string, Talk[]>()
  /** On what the node's authorization of the peer stands. */
  readonly #basis = new Map<string, Talk[]>()

  isBanned(peer: string, now: number): boolean {
    return (this.bans.get(peer) ?? -Infinity) > now
  }

  /** A caller waits for this from now on, until it is settled either way. */
  await(what: string, answer: Promise<unknown>): void {
    this.waiting.set(answer, what)
    const over = (): void => void this.waiting.delete(answer)
    answer.then(over, over)
  }

  /** The peer has said or heard something. */
  spoke(peer: string, { stream, by, word }: Word): void {
    const talk = this.#talks.get(stream) ?? newTalk(peer)
    this.#talks.set(stream, talk)
    this.#talksOf.set(peer, (this.#talksOf.get(peer) ?? new Set()).add(talk))
    if (by === 'us' && word === 'hello' && stream.direction === 'outbound') this.#begun(talk)
    if (word === 'update') talk.isOther = true
    if (word.startsWith('goodbye')) this.#leave(peer)
    if (word.startsWith('reject')) talk.isOpen = false
    const isOfAgreement = by === 'us' || talk.isOther || this.#agreed.get(peer) === talk
    if (word.startsWith('reject') && isOfAgreement) this.#agreed.delete(peer)
    if (word !== 'accept' || talk.isOther) return
    if (by === 'us') {
      talk.said = true
      this.#accepted.set(peer, [...(this.#accepted.get(peer) ?? []), talk])
    } else talk.heard = true
    if (!talk.said || !talk.heard) return
    talk.isOpen = false
    // a peer that has asked on another stream as well cannot know yet which of the two counts
    const isSure = !talk.isVoid && !(this.#begunBy.get(peer) ?? []).some(({ isOpen }) => isOpen)
    if (isSure) this.#agreed.set(peer, talk)
  }

  /** One of the two leaves: nothing that was begun before counts any more. */
  #leave(peer: string): void {
    this.#agreed.delete(peer)
    for (const talk of this.#talksOf.get(peer) ?? []) talk.isVoid = true
    this.#talksOf.delete(peer)
  }

  /** The peer begins a handshake: to it there is no agreement any more. */
  #begun(talk: Talk): void {
    const { peer } = talk
    talk.isOpen = true
    this.#agreed.delete(peer)
    this.#begunBy.set(peer, [...(this.#begunBy.get(peer) ?? []), talk])
  }

  /** The peer has no connection any more. */
  parted(peer: string): void {
    this.#agreed.delete(peer)
    this.#begunBy.delete(peer)
  }

  /** The node says that the peer is authorized. False if the peer has not accepted since the last time. */
  authorized(peer: string): boolean {
    const basis = this.#accepted.get(peer)
    this.#accepted.delete(peer)
    if (basis === undefined) return false
    this.#basis.set(peer, basis)
    return true
  }

  /** Has the peer heard our ACCEPT, on a stream on which it had said its own? To be asked when all is calm. */
  hasHeard(peer: string): boolean {
    return this.#basis.get(peer)?.some(({ heard }) => heard) ?? false
  }

  /** Does the peer hold the two of us to be authorized? */
  believes(peer: string): boolean {
    return this.#agreed.has(peer)
  }

  /** The application decides who is banned until when; `undefined` for nobody. */
  decide(peer: string, until: number | undefined, isWritten: boolean): void {
    if (until === undefined) this.bans.delete(peer)
    else this.bans.set(peer, until)
    this.unsure.delete(peer)
    this.#decided.add(peer)
    if (isWritten) this.unwritten.delete(peer)
    else this.unwritten.add(peer)
  }

  /** The node has stopped; if that took time, it may be that not everything was written. */
  stopped(isLate: boolean): void {
    if (isLate) for (const peer of this.#decided) this.unwritten.add(peer)
  }

  /** The node has started; if that took time, it may be that not everything was read. */
  started(isLate: boolean): void {
    if (isLate) for (const peer of this.#decided) this.unsure.add(peer)
  }

  /** The node starts anew, with nothing but what was written. */
  restarted(): void {
    for (const peer of this.unwritten) this.unsure.add(peer)
    this.unwritten.clear()
  }
}

const newTalk = (peer: string): Talk => ({
  peer,
  said: false,
  heard: false,
  isOther: false,
  isOpen: false,
  isVoid: false
})
