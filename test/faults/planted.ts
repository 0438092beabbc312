import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FAULT_NAMES, SEEDED_FAULTS } from './seeded-faults.ts'
import type { SeededFault } from './seeded-faults.ts'

const ROOT = join(import.meta.dirname, '../..')

/** Where the module of a fault is. */
export const placeOf = ({ file }: Pick<SeededFault, 'file'>): string => join(ROOT, file)

/** The source with the fault in it; an error if it has no place there, or several. */
export function planted(source: string, { name, file, find, replace }: SeededFault): string {
  const places = source.split(find).length - 1
  if (places !== 1) {
    throw new Error(`${name} has ${places} places in ${file}, where it should have exactly one`)
  }
  // as a function: a replacement may hold dollar signs
  return source.replace(find, () => replace)
}

/** The entries of a fault by its name, each of which has its place. */
export function entriesOf(name: string): SeededFault[] {
  const entries = SEEDED_FAULTS.filter((fault) => fault.name === name)
  if (entries.length === 0) {
    throw new Error(`Expected a fault of ${FAULT_NAMES.join(', ')}, got ${name}`)
  }
  for (const entry of entries) planted(readFileSync(placeOf(entry), 'utf8'), entry)
  return entries
}
