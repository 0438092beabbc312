/**
 * Every row of the table of threats that is about handshakes, the gate and connections, on both wires, with
 * a handshake that proves something.
 */
import { describe, it } from 'vitest'
import { describeHandshake } from '../../src/testing/index.ts'
import { SIGNED_SUBJECT } from './subjects.ts'

describeHandshake(SIGNED_SUBJECT, { describe, it }, { wires: ['memory', 'tcp'] })
