import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, 'corpus')

/** What an input that was a finding is called, so that it is never taken out of the corpus again. */
const FOUND = 'found-'

/** An input on the disk. */
export interface KeptInput {
  readonly name: string
  readonly input: Uint8Array
}

/** The inputs of a target that are kept with the project, in the order of their names. */
export function keptInputs(target: string): KeptInput[] {
  const folder = join(FOLDER, target)
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).toSorted()
  return names.map((name) => ({ name, input: new Uint8Array(readFileSync(join(folder, name))) }))
}

/** Keeps these inputs, and of those that were there only the ones that were findings. */
export function keepInputs(target: string, inputs: readonly Uint8Array[]): void {
  for (const { name } of keptInputs(target)) {
    if (!name.startsWith(FOUND)) rmSync(join(FOLDER, target, name))
  }
  for (const input of inputs) write(target, nameOf(input), input)
}

/** Keeps an input for good: it must never be a finding again. Returns where it is. */
export function keepFinding(target: string, input: Uint8Array): string {
  return write(target, FOUND + nameOf(input), input)
}

const nameOf = (input: Uint8Array): string =>
  createHash('sha256').update(input).digest('hex').slice(0, 12)

function write(target: string, name: string, input: Uint8Array): string {
  mkdirSync(join(FOLDER, target), { recursive: true })
  const path = join(FOLDER, target, name)
  writeFileSync(path, input)
  return path
}
