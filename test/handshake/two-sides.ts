import { peerIdFromString } from '@libp2p/peer-id'
import { transcriptOf } from '../../src/handshake/transcript.ts'
import { ALICE, BOB, PROTOCOL } from './meeting.ts'
import type { HandshakeRefusedError } from '../../src/errors.ts'
import type { Handshake, HandshakeContext, Role } from '../../src/handshake/handshake.ts'
import type { TranscriptInit } from '../../src/handshake/transcript.ts'

/** A third one, between the two or beside them. */
export const MALLORY = peerIdFromString('12D3KooWPjceQrSwdWXPyLLeABRXmuqt69Rg3sBYbU1Nft9HyQ6X')

export const SIGNAL = new AbortController().signal

/** What Alice's handshake is told when it judges Bob. */
export const JUDGING: HandshakeContext = { peerId: BOB, role: 'initiator', signal: SIGNAL }

/** One meeting of Alice, who began it, and Bob: what each of them said, and what they prove over. */
export interface Meeting {
  readonly init: Omit<TranscriptInit, 'prover'>
  readonly transcript: (prover: Role) => Uint8Array
}

export async function meetingOf(
  alice: Handshake<object>,
  bob: Handshake<object>,
  nonce = 1
): Promise<Meeting> {
  const init = {
    protocol: PROTOCOL,
    initiator: {
      peerId: ALICE,
      nonce: new Uint8Array(32).fill(nonce),
      payload: await alice.hello({ peerId: BOB, role: 'initiator', signal: SIGNAL })
    },
    responder: {
      peerId: BOB,
      nonce: new Uint8Array(32).fill(nonce + 100),
      payload: await bob.hello({ peerId: ALICE, role: 'responder', signal: SIGNAL })
    }
  }
  return { init, transcript: (prover) => transcriptOf({ ...init, prover }) }
}

/** The proof that a side makes. */
export async function proofOf(prover: Handshake<object>, transcript: Uint8Array) {
  const context = { peerId: ALICE, role: 'responder', signal: SIGNAL } as const
  return (await prover.prove?.(transcript, context)) ?? new Uint8Array(0)
}

/** Whether Alice accepts a payload and a proof over her transcript, or the word of her refusal. */
export async function verdictOn(
  judge: Handshake<object>,
  payload: Uint8Array,
  proof: Uint8Array,
  transcript: Uint8Array
): Promise<string> {
  try {
    const hello = await judge.verify(payload, JUDGING)
    await judge.verifyProof?.(proof, transcript, hello, JUDGING)
    return 'accepted'
  } catch (error) {
    const { name, reason } = error as HandshakeRefusedError
    if (name !== 'HandshakeRefusedError') throw error
    return reason
  }
}

/** Copies of the bytes, each with another bit flipped: all there are. */
export function* flipped(bytes: Uint8Array): Generator<Uint8Array> {
  for (let bit = 0; bit < bytes.byteLength * 8; bit++) yield flip(bytes, bit)
}

export function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice()
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return copy
}
