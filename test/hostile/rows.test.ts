/**
 * Every row of the table of threats that is about handshakes, the gate and connections, on both wires, with
 * a handshake that proves something.
 *
 * Mutations that turn a row red, each tried by hand: no bound at the length field (B1, B4), what cannot be
 * read is thrown (B2), twice the deadline (B3), frames in any order (B5), no cool-down (B6), any signature of
 * 64 bytes (B7, B12), no mirror check (B9), a transcript without nonces (B10), ids (B11) or role (B12), turns
 * without end (B13), no cap and no word for any number (B14), hellos spread over peers (B17), relays like any
 * connection (B18), the larger id first (B19), every new hello at once (B20), text in REJECT (B21); a first
 * door that is open (C1), held streams without a bound, or none (C2), one door instead of two (C3), streams
 * that outlive it (C4), no audit (C5), ping gated (C6), our own door open, topologies told at once (C7), nobody
 * counts (C8), no limit of unnamed streams (C10), of connections (C11), libp2p's own middleware (C12); the
 * carrier's end is the peer's (D1), no crossing (D2), who is connected is wanted (D3), no use of open
 * connections (D4), every slot is ours (D6), closed connections not noticed (D7, D10), connected is success
 * (D9, on TCP), every end is ours (D11).
 */
import { describe, it } from 'vitest'
import { describeHandshake } from '../../src/testing/index.ts'
import { SIGNED_SUBJECT } from './subjects.ts'

describeHandshake(SIGNED_SUBJECT, { describe, it }, { wires: ['memory', 'tcp'] })
