import { FRAME_ROWS } from './rows/frame-rows.ts'
import { HELLO_ROWS } from './rows/hello-rows.ts'
import { PROOF_ROWS } from './rows/proof-rows.ts'
import type { HostileScript } from './script.ts'

/** By table, and by number within it. */
const order = ({ row }: HostileScript): number => row.charCodeAt(0) * 100 + Number(row.slice(1))

/** Every script there is, in the order of their rows: B is the handshake, C the gate, D connections. */
export const HOSTILE_SCRIPTS: readonly HostileScript[] = [
  ...FRAME_ROWS,
  ...HELLO_ROWS,
  ...PROOF_ROWS
].toSorted((a, b) => order(a) - order(b))
