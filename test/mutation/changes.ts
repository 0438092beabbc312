import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

/** Lines of one file, the first one is 1, both ends included. */
export interface Range {
  readonly file: string
  readonly from: number
  readonly to: number
}

/**
 * The lines that the last commit and the work since then have changed or brought; none if there is no
 * history, as in a copy without git or a clone of one commit.
 */
export function changedLines(): Range[] {
  const diff = git(
    'diff',
    '--unified=0',
    '--no-color',
    '--no-ext-diff',
    'HEAD~1',
    '--',
    'src',
    'machines'
  )
  return diff === undefined ? [] : rangesIn(diff)
}

/** A number that is another one for every commit, and the same for one commit on every machine. */
export function numberOfCommit(): number {
  return Number.parseInt(git('rev-parse', '--short=8', 'HEAD')?.slice(0, 8) ?? '0', 16)
}

/** The lines of the new side of a unified diff without context. */
export function rangesIn(diff: string): Range[] {
  const ranges: Range[] = []
  let file = ''
  for (const line of diff.split('\n')) {
    if (line.startsWith('+++ ')) file = line.slice('+++ b/'.length)
    const hunk = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line)
    if (hunk === null) continue
    const [from, length] = [Number(hunk[1]), Number(hunk[2] ?? 1)]
    // a hunk of no lines only takes some away
    if (length > 0) ranges.push({ file, from, to: from + length - 1 })
  }
  return ranges
}

function git(...args: string[]): string | undefined {
  try {
    return execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore']
    }).trim()
  } catch {
    return undefined
  }
}
