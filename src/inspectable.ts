import { InvalidOptionsError } from './errors.ts'
import type { Clock } from './clock.ts'
import type { Entry } from './recorder/entry.ts'

/** What an inspector sees of a node: text only, as redacted as its recordings. */
export interface Inspectable {
  /** The node's id, as it is shown. */
  readonly node: string

  /** Where deadlines and times come from. */
  readonly clock: Clock

  /**
   * Tells the listener of every entry from now on; the returned function ends it. What a listener throws is
   * reported as a fault of the node, whose peers do not notice. While nobody follows and nothing is recorded,
   * no entry is made.
   */
  follow(listener: (entry: Entry) => void): () => void

  /**
   * Lines, each with its end, from which everything that is told later follows: what the flight recorder has
   * kept or, if it keeps nothing, how all is now. It is taken now, so that a `follow` begun in the same tick
   * goes on where it ends, and written as it is read.
   *
   * @param options.past - False if only the present is asked for. Default: true
   */
  begin(options?: { past?: boolean | undefined }): Iterable<string>

  /** The entry as a line, with its end. */
  lineOf(entry: Entry): string

  /** Slots, queue, limits and refusals as they are now: a line of type `status`, with its end. */
  status(): string

  /**
   * Why the peer is where it is: a `PeerExplanation` as JSON has it, with "Infinity" for what never ends.
   *
   * @param shown - The peer's name as it is shown
   * @returns Undefined if there is no such peer
   */
  explain(shown: string): object | undefined
}

/** Where the service keeps what an inspector sees; the same in every copy of this library. */
export const INSPECTABLE = Symbol.for('libp2p-peer-lifecycle/inspectable')

/**
 * @param peers - The service of a node, such as `node.services.peers`
 * @throws InvalidOptionsError if it is anything else
 */
export function inspectableOf(peers: object): Inspectable {
  const { [INSPECTABLE]: inspectable } = peers as { [INSPECTABLE]?: Inspectable }
  if (inspectable !== undefined) return inspectable
  throw new InvalidOptionsError(
    'Expected the service that peerLifecycle() makes, such as node.services.peers, got something else'
  )
}
