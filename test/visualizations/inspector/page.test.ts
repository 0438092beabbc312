/** The page is one file that needs nothing but the server it came from, and it is small. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { peerMachine } from '../../../machines/index.ts'
import { chartOf } from '../../../visualizations/chart.ts'
import { makePage } from '../../../visualizations/inspector/build/make-page.ts'

/** The names of XML's dialects, and what xstate writes into the texts of its errors: nothing is fetched from there. */
const KNOWN = [
  'http://www.w3.org/2000/svg',
  'http://www.w3.org/1999/xhtml',
  'http://www.w3.org/1998/Math/MathML',
  'https://stately.ai/docs/actions#built-in-actions',
  'https://github.com/statelyai/xstate/issues'
]

describe('the built page', () => {
  let page = ''

  beforeAll(async () => {
    page = await makePage()
  })

  test('has the same bytes whenever it is built', async () => {
    const [one, other] = [page, await makePage()].map((text) => {
      return createHash('sha256').update(text).digest('hex')
    })
    expect(one).toBe(other)
  })

  test('weighs at most 150 kB compressed', () => {
    expect(gzipSync(page).length).toBeLessThanOrEqual(150_000)
  })

  test('has one script and one sheet, both in itself, which its policy can name', () => {
    expect(page.match(/<script\b[^>]*>/g)).toEqual(['<script type="module">'])
    expect(page.match(/<style\b[^>]*>/g)).toEqual(['<style>'])
    expect(page.match(/<link\b[^>]*>/g)).toEqual(['<link rel="icon" href="data:," />'])
    expect(page).not.toMatch(/<[^>]*\s(?:style|on\w+)=/)
    expect(page).not.toMatch(/<(?:base|form|iframe|object|embed|meta http-equiv)\b/)
  })

  test('names nothing outside', () => {
    const rest = KNOWN.reduce((text, known) => text.replaceAll(known, ''), page)
    expect(rest.match(/(?:https?|wss?):\/\/[^'"`\s)]*/g) ?? []).toEqual([])
    expect(rest).not.toMatch(/@import|url\((?!"?data:)|sourceMappingURL/)
  })

  test('makes no code from text', () => {
    expect(page).not.toMatch(/\beval\(|\bnew Function\b|document\.write|DOMParser/)
  })

  test('holds the chart with every state, in a template', () => {
    const [, chart = ''] = /<template id="chart">([^]*?)<\/template>/.exec(page) ?? []
    expect(chart).toMatch(/^<svg /)
    expect(chart).not.toContain('<style')
    const states = [...chart.matchAll(/data-state="([^"]+)"/g)].map(([, path]) => path)
    expect(new Set(states)).toEqual(new Set(chartOf(peerMachine).states.map(({ path }) => path)))
  })
})
