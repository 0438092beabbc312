/** What a browser loads of the library: nothing of Node.js. */
import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { inspectNodes } from '../../src/inspector/no-server.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** Of one source file, what it imports as soon as it is loaded. */
function importsOf(source: string): string[] {
  const statements = source.matchAll(/^(?:import|export)\b(?! type\b)[^'"]*?\bfrom '([^']+)'/gm)
  const bare = source.matchAll(/^import '([^']+)'/gm)
  return [...statements, ...bare].map(([, name = '']) => name)
}

/** Every file that is loaded with the entry, and every package; `replaced` as the field `browser` does it. */
async function loadedWith(
  entry: string,
  replaced: Readonly<Record<string, string>>
): Promise<{ files: string[]; packages: string[] }> {
  const files = new Set<string>()
  const packages = new Set<string>()
  const waiting = [entry]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    file = replaced[file] ?? file
    if (files.has(file)) continue
    files.add(file)
    for (const name of importsOf(await readFile(join(ROOT, file), 'utf8'))) {
      if (name.startsWith('.')) waiting.push(relative(ROOT, join(ROOT, file, '..', name)))
      else packages.add(name)
    }
  }
  return { files: [...files], packages: [...packages] }
}

const sourceOf = (built: string): string => built.replace('./dist/', '').replace(/\.js$/, '.ts')

async function browserField(): Promise<Record<string, string>> {
  const manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    browser: Record<string, string>
  }
  return Object.fromEntries(Object.entries(manifest.browser).map((pair) => pair.map(sourceOf)))
}

test.each(['src/index.ts', 'src/inspector/index.ts', 'machines/index.ts'])(
  '%s loads nothing of Node.js in a browser',
  async (entry) => {
    const { files, packages } = await loadedWith(entry, await browserField())
    expect(files.length).toBeGreaterThan(5)
    expect(packages.filter((name) => name.startsWith('node:'))).toEqual([])
    expect(packages).not.toContain('eventsource-parser')
  }
)

test('the library alone does not load the server in Node.js either, until it is asked for', async () => {
  const { files } = await loadedWith('src/index.ts', {})
  expect(files).toContain('src/inspectors.ts')
  expect(files.filter((file) => file.startsWith('src/inspector/'))).toEqual([])
})

test('the inspector’s entry does load it in Node.js, so that the test above would notice', async () => {
  const { packages } = await loadedWith('src/inspector/index.ts', {})
  expect(packages).toContain('node:http')
})

test('in a browser the inspector is an error that says why', async () => {
  await expect(inspectNodes()).rejects.toMatchObject({
    name: 'InspectorError',
    message: 'Expected Node.js, which can serve the inspector, got a browser, which cannot'
  })
})
