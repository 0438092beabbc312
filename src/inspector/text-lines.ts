import { LONGEST_LINE } from '../recorder/format.ts'

/** A line of a text, without its end. */
export interface TextLine {
  readonly text: string
  /** Did it have an end? Only the last one may have none; one that is too long is at its end. */
  readonly isWhole: boolean
}

/** The lines of a text that comes in pieces. Of a line that is too long only as much is kept as shows that. */
export async function* textLines(
  pieces: Iterable<string> | AsyncIterable<string>
): AsyncGenerator<TextLine> {
  let rest = ''
  for await (const piece of pieces) {
    const [first = '', ...others] = piece.split('\n')
    rest = begun(rest, first)
    for (const next of others) {
      yield { text: rest, isWhole: true }
      rest = begun('', next)
    }
  }
  if (rest !== '') yield { text: rest, isWhole: rest.length > LONGEST_LINE }
}

const begun = (start: string, more: string): string =>
  start.length > LONGEST_LINE ? start : start + more.slice(0, LONGEST_LINE + 1)
