/** Which statements no test reached, and whether somebody has said why. */
import { readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

/** Of Istanbul's report of one file, what is asked here. */
export interface FileReport {
  readonly path: string
  readonly statementMap: Readonly<Record<string, { readonly start: { readonly line: number } }>>
  /** How often each statement ran. */
  readonly s: Readonly<Record<string, number>>
}

/** A line that no test reaches, and why that is so. */
export interface Explained {
  readonly file: string
  /** The line, without the spaces around it. */
  readonly line: string
  readonly reason: string
  /** Whether a run reaches the line is a matter of luck: then it is no fault if one did. */
  readonly byLuck?: true
}

export interface Coverage {
  readonly statements: number
  readonly covered: number
  /** Lines with a statement that did not run, as `file: line`, each once. */
  readonly unknown: readonly string[]
  /** Explanations of lines that ran, or that are no more, in the same form. */
  readonly stale: readonly string[]
}

/**
 * Holds a report against the explanations.
 *
 * @param linesOf - The lines of a file, by its path in the project
 */
export function judged(
  reports: readonly FileReport[],
  explained: readonly Explained[],
  linesOf: (file: string) => readonly string[]
): Coverage {
  const missed = new Set<string>()
  let statements = 0
  let covered = 0
  for (const { path, statementMap, s } of reports) {
    const lines = linesOf(path)
    for (const [id, { start }] of Object.entries(statementMap)) {
      statements++
      if ((s[id] ?? 0) > 0) covered++
      else missed.add(`${path}: ${(lines[start.line - 1] ?? '').trim()}`)
    }
  }
  const known = new Set(explained.map(nameOf))
  const isStale = (entry: Explained): boolean =>
    entry.byLuck === true
      ? !linesOf(entry.file).some((line) => line.trim() === entry.line)
      : !missed.has(nameOf(entry))
  return {
    statements,
    covered,
    unknown: [...missed].filter((name) => !known.has(name)),
    stale: explained.filter(isStale).map(nameOf)
  }
}

/** The report of a run, with paths as they are in the project. */
export async function reportsIn(file: string, root: string): Promise<FileReport[]> {
  const found = JSON.parse(await readFile(file, 'utf8')) as Record<string, FileReport>
  return Object.values(found).map((report) => ({
    ...report,
    path: relative(root, report.path).replaceAll(sep, '/')
  }))
}

export async function explanationsIn(root: string): Promise<Explained[]> {
  const file = join(root, 'test', 'project', 'uncovered.json')
  return JSON.parse(await readFile(file, 'utf8')) as Explained[]
}

function nameOf({ file, line }: Explained): string {
  return `${file}: ${line}`
}
