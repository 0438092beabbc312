/**
 * `npm run pictures:inspector`: takes the pictures of the page that the README shows, of the nodes of `npm start`
 * while they find one another. Needs chromium.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'
import { smallPng } from './small-png.ts'
import type { Browser, Page } from 'playwright-core'

const ROOT = join(import.meta.dirname, '..', '..')
const FOLDER = join(import.meta.dirname, 'pictures')

/** What the nodes have to have done before they are worth a picture. */
const AUTHORIZED = 24

const WIDE = { width: 1440, height: 900 }
const NARROW = { width: 400, height: 860 }

const demo = spawn(process.execPath, ['examples/local-network/index.ts'], {
  cwd: ROOT,
  stdio: ['ignore', 'pipe', 'inherit']
})
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : []
})
try {
  await mkdir(FOLDER, { recursive: true })
  const url = await addressOf(demo.stdout)
  await take(browser, url)
} finally {
  await browser.close()
  demo.kill('SIGINT')
  await once(demo, 'exit')
}

/** Where the nodes are watched, as the demo prints it. */
async function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const [url] = /http:\S+/.exec(line) ?? []
    if (url !== undefined) {
      // what is printed from now on is read by nobody, and must not stop the demo
      output.resume()
      return url
    }
  }
  throw new Error('Expected the demo to say where its nodes are watched')
}

async function take(chrome: Browser, url: string): Promise<void> {
  const page = await chrome.newPage({ viewport: WIDE })
  await page.goto(url)
  await until(page, AUTHORIZED)
  const rejected = await rejectedPeer(page)
  for (const theme of ['light', 'dark'] as const) {
    const go = async (view: string): Promise<void> => {
      await page.goto(`${url}&theme=${theme}&${view}`)
      await page.locator('main > *').first().waitFor()
      const present = page.getByRole('button', { name: 'To the present' })
      if (await present.isVisible()) await present.click()
    }
    await go('view=peers&sort=node')
    await picture(page, `peers.${theme}`)
    await go(`view=peer&peer=${encodeURIComponent(rejected)}`)
    await page.locator('.answer-told').waitFor()
    await picture(page, `peer.${theme}`)
    await go('view=slots&node=0')
    await picture(page, `slots.${theme}`)
    await go('view=map')
    await goToTheFullest(page)
    await picture(page, `map.${theme}`)
  }
  await page.setViewportSize(NARROW)
  await page.goto(`${url}&theme=light&view=map`)
  await picture(page, 'map-narrow')
}

async function picture(page: Page, name: string): Promise<void> {
  // what moves has come to rest, and nothing is pointed at
  await page.mouse.move(0, 0)
  await page.waitForTimeout(1_000)
  const small = smallPng(await page.screenshot())
  await writeFile(join(FOLDER, `${name}.png`), small)
  process.stdout.write(`${name}.png: ${Math.round(small.length / 1_000)} kB\n`)
}

async function until(page: Page, authorized: number): Promise<void> {
  await page.waitForFunction((least) => {
    const label = document.querySelector('.state-row.of-authorized')?.getAttribute('aria-label')
    return Number.parseInt(label?.replace(/\D/g, '') ?? '0', 10) >= least
  }, authorized)
}

/** A peer of another chain, by its key. */
async function rejectedPeer(page: Page): Promise<string> {
  const { hash, origin } = new URL(page.url())
  await page.goto(`${origin}/${hash}&view=peers&reason=incompatible`)
  await page.locator('.grid-row').first().click()
  await page.locator('.answer').waitFor()
  const peer = new URLSearchParams(new URL(page.url()).hash.slice(1)).get('peer')
  if (peer === null) throw new Error('Expected the address to name the peer that is shown')
  return peer
}

/** Goes to the moment at which the most lines are lit and the most states have peers. */
async function goToTheFullest(page: Page): Promise<void> {
  const slider = page.locator('.time input[type=range]')
  let [best, most] = [1, 0]
  for (let share = 0.05; share < 1; share += 0.025) {
    await slider.evaluate(moveTo, share)
    await page.waitForTimeout(60)
    const lit = await page.locator('.map-chart .edge:is([data-heat="1"],[data-heat="2"])').count()
    const full = await page.locator('.map-chart .box:not(.is-empty)').count()
    if (lit + full > most) [best, most] = [share, lit + full]
  }
  await slider.evaluate(moveTo, best)
}

function moveTo(slider: SVGElement | HTMLElement, share: number): void {
  if (!(slider instanceof HTMLInputElement)) return
  slider.value = String(Number(slider.max) * share)
  slider.dispatchEvent(new Event('input', { bubbles: true }))
}
