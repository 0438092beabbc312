import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { markdownTable } from './tables.ts'
import type { Result, RowResult } from '../test/hostile/results.ts'

const FILE = join(import.meta.dirname, '..', 'examples', 'by-hand', 'results.json')

/** How every row went when it was played last, as `npm run hostile:table` wrote it down. */
export async function hostileResults(): Promise<RowResult[]> {
  return JSON.parse(await readFile(FILE, 'utf8')) as RowResult[]
}

/** The rows of hostile peers: what they do, what must happen, and what does, here and by hand. */
export async function hostileTable(): Promise<string> {
  const head = ['Row', 'What a peer does', 'What must happen', 'Here', 'By hand']
  const rows = (await hostileResults()).map(({ row, title, must, bound, ours, byHand }) => [
    row,
    title,
    bound === '' ? must : `${must} (${bound})`,
    inWords(ours),
    inWords(byHand)
  ])
  return markdownTable(head, rows)
}

function inWords({ memory, tcp, why = '' }: Result): string {
  if (memory === 'not applicable') return `does not apply: ${why}`
  if (memory === 'green' && tcp === 'green') return 'holds'
  if (memory === tcp) return memory === 'red' ? `**fails**: ${why}` : `fails now and then: ${why}`
  return `**fails** over ${memory === 'green' ? 'TCP' : 'memory'}: ${why}`
}
