/** Whatever somebody has made of a recording, it is read to an end: a verdict, or an error that names its line. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { replayRecording } from '../../src/inspector/index.ts'
import { recordedLife } from './life.ts'
import { parsed } from './lines.ts'
import type { RecordingError } from '../../src/inspector/index.ts'
import type { Line } from './lines.ts'

const HOSTILE = fc.oneof(
  fc.constantFrom<unknown>(null, {}, [], '', '__proto__', 'constructor', -1, 1e308, '\u0000\u202E'),
  fc.jsonValue({ maxDepth: 2 })
)

/** Text in the place of other text, anywhere in a line. */
const TYPO = fc.record({ at: fc.nat(), take: fc.nat(9), put: fc.string({ maxLength: 9 }) })

/** Another value in a field that is there, or in one that is not. */
const SWAP = fc.record({ field: fc.nat(), name: fc.string(), value: HOSTILE })

function garbled(
  text: string,
  { at, take, put }: typeof TYPO extends fc.Arbitrary<infer T> ? T : never
): string {
  const start = at % text.length
  return text.slice(0, start) + put + text.slice(start + take)
}

function swapped(
  text: string,
  { field, name, value }: typeof SWAP extends fc.Arbitrary<infer T> ? T : never
): string {
  const line: Line = parsed(text)
  const names = Object.keys(line)
  const chosen = names[field % (names.length + 1)] ?? name
  return `${JSON.stringify({ ...line, [chosen]: value })}\n`
}

/** The line with which it ends; the last one if nothing differs. */
async function endOf(text: string): Promise<number> {
  try {
    const { divergence, lines } = await replayRecording(text)
    return divergence?.line ?? lines + 1
  } catch (error) {
    const { name, message, line } = error as RecordingError
    if (name === 'RecordingError' && message.length < 1_000) return line
    throw error
  }
}

it('comes to a verdict, or to an error that names its line', async () => {
  const { lines } = await recordedLife()
  const change = fc.oneof(
    TYPO.map((typo) => (text: string) => garbled(text, typo)),
    SWAP.map((swap) => (text: string) => swapped(text, swap))
  )
  await fc.assert(
    fc.asyncProperty(fc.nat(lines.length - 1), change, async (at, made) => {
      const text = lines.toSpliced(at, 1, made(lines[at] ?? '')).join('')
      expect(await endOf(text)).toBeGreaterThan(at)
    }),
    { numRuns: 200 }
  )
  expect('polluted' in {}).toBe(false)
})
