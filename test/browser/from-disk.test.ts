/** The page needs no server for a recording, and a view that fails takes nothing else with it. */
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { recordedLife } from '../recorder/life.ts'
import { useChromium } from './chromium.ts'
import { hasChromium } from './launch.ts'
import { ROOT } from '../readme/page.ts'
import type { Page } from 'playwright-core'

const browsing = useChromium()

const PAGE = `${pathToFileURL(ROOT).href}/dist/inspector/page.html`

/** Drops a recording anywhere on the page, as from the reader's desktop. */
async function drop(page: Page, text: string): Promise<void> {
  const dropped = await page.evaluateHandle((content) => {
    const data = new DataTransfer()
    data.items.add(new File([content], 'dropped.jsonl'))
    return data
  }, text)
  await page.dispatchEvent('main', 'drop', { dataTransfer: dropped })
}

describe.runIf(hasChromium)('the page from disk', () => {
  it('says what to do, and shows a recording that is dropped on it', async () => {
    const { lines } = await recordedLife()
    const page = await browsing.open(PAGE)
    await page.getByText('#token=').waitFor()
    await drop(page, lines.join(''))
    await page.getByText('decisions replay to the same states').waitFor()
    await page.getByRole('button', { name: 'Close the recording' }).click()
    await page.getByText('#token=').waitFor()
  })

  it('contains a view that cannot be drawn, and draws it when it can be', async () => {
    const { lines } = await recordedLife()
    const page = await browsing.open(PAGE)
    await drop(page, lines.join(''))
    await page.getByText('decisions replay to the same states').waitFor()
    await page.evaluate(() => {
      const list = Array.prototype as { toSorted: unknown }
      const { toSorted } = list
      list.toSorted = () => {
        list.toSorted = toSorted
        throw new Error('<b>broken</b> on purpose')
      }
      location.hash = '#view=peers'
    })
    await page.getByText('Error: <b>broken</b> on purpose').waitFor()
    expect(await page.getByText('decisions replay to the same states').isVisible()).toBe(true)
    await page.getByRole('button', { name: 'Draw it again' }).click()
    await page.getByRole('grid').or(page.getByRole('table')).first().waitFor()
  })
})
