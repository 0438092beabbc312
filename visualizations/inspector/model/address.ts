import { THEME_CHOICES, VIEWS } from './choice.ts'
import type { Choice } from './choice.ts'

/** What the fragment of the page's address holds. It never leaves the browser. */
export interface Address {
  readonly token: string | undefined
  readonly choice: Choice
}

/** Characters of a value at the most: whatever somebody has put into a link. */
const LONGEST = 512

const TEXTS = ['peer', 'state', 'reason', 'direction', 'source', 'text', 'sort'] as const

/** Reads a fragment, with or without its `#`. What is not understood is left out. */
export function readAddress(fragment: string): Address {
  const fields = new URLSearchParams(fragment.replace(/^#/, ''))
  const value = (name: string): string | undefined => {
    const text = fields.get(name) ?? ''
    return text === '' || text.length > LONGEST ? undefined : text
  }
  const node = value('node')
  const texts = TEXTS.flatMap((name) => {
    const text = value(name)
    return text === undefined ? [] : [[name, text] as const]
  })
  return {
    token: value('token'),
    choice: {
      view: oneOf(VIEWS, value('view')) ?? 'map',
      theme: oneOf(THEME_CHOICES, value('theme')) ?? 'system',
      ...(node !== undefined && /^\d{1,4}$/.test(node) && { node: Number(node) }),
      ...Object.fromEntries(texts)
    }
  }
}

/** The fragment, with its `#`; what is as usual is left out. */
export function fragmentOf({ token, choice }: Address): string {
  const { view, theme, node } = choice
  const all = {
    token,
    view: view === 'map' ? undefined : view,
    theme: theme === 'system' ? undefined : theme,
    node: node === undefined ? undefined : String(node),
    ...Object.fromEntries(TEXTS.map((name) => [name, choice[name]]))
  }
  const given = Object.entries(all).filter((field): field is [string, string] => {
    return field[1] !== undefined && field[1] !== ''
  })
  const text = new URLSearchParams(given).toString()
  return text === '' ? '' : `#${text}`
}

const oneOf = <T extends string>(words: readonly T[], word: string | undefined): T | undefined =>
  words.find((known) => known === word)
