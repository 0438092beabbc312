/**
 * `npm run build:page`: writes dist/inspector/page.html. With `--if-older` only if it is absent, or older than
 * what it is made of.
 */
import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const PAGE = join(ROOT, 'dist', 'inspector', 'page.html')

/** What the page is made of. */
const SOURCES = ['machines', 'src', 'visualizations', 'package-lock.json']

if (!process.argv.includes('--if-older') || (await isOlder())) {
  // only now: reading the bundler takes longer than looking at the files
  const { makePage } = await import('./make-page.ts')
  const page = await makePage()
  await mkdir(dirname(PAGE), { recursive: true })
  // in one go, because a server may read it at this moment
  await writeFile(`${PAGE}.${process.pid}`, page)
  await rename(`${PAGE}.${process.pid}`, PAGE)
  const size = (gzipSync(page).length / 1_000).toFixed(1)
  process.stdout.write(`dist/inspector/page.html: ${size} kB compressed\n`)
}

async function isOlder(): Promise<boolean> {
  if (!existsSync(PAGE)) return true
  const { mtimeMs } = await stat(PAGE)
  const times = await Promise.all(SOURCES.map((name) => newestBelow(join(ROOT, name))))
  return Math.max(...times) > mtimeMs
}

async function newestBelow(path: string): Promise<number> {
  const own = await stat(path)
  if (!own.isDirectory()) return own.mtimeMs
  const names = await readdir(path)
  const times = await Promise.all(names.map((name) => newestBelow(join(path, name))))
  return Math.max(own.mtimeMs, ...times)
}
