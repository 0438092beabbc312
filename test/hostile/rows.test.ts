/** Every row of the table of threats that is about handshakes, the gate and connections, on both wires. */
import { describe, it } from 'vitest'
import { describeHandshake } from '../../src/testing/index.ts'
import { CHAIN_SUBJECT, SIGNED_SUBJECT } from './subjects.ts'

for (const subject of [CHAIN_SUBJECT, SIGNED_SUBJECT]) {
  describeHandshake(subject, { describe, it }, { wires: ['memory', 'tcp'] })
}
