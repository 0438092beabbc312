import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generateService, WIRE } from './generate-service.ts'

test('the committed service is what npm run generate makes of the .proto file', async () => {
  const generated = await generateService()
  const committed = (await readdir(WIRE)).filter((file) => /\.(js|d\.ts)$/.test(file))

  expect(committed.toSorted()).toEqual([...generated.keys()])
  for (const [file, text] of generated) {
    expect(await readFile(join(WIRE, file), 'utf8'), file).toBe(text)
  }
})
