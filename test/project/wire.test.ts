import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generateWire } from './generate-wire.ts'

const wire = join(import.meta.dirname, '..', '..', 'src', 'handshake', 'wire')

test('the committed codecs are what npm run generate makes of the .proto files', async () => {
  const generated = await generateWire()
  const committed = (await readdir(wire)).filter((file) => /\.(js|d\.ts)$/.test(file))

  expect(committed.toSorted()).toEqual([...generated.keys()].toSorted())

  for (const [file, text] of generated) {
    expect(await readFile(join(wire, file), 'utf8'), file).toBe(text)
  }
})
