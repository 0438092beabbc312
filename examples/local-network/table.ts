import { stripVTControlCharacters, styleText } from 'node:util'
import { MAX_PEERS } from './settings.ts'
import type { Application } from './application.ts'
import type { Member } from './network.ts'
import type { Witness } from './witness.ts'

/** One row of the table. */
export interface Row {
  readonly member: Member
  readonly witness: Witness
  readonly application: Application
}

type Style = Parameters<typeof styleText>[0]

const STATES = [
  'discovered',
  'dialing',
  'connected',
  'handshaking',
  'authorized',
  'rejected'
] as const

const STATE_STYLES: Readonly<Record<(typeof STATES)[number], Style>> = {
  discovered: 'dim',
  dialing: 'cyan',
  connected: 'blue',
  handshaking: 'yellow',
  authorized: 'green',
  rejected: 'red'
}

const ENTER = '\u001B[?1049h\u001B[?25l' // another screen, no cursor
const LEAVE = '\u001B[?25h\u001B[?1049l'
const HOME = '\u001B[H'
const CLEAR_LINE = '\u001B[K'
const CLEAR_REST = '\u001B[J'

/** Lines of news under the table, if the terminal has room. */
const NEWS = 12

/**
 * The live table: where the nodes can be watched in a browser, peers per state, slots and refused streams of every
 * node, and below it what happened last. Drawn over itself on the terminal's other screen, which is left as it was
 * found.
 */
export class Table {
  readonly #out: NodeJS.WriteStream
  readonly #rows: readonly Row[]
  readonly #url: string
  readonly #news: string[] = []
  #isOpen = false

  constructor(out: NodeJS.WriteStream, rows: readonly Row[], url = '') {
    this.#out = out
    this.#rows = rows
    this.#url = url
  }

  open(): void {
    this.#isOpen = true
    this.#out.write(ENTER)
  }

  /** Gives the terminal back. Can be called twice. */
  close(): void {
    if (this.#isOpen) this.#out.write(LEAVE)
    this.#isOpen = false
  }

  tell(sentence: string): void {
    this.#news.push(sentence)
    if (this.#news.length > NEWS) this.#news.shift()
  }

  draw(): void {
    if (!this.#isOpen) return
    const { columns, rows } = this.#out
    // whole, for what is cut cannot be opened
    const table = [...pieces(this.#url, columns), heading(), ...this.#rows.map(line), '']
    const room = Math.max(0, rows - table.length - 1)
    const lines = [...table, ...this.#news.slice(-room).map((sentence) => ` ${sentence}`)]
    const fitting = lines.slice(0, rows - 1).map((text) => cut(text, columns) + CLEAR_LINE)
    this.#out.write(`${HOME}${fitting.join('\n')}\n${CLEAR_REST}`)
  }
}

function heading(): string {
  const states = STATES.map((state) => state.slice(0, 4).padStart(5)).join('')
  return paint(
    'bold',
    ` ${'node'.padEnd(9)}${'role'.padEnd(12)}${'slots'.padEnd(MAX_PEERS + 2)}${states} refused  head`
  )
}

function line({ member, witness, application }: Row): string {
  const { name, role, peers } = member
  const label = ` ${name.padEnd(9)}${paint(role === 'honest' ? 'dim' : 'magenta', role.padEnd(12))}`
  if (peers === undefined) return `${label}${paint('dim', 'not ours: no slots, no gate')}`
  const { slots, peers: counts } = peers.status()
  const boxes = '■'
    .repeat(slots.length)
    .padEnd(MAX_PEERS, '·')
    .padEnd(MAX_PEERS + 2)
  const numbers = STATES.map((state) =>
    paint(counts[state] === 0 ? 'dim' : STATE_STYLES[state], String(counts[state]).padStart(5))
  )
  const refused = String(witness.refused).padStart(8)
  return `${label}${paint('green', boxes)}${numbers.join('')}${refused}${String(application.height).padStart(6)}`
}

/** Colours, unless NO_COLOR or the terminal says otherwise. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout })
}

/** The text in lines that fit; an empty one for no text. */
function pieces(text: string, columns: number): string[] {
  return text.match(new RegExp(`.{1,${Math.max(1, columns)}}`, 'gu')) ?? ['']
}

/** As much of a painted line as fits; without its colours if it does not fit whole. */
function cut(text: string, columns: number): string {
  const plain = stripVTControlCharacters(text)
  return plain.length <= columns ? text : `${plain.slice(0, Math.max(0, columns - 1))}…`
}
