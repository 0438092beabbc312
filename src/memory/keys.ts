import { isPeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { Key } from 'interface-datastore'
import type { PeerId } from '@libp2p/interface'

/**
 * Where the records are. The version in the path is the version of this layout: a later one gets a path
 * of its own, and neither touches the other's.
 */
const ROOT = '/peer-lifecycle/v1'

/** The longest text of a peer id that is looked at; an RSA key's id in base 32 has 65. */
const MAX_ID_LENGTH = 128

/** One kind of records, each under the id of the peer that it is of. */
export interface Shelf {
  /** What the keys begin with, without a slash at the end: datastore-fs finds nothing behind one. */
  readonly prefix: string
}

/** The bans, shared by all nodes with one datastore. */
export const BANS: Shelf = { prefix: `${ROOT}/bans` }

/** A key without a record, for a question whose answer does not matter. */
export const PROBE = new Key(`${ROOT}/probe`, false)

/** What one node knows of its peers. */
export const shelfOf = (self: PeerId): Shelf => ({ prefix: `${ROOT}/${self.toString()}/peers` })

export const keyOf = ({ prefix }: Shelf, peer: string): Key => new Key(`${prefix}/${peer}`, false)

/**
 * The peer whose record a key names: undefined if the key is none of the shelf's, null if it is but names
 * no peer in the one usual way. Never throws.
 */
export function peerOf({ prefix }: Shelf, key: unknown): PeerId | null | undefined {
  const text = textOf(key)
  if (text?.startsWith(`${prefix}/`) !== true) return undefined
  const name = text.slice(prefix.length + 1)
  if (name.length > MAX_ID_LENGTH) return null
  try {
    const peer = peerIdFromString(name)
    return isPeerId(peer) && peer.toString() === name ? peer : null
  } catch {
    return null
  }
}

function textOf(key: unknown): string | undefined {
  try {
    const text: unknown = (key as Key).toString()
    return typeof text === 'string' ? text : undefined
  } catch {
    return undefined
  }
}
