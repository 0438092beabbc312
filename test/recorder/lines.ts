import { replayRecording } from '../../src/inspector/index.ts'

/** A line of a recording, as JSON has it. */
export type Line = Record<string, unknown>

export const parsed = (line: string): Line => JSON.parse(line) as Line

/** The line, counted from 1, in which all this is found first. */
export const lineWith = (lines: readonly string[], ...parts: string[]): number =>
  1 + lines.findIndex((line) => parts.every((part) => line.includes(part)))

/** The same recording with one line changed. */
export function changed(
  lines: readonly string[],
  number: number,
  change: (line: Line) => Line
): string {
  const rewritten = JSON.stringify(change(parsed(lines[number - 1] ?? '')))
  return lines.toSpliced(number - 1, 1, `${rewritten}\n`).join('')
}

/** The beginning of a recording that somebody has written by hand. */
export const headLine =
  '{"type":"recording","format":1,"node":"n","at":0,"epoch":0,"seq":0,"mode":"filling"}\n'

/** A peer that such a recording begins with. */
export const peerLine = (i: number): string =>
  `{"type":"peer","peer":"p${i}","path":"discovered.idle","since":0,"context":{"session":0,"failures":0,"authorizedAt":0,"until":0,"counted":0}}\n`

/** What is said of a recording that cannot be read. */
export const errorOf = async (text: string): Promise<Error> =>
  replayRecording(text).then(
    () => new Error('Nothing was wrong'),
    (error: unknown) => error as Error
  )
