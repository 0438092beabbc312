/** Every law of a meeting can be seen broken: a check that nobody has seen fail may be unable to. */
import { describe, expect, it } from 'vitest'
import { MEETING_LAWS } from '../../src/testing/product/meeting-laws.ts'
import { MEETING_BREACHES } from './meeting-breaches.ts'
import { meet, waitsForever } from './small-meetings.ts'

describe('a meeting', () => {
  it.each(MEETING_BREACHES)(
    'complains of the law $law: $detail',
    async ({ law, detail, init = () => ({}), bend }) => {
      expect(await meet(init(), bend)).toEqual({ law, detail })
    }
  )

  it('complains of every law that it checks', () => {
    const broken = new Set(MEETING_BREACHES.map(({ law }) => law))
    expect([...broken].toSorted()).toEqual(MEETING_LAWS.toSorted())
  })

  // where somebody waits forever, nobody has to be bent
  const quiet = MEETING_BREACHES.map(({ init }) => init).filter((init) => init !== waitsForever)
  it.each([...new Set(quiet)])('complains of nothing where nobody is bent, %#', async (init) => {
    expect(await meet(init?.() ?? {})).toBeUndefined()
  })
})
