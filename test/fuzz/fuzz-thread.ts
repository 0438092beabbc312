import { parentPort, workerData } from 'node:worker_threads'
import { fuzz } from './fuzz.ts'
import { BOARD_SIZE } from './watched.ts'
import type { Orders } from './watched.ts'
import type { Target } from './target.ts'

/** The thread in which a target is fuzzed: it writes down every input before it is run. */
const { module, target: name, board, ...init } = workerData as Orders
const exported = (await import(module)) as Record<string, unknown>
const target = exported[name] as Target | undefined
if (target === undefined) throw new Error(`${module} has no target ${name}`)
const numbers = new Int32Array(board, 0, 2)
const bytes = new Uint8Array(board, 8)
let count = 0
const report = await fuzz(target, {
  ...init,
  onInput: (input) => {
    const piece = input.subarray(0, BOARD_SIZE)
    bytes.set(piece)
    Atomics.store(numbers, 1, piece.byteLength)
    Atomics.store(numbers, 0, ++count)
  },
  onPause: () => Atomics.store(numbers, 0, 0)
})
// a thread of our own has no origin to be told
// oxlint-disable-next-line unicorn/require-post-message-target-origin
parentPort?.postMessage(report)
