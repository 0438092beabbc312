/** What the browser tests stand on can see what it is there to see. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { useChromium } from './chromium.ts'
import { farSockets } from './far-sockets.ts'
import { hasChromium, launch } from './launch.ts'
import { recordingProxy } from './recording-proxy.ts'
import { Witness } from './witness.ts'
import type { AddressInfo } from 'node:net'

const browsing = useChromium()

/** A page of this text at an address on this machine. */
async function served(html: string, policy = ''): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(200, {
      'content-type': 'text/html',
      ...(policy !== '' && { 'content-security-policy': policy })
    })
    response.end(html)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

/** What the witness and the proxy see of a page. */
async function seen(
  html: string,
  policy?: string
): Promise<{ troubles: string; asked: readonly string[] }> {
  const url = await served(html, policy)
  const proxy = await recordingProxy()
  const browser = await launch(proxy)
  onTestFinished(async () => {
    await browser.close()
    proxy.close()
  })
  const witness = new Witness()
  const context = await browser.newContext()
  await witness.watch(context)
  const page = await context.newPage()
  await page.goto(url)
  await page.waitForFunction('document.title === "over"')
  return { troubles: witness.troubles.join('\n'), asked: proxy.asked }
}

const over = '<script>setTimeout(() => { document.title = "over" }, 50)</script>'

describe.runIf(hasChromium)('a browser test', () => {
  it('is content with a page that does nothing wrong', async () => {
    const page = await browsing.open(await served('<title>fine</title>'))
    expect(await page.title()).toBe('fine')
  })

  it.each([
    ['an error on the console', '<script>console.error("bad")</script>', 'console: bad'],
    ['an exception', '<script>throw new Error("worse")</script>', 'exception: worse'],
    ['a dialog', '<script>setTimeout(() => alert("hello"))</script>', 'dialog: hello'],
    [
      'a request that leaves',
      '<img src="http://192.0.2.1/x.png">',
      'request: http://192.0.2.1/x.png'
    ]
  ])('sees %s', async (_, html, trouble) => {
    const { troubles } = await seen(html + over)
    expect(troubles).toContain(trouble)
  })

  it('sees a violation of a policy', async () => {
    const { troubles } = await seen(
      '<p onclick="x()">' + over,
      `script-src 'unsafe-inline'; style-src 'none'`
    )
    expect(troubles).toBe('')
    const styled = await seen(
      `<p style="color: red">${over}`,
      `script-src 'unsafe-inline'; style-src 'none'`
    )
    expect(styled.troubles).toContain('policy: style-src-attr inline')
  })

  it('has a proxy that sees whoever is asked abroad', async () => {
    const { asked } = await seen(
      `<img src="http://192.0.2.1/x.png"><img src="https://192.0.2.2/y">${over}`
    )
    expect(asked.toSorted()).toEqual(['CONNECT 192.0.2.2:443', 'GET http://192.0.2.1/x.png'])
  })

  it('sees sockets that lead abroad in the list of the kernel, and no others', async () => {
    expect(await farSockets(process.pid)).toEqual([])
    const socket = createSocket('udp4')
    onTestFinished(() => void socket.close())
    socket.connect(9, '192.0.2.1')
    await once(socket, 'connect')
    expect(await farSockets(process.pid)).toEqual(['udp 192.0.2.1:9'])
    socket.disconnect()
  })
})
