/** Text can be read: WCAG's contrast of 4.5 for text and 3 for lines, by day and by night. */
import { expect, test } from 'vitest'
import {
  CHOSEN,
  EDGE_COLOURS,
  INK,
  MUTED,
  PANEL,
  PAPER,
  STATE_COLOURS,
  THEMES
} from '../../visualizations/palette.ts'
import type { Theme } from '../../visualizations/palette.ts'

/** How much lighter the lighter of two colours is, as WCAG 2.2 counts it: 1 to 21. */
function contrast(a: string, b: string): number {
  const [lighter = 0, darker = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x)
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

test('contrast is counted as WCAG counts it', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
})

test.each(THEMES)('a state can be read, on its ground and on paper: %s', (theme: Theme) => {
  for (const [state, { ground, line, text }] of Object.entries(STATE_COLOURS)) {
    expect(contrast(text[theme], ground[theme]), state).toBeGreaterThanOrEqual(4.5)
    expect(contrast(text[theme], PAPER[theme]), state).toBeGreaterThanOrEqual(4.5)
    expect(contrast(line[theme], PAPER[theme]), state).toBeGreaterThanOrEqual(3)
    expect(contrast(line[theme], ground[theme]), state).toBeGreaterThanOrEqual(3)
    expect(contrast(INK[theme], ground[theme]), state).toBeGreaterThanOrEqual(4.5)
  }
})

test.each(THEMES)('a label can be read: %s', (theme: Theme) => {
  for (const colour of [INK, MUTED, ...Object.values(EDGE_COLOURS)]) {
    expect(contrast(colour[theme], PAPER[theme])).toBeGreaterThanOrEqual(4.5)
  }
})

test.each(THEMES)('what is on a panel, or chosen, can be read: %s', (theme: Theme) => {
  for (const ground of [PANEL, CHOSEN]) {
    const edges = ground === PANEL ? Object.values(EDGE_COLOURS) : []
    for (const colour of [INK, MUTED, ...edges]) {
      expect(contrast(colour[theme], ground[theme])).toBeGreaterThanOrEqual(4.5)
    }
    for (const [state, { line, text }] of Object.entries(STATE_COLOURS)) {
      expect(contrast(text[theme], ground[theme]), state).toBeGreaterThanOrEqual(4.5)
      expect(contrast(line[theme], ground[theme]), state).toBeGreaterThanOrEqual(3)
    }
  }
})
