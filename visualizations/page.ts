import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { blockOf } from './blocks.ts'

const ROOT = join(import.meta.dirname, '..')
const FORMATTER = join(ROOT, 'node_modules', 'oxfmt', 'bin', 'oxfmt')

/** A generated block and the markers around it, which name it. */
const BLOCK = /(<!-- generated: (.+?) -->\n)(.*?)(<!-- end of generated -->)/gs

/** The page as it has to be: every block between markers made anew, and all of it formatted. */
export async function madeAnew(page: string): Promise<string> {
  return formatted(await withBlocks(page))
}

async function withBlocks(page: string): Promise<string> {
  const names = new Set([...page.matchAll(BLOCK)].map(([, , name = '']) => name))
  const texts = new Map<string, string>()
  for (const name of names) texts.set(name, await blockOf(name))
  return page.replace(
    BLOCK,
    (_all, open: string, name: string, _old, close: string) =>
      `${open}\n${texts.get(name)}\n\n${close}`
  )
}

/** The names of the blocks in a page, in their order. */
export function blockNames(page: string): string[] {
  return [...page.matchAll(BLOCK)].map(([, , name = '']) => name)
}

/** What `npm run format` would make of the page. */
function formatted(page: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const args = [FORMATTER, '--stdin-filepath=README.md']
    const formatter = execFile(process.execPath, args, { cwd: ROOT }, (err, stdout) => {
      if (err === null) resolve(stdout)
      else reject(new Error(`The formatter failed: ${err.message}`, { cause: err }))
    })
    formatter.stdin?.end(page)
  })
}
