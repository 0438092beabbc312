import type { Page } from 'playwright-core'

/** What a reader sees of the page, measured in the browser. */

/** Parts that can be operated and have no name that is read aloud. */
export async function unnamed(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  await session.detach()
  return nodes.flatMap((node) => {
    const isFocusable = node.properties?.some(
      ({ name, value }) => name === 'focusable' && value.value === true
    )
    const role = String(node.role?.value ?? '')
    const name = String(node.name?.value ?? '').trim()
    const isPart = !['RootWebArea', 'main', 'generic', 'none'].includes(role)
    return isFocusable === true && isPart && !node.ignored && name === '' ? [role] : []
  })
}

/** What the Tab key has to reach. */
export async function focusable(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const all = document.querySelectorAll<HTMLElement | SVGElement>(
      'a[href], button, input, select, textarea, [tabindex]'
    )
    return [...all]
      .filter((part) => part.tabIndex >= 0 && !part.matches(':disabled'))
      .filter((part) => part.checkVisibility({ visibilityProperty: true }))
      .map(
        (part) =>
          `${part.tagName} ${part.id} ${part.getAttribute('aria-label') ?? part.textContent}`
      )
  })
}

/** Buttons that neither the Tab key nor arrows reach: in their list none is a stop. */
export async function stranded(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLButtonElement>('button[tabindex="-1"]')].flatMap((button) => {
      const list = button.closest('ol, dd, ul:not(ul ul)')
      const isReached = (list?.querySelector('button:not([tabindex="-1"])') ?? null) !== null
      return isReached || !button.checkVisibility() ? [] : [button.textContent]
    })
  )
}

export interface Focused {
  readonly what: string
  /** Can a reader see that it has the focus? */
  readonly isSeen: boolean
}

/** Measured in the browser. */
const FOCUSED = `(() => {
  const part = document.activeElement
  const name = part.getAttribute('aria-label') ?? part.textContent
  const { outlineStyle, outlineWidth } = getComputedStyle(part)
  const isOutlined = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2
  const rect = part.querySelector(':scope > rect')
  const isStroked = rect !== null && Number.parseFloat(getComputedStyle(rect).strokeWidth) >= 3
  const box = part.getBoundingClientRect()
  const isThere = box.width > 0 && box.bottom > 0 && box.top < innerHeight
  return {
    what: [part.tagName, part.id, name].join(' '),
    isSeen: isThere && (isOutlined || isStroked)
  }
})()`

/** What has the focus. */
export const focused = (page: Page): Promise<Focused> => page.evaluate(FOCUSED)

/** Notes everything that has the focus between a beginning and an end. */
export async function pathOfFocus(
  page: Page
): Promise<{ begin: () => Promise<void>; end: () => Promise<Focused[]> }> {
  await page.evaluate(`addEventListener('focusin', () => globalThis.path?.push(${FOCUSED}))`)
  return {
    begin: () => page.evaluate(`globalThis.path = [${FOCUSED}]; undefined`),
    end: () => page.evaluate('globalThis.path')
  }
}

type Colour = readonly [red: number, green: number, blue: number, alpha: number]

/** A text as it is shown. */
interface ShownText {
  readonly text: string
  readonly colour: string
  /** What is behind it, from the nearest on. */
  readonly grounds: readonly string[]
  /** Pixels. */
  readonly size: number
  readonly weight: number
}

/** Texts whose contrast is lower than WCAG's AA asks for: 4.5, or 3 if they are large. SVG has a test of its own. */
export async function faintTexts(page: Page): Promise<string[]> {
  const texts = await shownTexts(page)
  return texts.flatMap(({ text, colour, grounds, size, weight }) => {
    const ground = grounds
      .map(colourOf)
      .reduceRight<Colour>((below, top) => over(top, below), [255, 255, 255, 1])
    const contrast = contrastOf(over(colourOf(colour), ground), ground)
    const isLarge = size >= 24 || (size >= 18.66 && weight >= 700)
    return contrast < (isLarge ? 3 : 4.5) ? [`${contrast.toFixed(2)} ${colour}: ${text}`] : []
  })
}

async function shownTexts(page: Page): Promise<ShownText[]> {
  return page.evaluate(() => {
    const shown: ShownText[] = []
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
      const { parentElement: element } = node
      const text = node.textContent?.trim() ?? ''
      const isLeftOut = element?.closest('svg, template, option, :disabled, .unseen') !== null
      if (element === null || text === '' || isLeftOut || !element.checkVisibility()) continue
      const grounds: string[] = []
      for (let at: Element | null = element; at !== null; at = at.parentElement) {
        grounds.push(getComputedStyle(at).backgroundColor)
      }
      const { color, fontSize, fontWeight } = getComputedStyle(element)
      const size = Number.parseFloat(fontSize)
      shown.push({ text, colour: color, grounds, size, weight: Number(fontWeight) })
    }
    return shown
  })
}

function colourOf(text: string): Colour {
  const numbers = text.match(/[\d.]+/g)?.map(Number) ?? []
  // `color(srgb ...)` counts from 0 to 1, `rgb(...)` to 255
  const scale = text.startsWith('color(') ? 255 : 1
  const [red = 0, green = 0, blue = 0, alpha = 1] = numbers
  return [red * scale, green * scale, blue * scale, alpha]
}

function over(top: Colour, below: Colour): Colour {
  const mixed = (at: 0 | 1 | 2): number => top[at] * top[3] + below[at] * (1 - top[3])
  return [mixed(0), mixed(1), mixed(2), 1]
}

function contrastOf(a: Colour, b: Colour): number {
  const [lighter = 0, darker = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x)
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance([red, green, blue]: Colour): number {
  const [r = 0, g = 0, b = 0] = [red, green, blue].map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
