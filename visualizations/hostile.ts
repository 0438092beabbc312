import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { markdownTable } from './tables.ts'
import type { Result, RowResult } from '../test/hostile/results.ts'

const FILE = join(import.meta.dirname, '..', 'examples', 'by-hand', 'results.json')

/** What comes of it by hand, in words, where a row fails: the verdicts themselves are the scripts'. */
const BY_HAND: Readonly<Record<string, string>> = {
  B1: 'a hello of any length is read to its end, and taken',
  B3: 'the greeting waits for ever',
  B4: 'everything is kept, as long as it comes',
  B6: 'the connection just ends, without a word',
  B8: 'the thief is entered in the place of the peer whose hello it stole',
  B9: 'connect() succeeds',
  B19: 'there are two greetings, and each takes a place',
  C1: 'the application hears the stranger',
  C2: 'the application hears it before it is known who speaks',
  C5: 'the node starts, and the door stays open',
  C7: 'the stream opens, and the stranger hears us',
  C8: 'a hundred streams reach the application',
  C10: 'the connection and its streams stay',
  C11: 'all six stay',
  C12: 'ten streams run the handler a hundred and five times',
  D2: 'each makes a peer of the other twice',
  D3: 'everybody who answers is a peer',
  D4: 'it was a peer before anybody wanted it',
  D5: 'the one that nobody wanted is a peer, too',
  D6: 'a node that is full says welcome',
  D9: 'connect() succeeds',
  D11: 'nobody knows why it left'
}

/** How every row went when it was played last, as `npm run hostile:table` wrote it down. */
export async function hostileResults(): Promise<RowResult[]> {
  return JSON.parse(await readFile(FILE, 'utf8')) as RowResult[]
}

/** The rows of which it is said in words what comes of them by hand. */
export const rowsInWords = (): string[] => Object.keys(BY_HAND)

/** The rows of hostile peers: what they do, what must happen, and what does, here and by hand. */
export async function hostileTable(): Promise<string> {
  const head = ['Row', 'What a peer does', 'What must happen', 'Here', 'By hand']
  const rows = (await hostileResults()).map(({ row, title, must, bound, ours, byHand }) => [
    row,
    title,
    bound === '' ? must : `${must} (${bound})`,
    inWords(ours),
    inWords(byHand, BY_HAND[row])
  ])
  return markdownTable(head, rows)
}

function inWords({ memory, tcp, why = '' }: Result, words = why): string {
  if (memory === 'not applicable') return `does not apply: ${why}`
  if (memory === 'green' && tcp === 'green') return 'holds'
  if (memory === tcp) return memory === 'red' ? `**fails**: ${words}` : `fails at times: ${words}`
  return `**fails** over ${memory === 'green' ? 'TCP' : 'memory'}: ${words}`
}
