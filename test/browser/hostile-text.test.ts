/**
 * Row I6: text from elsewhere, in every field that has one, is text on the page and nothing else. It runs
 * nothing, makes no element, asks nobody, and rewrites no line that somebody reads.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it, onTestFinished } from 'vitest'
import { HandshakeRefusedError } from '../../src/index.ts'
import { inspectNodes } from '../../src/inspector/index.ts'
import { TextHandshake } from '../../src/testing/text-handshake.ts'
import { addressOf, stockNode } from '../network/nodes.ts'
import { failure } from '../network/waiting.ts'
import { useChromium } from './chromium.ts'
import { hasChromium } from './launch.ts'
import { goTo, shownPeers, shows } from './reading.ts'
import { dhtNode } from './scene.ts'
import type { Page } from 'playwright-core'

const browsing = useChromium()

/** Markup and scripts, then what rewrites a terminal or a reader's eye. */
const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '<script>alert(2)</script>',
  '"><svg onload=alert(3)>',
  "'-alert(4)-'",
  'javascript:alert(5)',
  '{{constructor.constructor("alert(6)")()}}',
  '\u001B[2J\u001B]0;owned\u0007',
  '\u202Egnp.exe',
  'a\u0000b\u2028c\uFEFFd'
] as const

const ALL = HOSTILE.join(' ')

/** Elements that the page has none of, or one that is its own. */
const COUNTED =
  'img, iframe, object, embed, script, link, base, form, svg [onload], [onerror], [onclick], a[href^="javascript"]'

/** Controls and format characters, with what stands before them; not the ends of lines. */
const UNPRINTABLE = /.{0,40}[^\P{C}\n\t]/gu

const elements = async (page: Page): Promise<number> => page.locator(COUNTED).count()

/** Goes through every view and every peer of it, and looks for what must not be there. */
async function goThrough(page: Page, allowed: number): Promise<string> {
  const seen: string[] = []
  const look = async (): Promise<void> => {
    expect(await elements(page)).toBe(allowed)
    const text = await page.evaluate(() => {
      const titles = [...document.querySelectorAll('[title], [aria-label], option')]
      const named = titles.map(
        (part) => `${part.getAttribute('title')} ${part.getAttribute('aria-label')}`
      )
      return [document.body.innerText, document.title, ...named].join('\n')
    })
    expect(text.match(UNPRINTABLE) ?? []).toEqual([])
    seen.push(text)
  }
  await goTo(page, 'Map')
  await look()
  await goTo(page, 'Slots and queue')
  await look()
  await goTo(page, 'Peers')
  await look()
  const { length } = await shownPeers(page)
  for (let row = 0; row < length; row++) {
    await page.locator('.peer-table [role=row]:not(.grid-head)').nth(row).click()
    await page.locator('.peer-head').waitFor()
    await look()
    await goTo(page, 'Peers')
  }
  return seen.join('\n')
}

/** A handshake that quotes what it was told when it says no. */
function quoting(word: string): TextHandshake {
  return new TextHandshake(word, (said) => {
    if (said !== 'hello') throw new HandshakeRefusedError('incompatible', `not ${said}`)
    return said
  })
}

describe.runIf(hasChromium)('hostile text', () => {
  it('of peers, addresses and node names is shown as text, escaped and cut', async () => {
    const alice = await dhtNode({ handshake: quoting('hello'), recorder: { lines: 1_000 } })
    const { peers } = alice.services
    const inspector = await inspectNodes({
      [HOSTILE[0]]: peers,
      [HOSTILE[6]]: (await dhtNode()).services.peers
    })
    onTestFinished(async () => inspector.close())
    const page = await browsing.open(inspector.url)
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor({ state: 'attached' })
    const allowed = await elements(page)

    for (const word of [...HOSTILE, 'x'.repeat(60_000)]) {
      const mallory = await dhtNode({ handshake: new TextHandshake(word) })
      await failure(peers.connect(addressOf(mallory)))
    }
    const gone = (await stockNode()).peerId.toString()
    const name = encodeURIComponent(HOSTILE[0])
    peers.enqueue(multiaddr(`/dns4/${name}.invalid/tcp/9/p2p/${gone}`))
    await goTo(page, 'Peers')
    await shows(async () => expect(await shownPeers(page)).toHaveLength(HOSTILE.length + 2))
    const text = await goThrough(page, allowed)
    for (const shown of [
      ...HOSTILE.slice(0, 6),
      String.raw`\u{1b}[2J`,
      String.raw`\u{202e}gnp.exe`,
      String.raw`a\u{0}b`
    ]) {
      expect(text).toContain(shown)
    }
    // sixty thousand letters are not
    expect(text).not.toMatch(/x{300}/)
  })

  it('that a redaction of peers gives is shown as text', async () => {
    let peersShown = 0
    const redact = (): string => `${ALL} ${peersShown++}`
    const names = new Map<string, string>()
    const alice = await dhtNode({
      recorder: {
        lines: 1_000,
        redact: (peer) => {
          if (!names.has(peer)) names.set(peer, redact())
          return names.get(peer) ?? ''
        }
      }
    })
    const bob = await dhtNode()
    await alice.services.peers.connect(addressOf(bob))
    const page = await browsing.open((await alice.services.peers.inspect()).url)
    await goTo(page, 'Peers')
    await shows(async () => expect(await shownPeers(page)).toHaveLength(1))
    const text = await goThrough(page, await elements(page))
    expect(text).toContain(HOSTILE[0])
  })

  it('in every field of a recording is shown as text, or the line is refused', async () => {
    const alice = await dhtNode({ handshake: quoting('hello'), recorder: { lines: 1_000 } })
    const mallory = await dhtNode({ handshake: new TextHandshake('DETAIL') })
    const bob = await dhtNode({ handshake: new TextHandshake('hello') })
    await failure(alice.services.peers.connect(addressOf(mallory)))
    await alice.services.peers.connect(addressOf(bob))
    const lines = [...alice.services.peers.recording()]
    const page = await browsing.open((await alice.services.peers.inspect()).url)
    const allowed = await elements(page)
    const folder = await mkdtemp(join(tmpdir(), 'hostile-'))
    onTestFinished(async () => rm(folder, { recursive: true }))
    const open = async (name: string, changed: readonly string[]): Promise<void> => {
      const file = join(folder, name)
      await writeFile(file, changed.join(''))
      await page.locator('input[type=file]').first().setInputFiles(file)
      await page.locator('.banner', { hasText: /replay|differs|cannot be read/ }).waitFor()
    }

    // where any text may stand: names, details, addresses
    const text = JSON.stringify(ALL).slice(1, -1)
    const ids = [alice, mallory, bob].map(({ peerId }) => peerId.toString())
    const hostile = lines.map((line) => {
      const placed = line
        .replaceAll(/"address":"[^"]*"/g, () =>
          JSON.stringify({ address: HOSTILE[0] }).slice(1, -1)
        )
        .replaceAll('DETAIL', () => text)
      return ids.reduce(
        (named, id, nth) => named.replaceAll(id, () => `${HOSTILE[0]}${nth}`),
        placed
      )
    })
    await open('<img src=x onerror=alert(7)>.jsonl', hostile)
    await goTo(page, 'Peers')
    await shows(async () => expect(await shownPeers(page)).toHaveLength(2))
    const seen = await goThrough(page, allowed)
    expect(seen).toContain(HOSTILE[0])

    const keys = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},'
    await open(
      'keys-of-the-prototype.jsonl',
      lines.map((line) => line.replace('{', keys))
    )
    await page.locator('.banner', { hasText: 'keys-of-the-prototype.jsonl' }).waitFor()
    expect(await page.evaluate(() => 'polluted' in {})).toBe(false)

    // where only words of ours may stand
    const at = lines.findIndex((line) => line.includes('"to":"authorized"'))
    for (const [nth, field] of ['type', 'event', 'to', 'reason', 'by'].entries()) {
      const line = `${JSON.stringify({ ...(JSON.parse(lines[at] ?? '') as object), [field]: HOSTILE[0] })}\n`
      await open(`field-${nth}.jsonl`, lines.with(at, line))
      await page.locator('.banner', { hasText: `field-${nth}.jsonl` }).waitFor()
      expect(await elements(page)).toBe(allowed)
    }
  })
})
