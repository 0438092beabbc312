/** Requests that no page of ours makes. Whoever sends one learns nothing, and the node does nothing for it. */
import { createHash } from 'node:crypto'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readInspectInit } from '../../src/inspector/inspect-options.ts'
import { LiveNodes } from '../../src/inspector/live-nodes.ts'
import { pageOf } from '../../src/inspector/page.ts'
import { serve } from '../../src/inspector/server.ts'
import { ManualClock } from '../../src/testing/index.ts'
import { RawRequest } from './raw-request.ts'
import { PAGE, StandIn } from './stand-in.ts'
import { at, knowing } from './watching.ts'
import type { Inspector } from '../../src/inspector/index.ts'

const TOKEN = 'a-token-for-the-tests'
const stand = new StandIn(new ManualClock())
let inspector: Inspector

beforeAll(async () => {
  inspector = await serve({
    exhibit: new LiveNodes(new Map([['stand', stand]]), stand.clock),
    options: readInspectInit({ token: TOKEN }),
    clock: stand.clock,
    page: async () => pageOf(Buffer.from(PAGE))
  })
  return async () => inspector.close()
})

afterEach(() => {
  // whatever came: nothing was read of the node, and nobody looks
  if (stand.written + stand.followers + inspector.viewers > 0) throw new Error('It was shown')
})

/** A request with these lines in its head; `Host` is ours unless it is among them. */
function request(line: string, ...headers: string[]): string {
  const isNamed = headers.some((header) => /^host:/i.test(header))
  const host = isNamed ? [] : [`Host: 127.0.0.1:${inspector.port}`]
  return [line, ...host, ...headers, 'Connection: close', '', ''].join('\r\n')
}

const BEARER = `Authorization: Bearer ${TOKEN}`

/** What a request is refused with, and that nothing but words came of it. */
async function refused(text: string | Uint8Array, status: number): Promise<string> {
  const { status: got, head, answer } = await RawRequest.said(inspector.port, text)
  expect(got).toBe(status)
  expect(head).not.toMatch(/access-control|set-cookie/i)
  expect(answer).not.toContain(TOKEN)
  expect(answer).not.toContain('stand-in')
  return answer
}

const hash = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`

const events = (...headers: string[]): string => request('GET /events HTTP/1.1', ...headers)

describe('what other sites can make a browser send', () => {
  it.each([
    ['the name of another site', 'Host: evil.example'],
    ['the name of another site with our port', 'Host: evil.example:PORT'],
    ['a name that begins like ours', 'Host: 127.0.0.1.evil.example:PORT'],
    ['our address with another port', 'Host: 127.0.0.1:1'],
    ['our address without a port', 'Host: 127.0.0.1'],
    ['another address of this machine', 'Host: 127.0.0.2:PORT'],
    ['any address', 'Host: 0.0.0.0:PORT'],
    ['nobody', 'Host: '],
    ['user and host', 'Host: 127.0.0.1:PORT@evil.example']
  ])('%s in Host', async (_, host) => {
    const text = events(BEARER, host.replace('PORT', String(inspector.port)))
    expect(await refused(text, 403)).toContain(
      `Expected Host to be 127.0.0.1:${inspector.port} or localhost:${inspector.port}, got `
    )
  })

  it.each([
    'http://evil.example',
    'null',
    'https://127.0.0.1:PORT',
    'http://localhost:PORT',
    'http://127.0.0.1:1',
    'http://127.0.0.1:PORT, http://evil.example'
  ])('Origin: %s', async (origin) => {
    await refused(events(BEARER, `Origin: ${origin.replace('PORT', String(inspector.port))}`), 403)
  })

  it.each(['cross-site', 'same-site', 'cross-origin', ''])('Sec-Fetch-Site: %s', async (site) => {
    await refused(events(BEARER, `Sec-Fetch-Site: ${site}`), 403)
    await refused(request('GET / HTTP/1.1', `Sec-Fetch-Site: ${site}`), 403)
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND'])(
    '%s',
    async (method) => {
      for (const path of ['/', '/events', '/explain', '/nothing']) {
        const answer = await refused(request(`${method} ${path} HTTP/1.1`, BEARER), 405)
        expect(answer).toMatch(/^allow: GET\r$/m)
      }
    }
  )

  it('a question before a request across sites', async () => {
    const asked = ['Access-Control-Request-Method: GET', 'Access-Control-Request-Headers: x']
    await refused(request('OPTIONS /events HTTP/1.1', 'Origin: http://evil.example', ...asked), 403)
  })

  it('a form with a body', async () => {
    const body = 'Content-Type: text/plain\r\nContent-Length: 5'
    await refused(`${request('POST /events HTTP/1.1', BEARER, body)}hello`, 405)
  })

  it('a WebSocket', async () => {
    const upgrade = ['Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAA']
    await refused(events(...upgrade), 401)
  })
})

describe('who does not know the token', () => {
  it.each<[string, string[]]>([
    ['none', []],
    ['an empty one', ['Authorization: Bearer ']],
    ['no scheme', [`Authorization: ${TOKEN}`]],
    ['another scheme', [`Authorization: Basic ${btoa(`:${TOKEN}`)}`]],
    ['another case of the scheme', [`Authorization: bearer ${TOKEN}`]],
    ['a wrong one', [`Authorization: Bearer ${TOKEN.replace('a', 'b')}`]],
    ['its beginning', [`Authorization: Bearer ${TOKEN.slice(0, -1)}`]],
    ['more than it', [`${BEARER}x`]],
    ['it twice', [BEARER, BEARER]],
    ['a wrong one and it', ['Authorization: Bearer x', BEARER]],
    ['it in a cookie', [`Cookie: token=${TOKEN}`]]
  ])('brings %s', async (_, headers) => {
    for (const path of ['/events', '/explain?peer=p']) {
      expect(await refused(request(`GET ${path} HTTP/1.1`, ...headers), 401)).toContain(
        'Expected Authorization: Bearer'
      )
    }
  })

  it('brings it where it could be logged', async () => {
    await refused(request(`GET /events?token=${TOKEN} HTTP/1.1`), 401)
  })
})

describe('what is not there', () => {
  it.each([
    '/index.html',
    '/page.html',
    '//',
    '//events',
    '/events/',
    '/EVENTS',
    '/events%00',
    '/%65vents',
    '/../../../etc/passwd',
    '/..%2f..%2f..%2fetc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    String.raw`/..\..\package.json`,
    '/.git/config',
    '/__proto__',
    'http://127.0.0.1/events',
    'http://evil.example/',
    'file:///etc/passwd',
    '*'
  ])('%s', async (path) => {
    await refused(request(`GET ${path} HTTP/1.1`, BEARER), 404)
  })

  it.each(['1', '-1', '1e0', '0x0', '', 'all', '__proto__', '99999999999999999999', '0 '])(
    'node=%s',
    async (number) => {
      const node = encodeURIComponent(number)
      await refused(request(`GET /events?node=${node} HTTP/1.1`, BEARER), 404)
      await refused(request(`GET /explain?peer=p&node=${node} HTTP/1.1`, BEARER), 404)
    }
  )

  it.each(['', '__proto__', 'q', 'p%00', '../p'])('peer=%s', async (peer) => {
    await refused(request(`GET /explain?peer=${peer} HTTP/1.1`, BEARER), 404)
  })
})

describe('what is no request', () => {
  it.each<[string, () => string | Uint8Array, number]>([
    ['bytes', () => Uint8Array.from({ length: 2_000 }, (_, i) => (i * 167) % 256), 400],
    ['the first words of TLS', () => Uint8Array.of(22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3), 400],
    ['the first words of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['a head with a NUL', () => events('X: a\0b'), 400],
    ['a head of two lengths', () => events('Content-Length: 1', 'Content-Length: 2'), 400],
    ['no Host', () => `GET /events HTTP/1.1\r\n${BEARER}\r\n\r\n`, 400],
    ['no Host, in HTTP/1.0', () => `GET /events HTTP/1.0\r\n${BEARER}\r\n\r\n`, 403],
    ['a URL of 1,025 characters', () => request(`GET /${'x'.repeat(1_024)} HTTP/1.1`), 414],
    ['a head of 9,000 bytes', () => events(`X: ${'x'.repeat(9_000)}`), 431],
    [
      'a thousand lines',
      () => events(...Array.from({ length: 1_000 }, (_, i) => `X-${i}: y`)),
      431
    ],
    ['a URL of a megabyte', () => `GET /${'x'.repeat(1_048_576)} HTTP/1.1\r\n`, 431]
  ])('%s', async (_, text, status) => {
    await refused(text(), status)
  })

  it('two of Host', async () => {
    const { status } = await RawRequest.said(
      inspector.port,
      events(BEARER, `Host: 127.0.0.1:${inspector.port}`, 'Host: evil.example')
    )
    expect([400, 403]).toContain(status)
  })

  it('CONNECT', async () => {
    const { answer } = await RawRequest.said(
      inspector.port,
      request(`CONNECT 127.0.0.1:${inspector.port} HTTP/1.1`, BEARER)
    )
    expect(answer).toBe('')
  })

  it('half of one, or none at all, is not waited for longer than some seconds', async () => {
    const [half, none] = [new RawRequest(inspector.port), new RawRequest(inspector.port)]
    half.socket.write(`GET /events HTTP/1.1\r\nHost: 127.0.0.1:${inspector.port}\r\n`)
    await Promise.all([half.over(), none.over()])
    expect(half.status).toBe(408)
  })
})

describe('what our page sends', () => {
  it.each<[string, (body: Buffer) => Buffer]>([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
    ['identity', (body) => body]
  ])('for itself, taking %s', async (coding, decode) => {
    const { answer, head } = await RawRequest.said(
      inspector.port,
      request(
        'GET /?x=1 HTTP/1.1',
        `Accept-Encoding: zstd, ${coding}`,
        'Sec-Fetch-Site: none',
        `Host: localhost:${inspector.port}`
      )
    )
    const body = Buffer.from(answer.slice(head.length + 4), 'latin1')
    expect(decode(body).toString()).toBe(PAGE)
    const policy = [
      `default-src 'none'; script-src ${hash('let a = 1\nlet b')}; style-src ${hash('p{color:red}')};`,
      `connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none';`,
      `require-trusted-types-for 'script'; trusted-types 'none'`
    ].join(' ')
    for (const line of [
      'HTTP/1.1 200 OK',
      'content-type: text/html; charset=utf-8',
      `content-security-policy: ${policy}`,
      'x-content-type-options: nosniff',
      'x-frame-options: DENY',
      'referrer-policy: no-referrer',
      'cache-control: no-store',
      'cross-origin-opener-policy: same-origin',
      'cross-origin-resource-policy: same-origin'
    ]) {
      expect(head.split('\r\n')).toContain(line)
    }
    expect(head).not.toMatch(/access-control|set-cookie|server:|powered/i)
  })

  it('to explain a peer', async () => {
    const response = await fetch(at(inspector, '/explain?node=0&peer=p'), {
      headers: knowing(inspector)
    })
    expect(await response.json()).toEqual({ peer: 'p' })
  })
})
