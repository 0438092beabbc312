/** What mutations are made with. */
export interface Mutagens {
  readonly random: () => number
  /** Inputs that were kept, to be mixed in. Not empty. */
  readonly pool: readonly Uint8Array[]
  readonly tokens: readonly Uint8Array[]
  readonly maxLength: number
}

/** Bytes at which programs change their mind. */
const EDGES = [0x00, 0x01, 0x08, 0x0a, 0x12, 0x1a, 0x20, 0x22, 0x2f, 0x7f, 0x80, 0xfe, 0xff]

/** Most mutants are near their parent, some are far. */
const MAX_STEPS = 6

/** Another input, a few steps away from this one. */
export function mutate(input: Uint8Array, mutagens: Mutagens): Uint8Array {
  const { random, maxLength } = mutagens
  let mutant: Uint8Array = input.slice()
  const steps = 1 + Math.floor(random() ** 2 * MAX_STEPS)
  for (let step = 0; step < steps; step++) {
    const change = CHANGES[Math.floor(random() * CHANGES.length)] ?? setByte
    mutant = change(mutant, mutagens)
  }
  return mutant.subarray(0, maxLength)
}

type Change = (input: Uint8Array, mutagens: Mutagens) => Uint8Array

const at = (random: () => number, end: number): number => Math.floor(random() * end)

const oneOf = <T>(random: () => number, items: readonly T[]): T | undefined =>
  items[at(random, items.length)]

/** Replaces `count` bytes at `start` by others. */
function splice(
  input: Uint8Array,
  start: number,
  count: number,
  bytes: ArrayLike<number>
): Uint8Array {
  const mutant = new Uint8Array(input.byteLength - count + bytes.length)
  mutant.set(input.subarray(0, start))
  mutant.set(bytes, start)
  mutant.set(input.subarray(start + count), start + bytes.length)
  return mutant
}

/** A piece of the bytes, short ones more often. */
function piece(random: () => number, bytes: Uint8Array): Uint8Array {
  const start = at(random, bytes.byteLength)
  const length = 1 + Math.floor(random() ** 3 * (bytes.byteLength - start))
  return bytes.subarray(start, start + length)
}

const setByte: Change = (input, { random }) => {
  if (input.byteLength === 0) return input
  input[at(random, input.byteLength)] = oneOf(random, EDGES) ?? 0
  return input
}

const flipBit: Change = (input, { random }) => {
  if (input.byteLength === 0) return input
  const i = at(random, input.byteLength)
  input[i] = (input[i] ?? 0) ^ (1 << at(random, 8))
  return input
}

const nudge: Change = (input, { random }) => {
  if (input.byteLength === 0) return input
  const i = at(random, input.byteLength)
  input[i] = (input[i] ?? 0) + (random() < 0.5 ? 1 : -1)
  return input
}

const anyByte: Change = (input, { random }) => {
  if (input.byteLength === 0) return input
  input[at(random, input.byteLength)] = at(random, 256)
  return input
}

const insert: Change = (input, { random }) => {
  const bytes = Uint8Array.from({ length: 1 + at(random, 4) }, () => at(random, 256))
  return splice(input, at(random, input.byteLength + 1), 0, bytes)
}

const remove: Change = (input, { random }) => {
  const gone = piece(random, input)
  return gone.byteLength === 0
    ? input
    : splice(input, gone.byteOffset - input.byteOffset, gone.byteLength, [])
}

const repeat: Change = (input, { random }) =>
  splice(input, at(random, input.byteLength + 1), 0, piece(random, input).slice())

const mix: Change = (input, { random, pool }) => {
  const other = piece(random, oneOf(random, pool) ?? input)
  const start = at(random, input.byteLength + 1)
  const count = random() < 0.5 ? 0 : Math.min(other.byteLength, input.byteLength - start)
  return splice(input, start, count, other.slice())
}

const token: Change = (input, { random, tokens }) => {
  const bytes = oneOf(random, tokens)
  if (bytes === undefined) return insert(input, { random, pool: [], tokens, maxLength: 0 })
  const start = at(random, input.byteLength + 1)
  const count = random() < 0.5 ? 0 : Math.min(bytes.byteLength, input.byteLength - start)
  return splice(input, start, count, bytes)
}

const CHANGES: readonly Change[] = [
  setByte,
  flipBit,
  nudge,
  anyByte,
  insert,
  remove,
  repeat,
  mix,
  token
]
