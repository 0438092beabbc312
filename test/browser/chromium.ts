import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { builtPage } from './built-page.ts'
import { farSockets } from './far-sockets.ts'
import { hasChromium, launch } from './launch.ts'
import { recordingProxy } from './recording-proxy.ts'
import { Witness } from './witness.ts'
import type { RecordingProxy } from './recording-proxy.ts'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

/** Milliseconds for a test: a browser takes its time on a machine that is busy. */
const PATIENCE = 90_000

/** Milliseconds between two looks at the sockets of the browser. */
const CENSUS_INTERVAL = 100

export interface Browsing {
  /** A page in a window of its own, closed when the test is over: then nothing must have gone wrong in it. */
  open(url: string, seen?: Seen): Promise<Page>
}

export interface Seen extends BrowserContextOptions {
  /** What may be on the console all the same, where something is to fail. */
  readonly mayLog?: RegExp
}

/**
 * One browser for all tests of a file. Whatever it asks of anybody but this machine fails the test: it is
 * seen in its windows, by a proxy that all but loopback goes through, and in the kernel's list of sockets.
 */
export function useChromium(): Browsing {
  let browser: Browser | undefined
  let proxy: RecordingProxy | undefined
  let looking: NodeJS.Timeout | undefined
  const far = new Set<string>()

  vi.setConfig({ testTimeout: PATIENCE })
  test.runIf(process.env['CI'] !== undefined)('chromium is on the PATH', () => {
    expect(hasChromium, 'apt-get install chromium').toBe(true)
  })

  beforeAll(async () => {
    if (!hasChromium) return
    await builtPage()
    proxy = await recordingProxy()
    browser = await launch(proxy)
    looking = setInterval(() => {
      // the browser is a child of this process
      void farSockets(process.pid).then((ends) => ends.forEach((end) => far.add(end)))
    }, CENSUS_INTERVAL)
  }, 60_000)

  afterAll(async () => {
    clearInterval(looking)
    await browser?.close()
    proxy?.close()
  })

  return {
    open: async (url, { mayLog, ...options } = {}) => {
      if (browser === undefined) throw new Error('Expected chromium to have been started')
      const context = await browser.newContext({
        viewport: { width: 1440, height: 900 },
        ...options
      })
      const witness = new Witness(mayLog)
      await witness.watch(context)
      onTestFinished(async () => {
        await context.close()
        expect(witness.troubles).toEqual([])
        expect(proxy?.asked).toEqual([])
        expect([...far]).toEqual([])
      })
      const page = await context.newPage()
      await page.goto(url)
      return page
    }
  }
}
