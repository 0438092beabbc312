const ELLIPSIS = '…'

// Controls (C0, DEL, C1), format characters (bidi controls, zero-width characters, tags), lone
// surrogates, line and paragraph separators: what rewrites a terminal, a log line or a reader's eye.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

/**
 * Text that came from elsewhere (an application, a peer), fit for a log line, an event or a page:
 * unprintable characters are written as `\u{1b}`, and the result is never longer than `max` UTF-16
 * units. A cut is marked by an ellipsis and never splits a character or an escape. Only as much of
 * the text is looked at as is shown.
 */
export function printable(text: string, max = 200): string {
  // most texts are short and honest, and then there is nothing to copy
  if (text.length <= max && !UNPRINTABLE.test(text)) return text
  // pieces, joined at the end: a string that is grown piece by piece keeps every one of them alive
  const shown: string[] = []
  let length = 0
  // how many of the pieces still leave room for the mark of a cut
  let kept = 0
  for (const character of text) {
    const piece = UNPRINTABLE.test(character) ? escape(character) : character
    if (length + piece.length > max) {
      return max > 0 ? shown.slice(0, kept).join('') + ELLIPSIS : ''
    }
    shown.push(piece)
    length += piece.length
    if (length < max) kept = shown.length
  }
  return shown.join('')
}

/**
 * An error, fit for a log: its name and message on one line, whatever a peer may have got into them (a
 * parser quotes what it could not parse), and where it was thrown.
 */
export function printableError(error: unknown): string {
  return orElse(() => linesOf(error))
}

/** The first line of {@link printableError}: what was thrown, without where. */
export function headlineOf(error: unknown): string {
  // not cut out of the whole text, which would be kept alive with it
  return orElse(() => lineOf(error))
}

/** The name by which an error is told apart; empty if it has none that can be read. */
export function nameOf(error: unknown): string {
  try {
    const { name } = error as { name?: unknown }
    return typeof name === 'string' ? name : ''
  } catch {
    return ''
  }
}

function orElse(text: () => string): string {
  try {
    return text()
  } catch {
    // what was thrown throws when it is looked at: there is nothing more to say of it
    return 'something that cannot be shown'
  }
}

function lineOf(error: unknown): string {
  return printable(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
}

function linesOf(error: unknown): string {
  if (!(error instanceof Error)) return lineOf(error)
  const { message, stack = '' } = error
  // behind the message, which may be made to look like lines of a stack
  const frames = stack.slice(stack.indexOf(message) + message.length).split('\n')
  const places = frames.filter((line) => /^ {4}at /.test(line)).map((line) => printable(line))
  return [lineOf(error), ...places].join('\n')
}

function escape(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}
