import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, onTestFinished, vi } from 'vitest'
import type { Browsing } from './chromium.ts'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Milliseconds between two words. */
const INTERVAL = 25

/** Shows what it hears, in the next frame, and does nothing else. */
const PAGE = `<!doctype html><title>control</title><p></p><script>
const place = document.querySelector('p')
new MutationObserver(() => heard(Number(place.textContent))).observe(place, { childList: true })
new EventSource('/words').onmessage = ({ data }) =>
  requestAnimationFrame(() => place.replaceChildren(data))
</script>`

/** How long this machine lets a page wait that has nothing to do. */
export interface Control {
  /**
   * How much longer than at its best the way from this process to what a page shows took between two times of
   * `performance.now()`: the two longest delays of words that were sent then. The inspector's way has two
   * turns at which somebody waits until it is time, the server and the view, and there is one here.
   */
  delayBetween(from: number, to: number): Promise<number>
}

/**
 * A page beside the one that is timed: in the same browser, with words from the same process, that go the same
 * way. What it has to wait for more than at its best is the machine's, and not the inspector's.
 */
export async function controlOf(browsing: Browsing): Promise<Control> {
  const words: { sent: number; took: number }[] = []
  let stream: ServerResponse | undefined
  const server = createServer((request, response) => {
    const isStream = request.url === '/words'
    response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'text/html' })
    if (isStream) (stream = response).flushHeaders()
    else response.end(PAGE)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // its stream ends before the page does
  const page = await browsing.open('about:blank', { mayLog: /ERR_INCOMPLETE_CHUNKED_ENCODING/ })
  await page.exposeBinding('heard', (_, nth: number) => {
    const word = words[nth]
    if (word !== undefined) word.took = performance.now() - word.sent
  })
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)

  const speaking = setInterval(() => {
    words.push({ sent: performance.now(), took: Infinity })
    stream?.write(`data: ${words.length - 1}\n\n`)
  }, INTERVAL)
  onTestFinished(() => {
    clearInterval(speaking)
    server.close()
    server.closeAllConnections()
  })
  return {
    delayBetween: async (from, to) => {
      const then = words.filter(({ sent }) => sent >= from - INTERVAL && sent <= to)
      await vi.waitFor(() => expect(then.every(({ took }) => took < Infinity)).toBe(true), 10_000)
      const best = Math.min(...words.map(({ took }) => took))
      const delays = then.map(({ took }) => took - best).toSorted((a, b) => b - a)
      return delays.slice(0, 2).reduce((sum, delay) => sum + delay, 0)
    }
  }
}
