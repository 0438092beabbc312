import { vi } from 'vitest'
import type { Locator, Page } from 'playwright-core'

/** What the page shows, as a reader would note it down. */

/** Waits until the page shows it. Looks now and then: every look is work for the browser. */
export async function shows(assertion: () => Promise<void>): Promise<void> {
  await vi.waitFor(assertion, { timeout: 20_000, interval: 25 })
}

/** A row of the table of peers. */
export interface ShownPeer {
  /** Its number among all rows. */
  readonly at: number
  readonly peer: string
  /** Such as `connected: cooling down`. */
  readonly state: string
  readonly reason: string
  readonly direction: string
  readonly source: string
  readonly wanted: string
  readonly connections: number
  readonly failures: number
}

/** The table of peers from its top on, as much of it as is drawn. */
export async function shownPeers(page: Page): Promise<ShownPeer[]> {
  const rows = await page.locator('.peer-table [role=row]:not(.grid-head)').evaluateAll((all) =>
    all.map((row) => {
      const cells = [...row.querySelectorAll('[role=gridcell]')].map((cell): [string, string] => [
        /col-(\w+)/.exec(cell.className)?.[1] ?? '',
        cell.textContent.trim()
      ])
      const { reason = '', direction = '', source = '', ...others } = Object.fromEntries(cells)
      return {
        at: Number(row.getAttribute('aria-rowindex')),
        peer: row.querySelector('.peer-name')?.getAttribute('title') ?? '',
        state: row.querySelector('.col-state .chip')?.getAttribute('title') ?? '',
        reason,
        direction,
        source,
        wanted: others['priority'] ?? '',
        connections: Number(others['connections']),
        failures: Number(others['failures'])
      }
    })
  )
  return rows.toSorted((a, b) => a.at - b.at)
}

/** Peers by the words of a state, such as `connected: queued`, as the chart shows them; of leaves only. */
export async function chartCounts(page: Page): Promise<Record<string, number>> {
  return countsIn(page.locator('.map-chart .box[data-state]'), /^(.+): ([\d,]+) peers?$/)
}

/** The same as the list beside the chart shows them. */
export async function listCounts(page: Page): Promise<Record<string, number>> {
  return countsIn(page.locator('.state-list button'), /^(.+), ([\d,]+) peers?$/)
}

async function countsIn(parts: Locator, pattern: RegExp): Promise<Record<string, number>> {
  const labels = await parts.evaluateAll((all) =>
    all.map((part) => part.getAttribute('aria-label'))
  )
  const counts = labels.flatMap((label): [string, number][] => {
    const [, words = '', count = ''] = pattern.exec(label ?? '') ?? []
    return words === '' ? [] : [[words, Number(count.replaceAll(',', ''))]]
  })
  return Object.fromEntries(counts.filter(([, count]) => count > 0))
}

/** The row of the table that is this peer's. */
export const rowOf = (page: Page, peer: string): Locator =>
  page.locator(`.peer-table [role=row]:has([title="${peer}"])`)

/** Goes to another view by its tab. */
export async function goTo(page: Page, tab: 'Map' | 'Peers' | 'Slots and queue'): Promise<void> {
  await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: tab }).click()
}
