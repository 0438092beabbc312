import fc from 'fast-check'
import { wronged } from './toy-code.ts'
import type { Target } from './target.ts'

/** Targets with a fault each, to see whether the fuzzer finds it. */
const toy = (name: string, run: (input: Uint8Array) => void): Target => ({
  name,
  files: ['test/fuzz/toy-code.ts'],
  share: 1,
  maxLength: 64,
  arbitrary: fc.uint8Array({ maxLength: 8 }),
  run
})

/** Fails behind four doors, one behind the other. */
export const doors = toy('doors', (input) => void wronged(input))

/** Is slow behind one. */
export const slow = toy('slow', (input) => {
  if (input[0] !== 7) return
  const end = process.threadCpuUsage().user + 30_000
  while (process.threadCpuUsage().user < end);
})

/** Never ends behind one. */
export const endless = toy('endless', (input) => {
  while (input[0] === 7);
})

const kept: object[] = []

/** Keeps something of every input. */
export const growing = toy('growing', (input) => void kept.push({ length: input.byteLength }))

/** Does nothing at all. */
export const idle = toy('idle', () => {})
