import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'

/** The page as it is sent, and what it may do in a browser. */
export interface Page {
  readonly bodies: Readonly<Record<Coding, Buffer>>
  /** Its content security policy. */
  readonly policy: string
}

export type Coding = 'br' | 'gzip' | 'identity'

/** What builds the page. */
const BUILD_PAGE = 'npm run build:page'

/** Where it lies: beside the compiled library, and beside its sources. */
const PLACES = ['../../inspector/page.html', '../../dist/inspector/page.html']

/**
 * @param places - Where it may lie, the first first
 * @throws Error that says how the page is built, if it is not
 */
export async function readPage(places: readonly string[] = PLACES): Promise<Page> {
  for (const place of places) {
    const html = await orNothing(readFile(new URL(place, import.meta.url)))
    if (html !== undefined) return pageOf(html)
  }
  throw new Error(`Expected the inspector's page to be built, found none: run ${BUILD_PAGE}`)
}

/** The page that is made of this text. */
export async function pageOf(html: Buffer): Promise<Page> {
  const [br, zipped] = await Promise.all([promisify(brotliCompress)(html), promisify(gzip)(html)])
  return { bodies: { br, gzip: zipped, identity: html }, policy: policyOf(html.toString()) }
}

/**
 * The page may run what is written in it and ask the server that it came from. Nothing else: no other
 * script, style or host, no plugin, no frame, no form, no text that is made into markup.
 */
function policyOf(html: string): string {
  return [
    `default-src 'none'`,
    `script-src ${hashesOf(html, 'script')}`,
    `style-src ${hashesOf(html, 'style')}`,
    `connect-src 'self'`,
    `img-src data:`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types 'none'`
  ].join('; ')
}

function hashesOf(html: string, element: 'script' | 'style'): string {
  const elements = html.matchAll(new RegExp(`<${element}\\b[^>]*>(.*?)</${element}>`, 'gs'))
  const hashes = [...elements].map(([, text = '']) => {
    return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  })
  return hashes.length === 0 ? `'none'` : hashes.join(' ')
}

/** Of the codings that a browser takes, the best. */
export function codingFor(accepted: string | undefined): Coding {
  const names = (accepted ?? '').split(',').map((part) => part.trim().toLowerCase())
  return (['br', 'gzip'] as const).find((coding) => names.includes(coding)) ?? 'identity'
}

async function orNothing(reading: Promise<Buffer>): Promise<Buffer | undefined> {
  try {
    return await reading
  } catch {
    // nothing there: the next place is asked, and the last one's absence is told
    return undefined
  }
}
