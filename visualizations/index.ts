/**
 * `npm run diagrams`: makes the pictures, tables and examples of README.md from the machines, the options and
 * the examples' files. A test fails when the page and what would be made differ.
 */

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { madeAnew } from './page.ts'

const README = join(import.meta.dirname, '..', 'README.md')

const before = await readFile(README, 'utf8')
const after = await madeAnew(before)
if (after === before) {
  process.stdout.write('README.md is up to date\n')
} else {
  await writeFile(README, after)
  process.stdout.write('README.md is made anew\n')
}
