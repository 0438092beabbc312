import { expect, test } from 'vitest'
import { unlessAborted } from '../../src/memory/in-time.ts'

test('what was given up before it began is not waited for', async () => {
  const never = new Promise<never>(() => {})
  const signal = AbortSignal.abort(new Error('given up'))
  await expect(unlessAborted(signal, never)).rejects.toThrow('given up')
})
