import { REASON_MEANINGS } from '../../reason-meanings.ts'
import { printable } from '../../../src/printable.ts'
import { wordsOf } from '../../words.ts'
import type { Opener, Source } from '../model/scene.ts'

/** How what the machines call things reads on the page. */

/** A peer's name in little room: its end, for all ids of a kind begin alike. Of a name that comes from a key, too. */
export function shortPeer(peer: string): string {
  const name = printable(peer)
  return name.length <= 14 ? name : `…${name.slice(-12)}`
}

/** `connected.coolingDown` reads `connected: cooling down`. */
export function pathWords(path: string): string {
  return path.split('.').map(wordsOf).join(': ')
}

/** The word of a state inside another: `cooling down`; of one without others inside, its name. */
export function leafWords(path: string): string {
  return wordsOf(path.split('.').at(-1) ?? path)
}

const MEANINGS: ReadonlyMap<string, string> = new Map(Object.entries(REASON_MEANINGS))

/** What a reason tells; undefined for a word of a later version. */
export function meaningOf(reason: string): string | undefined {
  return MEANINGS.get(reason)
}

/** Who said no, as the reader sees it. */
export function sideWords(by: string | undefined): string {
  if (by === 'local') return 'this node'
  if (by === 'remote') return 'the peer'
  return by === 'network' ? 'the network' : 'nobody'
}

export const SOURCE_WORDS: Readonly<Record<Source, string>> = {
  static: 'static',
  queue: 'queue',
  inbound: 'inbound',
  foreign: 'DHT-opened',
  none: 'none'
}

/** What each source means, for who asks. */
export const SOURCE_MEANINGS: Readonly<Record<Source, string>> = {
  static: 'configured as static: always wanted',
  queue: 'asked for by the application, or found by discovery, and queued',
  inbound: 'it came to us',
  foreign: 'the DHT, a relay or another component opened a connection to it',
  none: 'known, and nothing is wanted of it'
}

/** A connection that another component opened is adopted when its peer gets an outbound slot. */
export function openerWords(opener: Opener, isAdopted: boolean): string {
  if (opener === 'own') return 'own'
  if (opener === 'inbound') return 'inbound'
  return isAdopted ? 'adopted' : 'foreign'
}

export function openerMeaning(opener: Opener, isAdopted: boolean): string {
  if (opener === 'own') return 'we dialed it with a slot'
  if (opener === 'inbound') return 'the peer opened it'
  return isAdopted
    ? 'opened by another component, and used for our slot'
    : 'opened by the DHT, a relay or another component'
}
