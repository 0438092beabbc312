/**
 * The colours of all pictures: one place. The hues are those of Okabe and Ito, which people who see no red
 * or no green tell apart, shaded so that text on them has the contrast that WCAG asks for. A colour is never the only
 * sign: every state has its name, every edge its dash, weight or mark.
 */

/** A colour by day and by night. */
export interface Shades {
  readonly light: string
  readonly dark: string
}

export type Theme = keyof Shades

export const THEMES: readonly Theme[] = ['light', 'dark']

/** What a state looks like: its ground, the line around it, the text on it. */
export interface StateColours {
  readonly ground: Shades
  readonly line: Shades
  readonly text: Shades
}

const GREY: StateColours = {
  ground: { light: '#f1f4f7', dark: '#1c232c' },
  line: { light: '#66788a', dark: '#8b9bab' },
  text: { light: '#33424f', dark: '#d3dce5' }
}

const SKY: StateColours = {
  ground: { light: '#e6f4fc', dark: '#0e2a3a' },
  line: { light: '#2b8fc4', dark: '#56b4e9' },
  text: { light: '#0b4f74', dark: '#a9dbf7' }
}

const BLUE: StateColours = {
  ground: { light: '#e7eefb', dark: '#14233f' },
  line: { light: '#0062a8', dark: '#5b9be0' },
  text: { light: '#0a3f73', dark: '#b9d4f7' }
}

const PURPLE: StateColours = {
  ground: { light: '#fbecf4', dark: '#341c2b' },
  line: { light: '#b3538c', dark: '#d98bb5' },
  text: { light: '#7a2a5a', dark: '#f2c6de' }
}

const GREEN: StateColours = {
  ground: { light: '#e2f5ee', dark: '#0d2f25' },
  line: { light: '#00805c', dark: '#2fbf94' },
  text: { light: '#00563d', dark: '#a0ecd2' }
}

const VERMILLION: StateColours = {
  ground: { light: '#fdeee4', dark: '#3a1d0e' },
  line: { light: '#c24e00', dark: '#ee8247' },
  text: { light: '#8a3800', dark: '#ffc9a8' }
}

const AMBER: StateColours = {
  ground: { light: '#fdf3dc', dark: '#33270b' },
  line: { light: '#9a6700', dark: '#e0a93a' },
  text: { light: '#6f4a00', dark: '#f5d48f' }
}

/** The colours of the top-level states of both charts, by path. Those inside have the colours of the one around. */
export const STATE_COLOURS: Readonly<Record<string, StateColours>> = {
  discovered: GREY,
  dialing: SKY,
  connected: BLUE,
  handshaking: PURPLE,
  authorized: GREEN,
  rejected: VERMILLION,
  forgotten: GREY,

  stopped: GREY,
  filling: SKY,
  full: GREEN,
  offline: AMBER,
  draining: PURPLE
}

/** The ground of what the reader has chosen. */
export const CHOSEN: Shades = BLUE.ground

/** What is no state. */
export const PAPER: Shades = { light: '#ffffff', dark: '#0d1117' }
/** The ground of what stands beside the paper on a page: bars, panels, heads of tables. */
export const PANEL: Shades = { light: '#f7f9fb', dark: '#151b23' }
export const INK: Shades = { light: '#1f2933', dark: '#e6edf3' }
export const MUTED: Shades = { light: '#55636f', dark: '#9fb0bf' }
export const FAINT: Shades = { light: '#d5dde5', dark: '#333e49' }

/** The kinds of edges. */
export const EDGE_COLOURS = {
  path: { light: '#00805c', dark: '#2fbf94' },
  plain: { light: '#5d6b79', dark: '#93a3b3' },
  deadline: { light: '#9a6700', dark: '#e0a93a' },
  refusal: { light: '#c24e00', dark: '#ee8247' }
} as const satisfies Readonly<Record<string, Shades>>

export type EdgeKind = keyof typeof EDGE_COLOURS
