import { Worker } from 'node:worker_threads'
import type { FuzzReport } from './fuzz.ts'

/** What a thread that fuzzes is told. */
export interface Orders {
  /** Module that exports the target, as an URL. */
  readonly module: string
  /** Name of the target in it. */
  readonly target: string
  readonly seed: number
  readonly corpus: readonly Uint8Array[]
  readonly inputs: number
  readonly time?: number
  /** Where the thread writes which input it is at: a count, a length, the bytes. */
  readonly board: SharedArrayBuffer
}

/** Bytes of an input that are kept for the case that it never ends. */
export const BOARD_SIZE = 32_768

/** Milliseconds after which an input that has not ended is taken to never end, even on a busy machine. */
const PATIENCE = 20_000

/**
 * Fuzzes in a thread of its own, for an input that never ends would end the tests with it. The thread is
 * ended then, and the input is the finding.
 */
export async function fuzzWatched(
  orders: Omit<Orders, 'board'>,
  patience = PATIENCE
): Promise<FuzzReport> {
  const board = new SharedArrayBuffer(8 + BOARD_SIZE)
  const [count, length] = [0, 1]
  const numbers = new Int32Array(board, 0, 2)
  const { promise, resolve, reject } = Promise.withResolvers<FuzzReport>()
  const worker = new Worker(new URL('fuzz-thread.ts', import.meta.url), {
    workerData: { ...orders, board } satisfies Orders
  })
  worker.once('message', resolve)
  worker.once('error', reject)
  worker.once('exit', () => reject(new Error(`The thread that fuzzed ${orders.target} has ended`)))
  let last = 0
  const watch = setInterval(() => {
    const now = Atomics.load(numbers, count)
    // 0: it has not begun, or it looks at the heap
    if (now !== 0 && now === last) {
      const input = new Uint8Array(board, 8, Atomics.load(numbers, length)).slice()
      resolve(neverEnds(orders, input, patience))
    }
    last = now
  }, patience)
  try {
    return await promise
  } finally {
    clearInterval(watch)
    await worker.terminate()
  }
}

function neverEnds(
  { target, seed }: Omit<Orders, 'board'>,
  input: Uint8Array,
  patience: number
): FuzzReport {
  const finding = { kind: 'hang', input, message: `not done after ${patience} ms` } as const
  const nothing = { inputs: 0, took: 0, seen: 0, lines: [], corpus: [], slope: 0 }
  return { target, seed, ...nothing, slowest: Infinity, finding }
}
