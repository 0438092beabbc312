/** The page can be used without a mouse, without eyes for colours, without sight, on a small screen, and without motion. */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readInspectInit } from '../../src/inspector/inspect-options.ts'
import { readPage } from '../../src/inspector/page.ts'
import { RecordedFile } from '../../src/inspector/recorded-file.ts'
import { serve } from '../../src/inspector/server.ts'
import { realClock } from '../../src/real-clock.ts'
import { eventually } from '../network/waiting.ts'
import { useChromium } from './chromium.ts'
import { hasChromium } from './launch.ts'
import { faintTexts, focusable, focused, pathOfFocus, stranded, unnamed } from './looking.ts'
import { crowdedScene } from './scene.ts'
import type { Seen } from './chromium.ts'
import type { Page } from 'playwright-core'

const browsing = useChromium()

const VIEWS = ['map', 'peers', 'peer', 'slots'] as const

interface Recorded {
  readonly file: string
  /** Of another chain. */
  readonly rejected: string
  /** Why it is. */
  readonly reason: string
}

let recorded: Promise<Recorded> | undefined

/** A node that has met peers of all kinds: it is the same for whoever reads the page. */
async function record(): Promise<Recorded> {
  const { alice, rejected } = await crowdedScene()
  const { peers } = alice.services
  const file = join(await mkdtemp(join(tmpdir(), 'accessibility-')), 'alice.jsonl')
  await writeFile(file, peers.recording())
  return {
    file,
    rejected: rejected.toString(),
    reason: peers.getPeer(rejected)?.reason ?? 'none'
  }
}

interface Shown extends Recorded {
  readonly page: Page
  /** Goes to a view, by the address. */
  readonly view: (view: (typeof VIEWS)[number]) => Promise<void>
}

async function shown(seen: Seen = {}): Promise<Shown> {
  recorded ??= record()
  const recording = await recorded
  const inspector = await serve({
    exhibit: new RecordedFile(recording.file, undefined),
    options: readInspectInit({}),
    clock: realClock(),
    page: readPage
  })
  onTestFinished(() => inspector.close())
  const page = await browsing.open(inspector.url, seen)
  await page.getByRole('status').filter({ hasText: 'Recording' }).waitFor({ state: 'attached' })
  const view: Shown['view'] = async (name) => {
    const peer = encodeURIComponent(`0/${recording.rejected}`)
    const hash = `${new URL(inspector.url).hash}&view=${name}&peer=${peer}`
    await page.evaluate((to) => location.assign(to), hash)
    await page.locator(`main.view-${name} > *`).first().waitFor()
  }
  return { ...recording, page, view }
}

describe.runIf(hasChromium)('the page, whoever reads it', () => {
  it('names all that can be operated, and says what its parts are', async () => {
    const { page, view } = await shown()
    for (const name of VIEWS) {
      await view(name)
      expect(await unnamed(page), name).toEqual([])
      for (const landmark of ['banner', 'main'] as const) {
        expect(await page.getByRole(landmark).count(), `${landmark} in ${name}`).toBe(1)
      }
      await page.getByRole('navigation', { name: 'Views' }).waitFor()
      await page.getByRole('region', { name: 'Time', exact: true }).waitFor()
      const levels = await page
        .getByRole('heading', { level: 1 })
        .evaluateAll((all) => all.map((heading) => heading.textContent.trim()))
      expect(levels, name).toEqual(['Peer lifecycle'])
    }
    await view('peers')
    await page.getByRole('search').waitFor()
    const table = page.getByRole('grid', { name: 'Peers' })
    expect(await table.getAttribute('aria-rowcount')).toBe('9')
    const head = await table
      .getByRole('columnheader')
      .evaluateAll((all) => all.map((cell) => cell.getAttribute('aria-sort')))
    expect(head.filter((sort) => sort !== 'none')).toEqual(['ascending'])
  })

  for (const name of VIEWS) {
    it(`is reached by the Tab key from part to part, and shows where one is: ${name}`, async () => {
      const { page, view } = await shown()
      await view(name)
      const all = await focusable(page)
      const path = await pathOfFocus(page)
      await page.locator('.skip').focus()
      // who comes by keys sees where
      await page.keyboard.press('Tab')
      await page.keyboard.press('Shift+Tab')
      await path.begin()
      for (let at = 1; at < all.length; at++) await page.keyboard.press('Tab')
      const reached = await path.end()
      expect(reached.map(({ what }) => what)).toEqual(all)
      expect(reached.filter(({ isSeen }) => !isSeen)).toEqual([])
      expect(await stranded(page)).toEqual([])
    })
  }

  it('leads through a list by arrows', async () => {
    const { page, view } = await shown()
    await view('map')
    const buttons = page.locator('.state-list button')
    const path = await pathOfFocus(page)
    await buttons.first().focus()
    await path.begin()
    for (let at = 1; at < (await buttons.count()); at++) await page.keyboard.press('ArrowDown')
    const all = await buttons.evaluateAll((each) =>
      each.map((button) => button.getAttribute('aria-label') ?? '')
    )
    expect((await path.end()).map(({ what }) => what)).toEqual(all.map((name) => `BUTTON  ${name}`))
  })

  it('tells by keys alone why a peer is rejected', async () => {
    const { page, rejected, reason } = await shown()
    await page.keyboard.press('/')
    await eventually(async () => expect((await focused(page)).what).toContain('search'))
    await page.keyboard.type(rejected.slice(-10))
    const table = page.getByRole('grid', { name: 'Peers' })
    await eventually(async () => expect(await table.getAttribute('aria-rowcount')).toBe('2'))
    await table.focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.locator('.answer-why', { hasText: reason }).waitFor()

    const before = await page.locator('.time-step').textContent()
    await page.keyboard.press('ArrowLeft')
    await eventually(async () =>
      expect(await page.locator('.time-step').textContent()).not.toBe(before)
    )
    await page.keyboard.press('Space')
    await page.locator('.time.is-live').waitFor()
  })

  it('leads from state to state on the chart by arrows, and lists their peers', async () => {
    const { page, view } = await shown()
    await view('map')
    await page.locator('.map-chart .box[tabindex="0"]').focus()
    for (let at = 0; at < 4; at++) await page.keyboard.press('ArrowDown')
    expect((await focused(page)).what).toContain('dialing: 0 peers')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.locator('.state-panel').getByRole('heading', { name: 'connected' }).waitFor()
    expect((await focused(page)).what).toContain('connected')
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has text that can be read: ${colorScheme}`, async () => {
      const { page, view } = await shown({ colorScheme })
      for (const name of VIEWS) {
        await view(name)
        expect(await faintTexts(page), name).toEqual([])
      }
    })
  }

  it('fits a screen of 400 pixels without being pushed sideways', async () => {
    const { page, view } = await shown({ viewport: { width: 400, height: 800 } })
    for (const name of VIEWS) {
      await view(name)
      // the chart is wider on purpose: it has a list above it that is not
      const wide = await page.evaluate(() =>
        [document.documentElement, ...document.querySelectorAll('main, .grid')].flatMap((part) =>
          part.scrollWidth > part.clientWidth ? [`${part.tagName} ${part.className}`] : []
        )
      )
      expect(wide, name).toEqual([])
    }
  })

  it.each(['no-preference', 'reduce'] as const)(
    'moves nothing for who asks for less motion: %s',
    async (reducedMotion) => {
      const { page, view } = await shown({ reducedMotion })
      await view('map')
      await page.evaluate(() => {
        const moved = new Set<string>()
        Object.assign(globalThis, { moved })
        const look = (): void => {
          for (const { effect } of document.getAnimations()) {
            const target = effect instanceof KeyframeEffect ? effect.target : null
            moved.add(target?.getAttribute('class') ?? 'something')
          }
          requestAnimationFrame(look)
        }
        look()
      })
      const slider = page.getByRole('slider', { name: 'Moment that is shown' })
      await slider.focus()
      await page.keyboard.press('Home')
      const heat = page.locator('.map-chart .edge:is([data-heat="1"], [data-heat="2"])')
      for (let step = 0; step < 40; step++) {
        await page.keyboard.press('ArrowRight')
        // the chart is drawn once a frame
        await page.evaluate(async () => new Promise((resolve) => requestAnimationFrame(resolve)))
      }
      await eventually(async () => expect(await heat.count()).toBeGreaterThan(0))
      const moved = await page.evaluate(() => [
        ...(globalThis as unknown as { moved: Set<string> }).moved
      ])
      // lines change their strength softly, too, and lights go along them
      const isReduced = reducedMotion === 'reduce'
      expect(isReduced ? moved : moved.filter((name) => name === 'flow')).toEqual(
        isReduced ? [] : ['flow']
      )
    }
  )
})
