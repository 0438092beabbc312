import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '..', '..')
const modules = join(root, 'node_modules')
const cache = join(modules, '.cache')
const run = promisify(execFile)

/** Where the example's service is described, and what is generated from it. */
export const WIRE = join(root, 'examples', 'chain-node', 'wire')

/**
 * The generated service by file name, made anew from the `.proto` files of the example. JavaScript and
 * declarations, since the plugin's TypeScript has enums, which type stripping refuses. Touches nothing
 * outside a scratch folder, which is gone afterwards. Throws if the compiler complains.
 */
export async function generateService(): Promise<Map<string, string>> {
  await mkdir(cache, { recursive: true })
  const out = await mkdtemp(join(cache, 'service-'))
  const plugin = join(modules, '@bufbuild', 'protoc-gen-es', 'bin', 'protoc-gen-es')
  const template = {
    version: 'v2',
    plugins: [{ local: [process.execPath, plugin], out, opt: ['target=js+dts'] }]
  }
  try {
    const buf = join(modules, '@bufbuild', 'buf', 'bin', 'buf')
    const args = [buf, 'generate', WIRE, '--template', JSON.stringify(template)]
    await run(process.execPath, args, { cwd: root })
    const files = (await readdir(out)).toSorted()
    const texts = await Promise.all(files.map(async (file) => readFile(join(out, file), 'utf8')))
    return new Map(files.map((file, i) => [file, texts[i] ?? '']))
  } finally {
    await rm(out, { recursive: true, force: true })
  }
}

if (import.meta.main) {
  for (const [file, text] of await generateService()) await writeFile(join(WIRE, file), text)
}
