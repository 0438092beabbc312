import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '..', '..')

/** A piece of the README that a program printed, and the program. */
export interface Print {
  readonly path: string
  readonly text: string
}

export async function readme(): Promise<string> {
  return readFile(join(ROOT, 'README.md'), 'utf8')
}

/** Everything the page says that a program prints. */
export function printsIn(page: string): Print[] {
  const found = page.matchAll(/<!-- prints: (.+?) -->\s+```text\n(.*?)```/gs)
  return [...found].map(([, path = '', text = '']) => ({ path, text }))
}

/** The first groups of all matches, each once. */
export function matches(page: string, pattern: RegExp): string[] {
  return [...new Set([...page.matchAll(pattern)].map(([, group = '']) => group))]
}

/** Runs a program of the project with this very Node, and returns all that it prints. */
export async function run(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd: ROOT, timeout: 25_000 }
    execFile(process.execPath, [path], options, (err, stdout, stderr) => {
      if (err === null && stderr === '') resolve(stdout)
      else reject(new Error(`${path} failed, and printed:\n${stdout}${stderr}`, { cause: err }))
    })
  })
}
