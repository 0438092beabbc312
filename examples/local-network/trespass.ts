import { ask } from './application.ts'
import { HEADER_PROTOCOL, HEADS_TOPIC, STREAM_DEADLINE } from './settings.ts'
import type { Member } from './network.ts'
import type { Witness } from './witness.ts'
import type { Connection } from '@libp2p/interface'

/** What gossipsub speaks first. */
const GOSSIP_PROTOCOL = '/meshsub/1.2.0'

/** The names of the errors by which a refusal shows: on the refused side, and on the refusing one. */
const REFUSALS = new Set(['StreamResetError', 'PeerNotAuthorizedError'])

/**
 * Tries what must not work: the nodes without our service ask everybody they are connected with, and gossip a
 * forged head, past their own gossipsub; honest nodes ask one peer that is not authorized. They also try it on each
 * other, where it does work: nobody shall say that the attempts were clumsy.
 */
export async function trespass(
  members: ReadonlyMap<string, Member>,
  witnesses: ReadonlyMap<Member, Witness>
): Promise<void> {
  const attempts: Promise<void>[] = []
  for (const [member, witness] of witnesses) {
    const open = member.node.getConnections().filter(({ status }) => status === 'open')
    if (member.peers === undefined) {
      for (const connection of open) {
        const victim = members.get(connection.remotePeer.toString())
        if (victim === undefined) continue
        const record = witnesses.get(victim)
        const isGated = victim.peers !== undefined
        attempts.push(note(record, request(connection)), note(record, forge(connection, isGated)))
      }
    } else {
      const strangers = open.filter(
        ({ remotePeer }) => !witness.authorized.has(remotePeer.toString())
      )
      const stranger = strangers[Math.floor(Math.random() * strangers.length)]
      if (stranger !== undefined) attempts.push(note(witness, request(stranger)))
    }
  }
  await Promise.all(attempts)
}

/** Counts an attempt that was refused. One that failed otherwise, with its connection for one, is none. */
async function note(witness: Witness | undefined, attempt: Promise<unknown>): Promise<void> {
  try {
    await attempt
  } catch (err) {
    if (witness !== undefined && err instanceof Error && REFUSALS.has(err.name)) witness.refused++
  }
}

async function request(connection: Connection): Promise<string> {
  const signal = AbortSignal.timeout(STREAM_DEADLINE)
  const stream = await connection.newStream(HEADER_PROTOCOL, { signal })
  return ask(stream, '1', signal)
}

/** Sends a forged head. To a node with a gate it then waits, to see it refused. */
async function forge(connection: Connection, isGated: boolean): Promise<void> {
  const signal = AbortSignal.timeout(STREAM_DEADLINE)
  const stream = await connection.newStream(GOSSIP_PROTOCOL, { signal })
  const giveUp = (): void => stream.abort(new Error('Not refused in time'))
  signal.addEventListener('abort', giveUp)
  try {
    stream.send(forgedGossip())
    if (isGated) for await (const chunk of stream) void chunk
    else await stream.close({ signal })
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

let forgeries = 0

/**
 * A message as gossipsub would frame it, byte by byte, because gossipsub itself sends nothing to peers that never
 * subscribed with it: RPC { publish = 2: Message { data = 2, topic = 4 } }, with its length in front.
 */
function forgedGossip(): Uint8Array {
  const encoder = new TextEncoder()
  const miner = `nobody-${++forgeries}` // gossipsub delivers the same bytes but once
  const head = encoder.encode(JSON.stringify({ height: 1_000_000, miner }))
  const message = [...field(2, head), ...field(4, encoder.encode(HEADS_TOPIC))]
  const rpc = field(2, message)
  return Uint8Array.from([rpc.length, ...rpc])
}

/** A length-delimited protobuf field shorter than 128 bytes. */
function field(number: number, bytes: ArrayLike<number>): number[] {
  return [(number << 3) | 2, bytes.length, ...Array.from(bytes)]
}
