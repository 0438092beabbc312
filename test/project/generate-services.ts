import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '..', '..')
const cache = join(root, 'node_modules', '.cache')
const run = promisify(execFile)

/** The `.proto` files of gRPC services, each with its code beside it. */
export const SERVICES = ['test/grpc/wire/echo.proto']

/**
 * The code of one service by file name, made anew: JavaScript and declarations, because the TypeScript that the
 * generator writes for an enum cannot be stripped. Touches nothing outside a scratch folder, which is gone afterwards.
 */
export async function generateService(proto: string): Promise<Map<string, string>> {
  await mkdir(cache, { recursive: true })
  const scratch = await mkdtemp(join(cache, 'service-'))
  const plugin = [process.execPath, tool('@bufbuild/protoc-gen-es', 'bin/protoc-gen-es')]
  const template = {
    version: 'v2',
    plugins: [{ local: plugin, out: scratch, opt: ['target=js+dts'] }]
  }
  try {
    const buf = tool('@bufbuild/buf', 'bin/buf')
    const args = ['generate', dirname(proto), '--template', JSON.stringify(template)]
    await run(process.execPath, [buf, ...args, '--path', proto], { cwd: root })
    const names = (await readdir(scratch)).toSorted()
    const files = names.map(
      async (name) => [name, await readFile(join(scratch, name), 'utf8')] as const
    )
    return new Map(await Promise.all(files))
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

function tool(name: string, script: string): string {
  return join(root, 'node_modules', name, script)
}

if (import.meta.main) {
  for (const proto of SERVICES) {
    for (const [file, text] of await generateService(proto)) {
      await writeFile(join(root, dirname(proto), basename(file)), text)
    }
  }
}
