import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { generateService, SERVICES } from '../project/generate-services.ts'

const root = join(import.meta.dirname, '..', '..')

it.each(SERVICES)('%s: its code is what npm run generate makes', async (proto) => {
  const generated = await generateService(proto)
  expect([...generated.keys()]).not.toEqual([])
  for (const [file, text] of generated) {
    expect(await readFile(join(root, dirname(proto), file), 'utf8'), file).toBe(text)
  }
})
