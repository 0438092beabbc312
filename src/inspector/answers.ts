import { codingFor } from './page.ts'
import { MOST_VIEWERS } from './limits.ts'
import type { Exhibit } from './exhibit.ts'
import type { Guard, Refusal } from './guard.ts'
import type { Page } from './page.ts'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** What answers are made of. */
export interface House {
  readonly guard: Guard
  readonly exhibit: Exhibit
  readonly page: () => Promise<Page>
  readonly viewers: { readonly size: number }
  /** Opens a stream of events. */
  readonly admit: (response: ServerResponse, node: number | undefined) => void
}

/** What every answer says: nobody else may use, keep, frame or guess the kind of it. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; frame-ancestors 'none'`,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY'
}

/** Answers one request. Never rejects. */
export async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  house: House
): Promise<void> {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
  try {
    const refusal = house.guard.refusalOf(request) ?? (await answered(request, response, house))
    if (refusal !== undefined) refuse(response, refusal)
  } catch {
    // what it was is the application's affair, such as its redaction: viewers learn that it failed, not how
    if (response.headersSent) response.destroy()
    else refuse(response, { status: 500, text: 'The inspector could not answer this' })
  }
}

function refuse(response: ServerResponse, { status, text }: Refusal): void {
  if (status === 405) response.setHeader('allow', 'GET')
  // who is refused has nothing else to say on this connection
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
  response.end(`${text}\n`)
}

async function answered(
  request: IncomingMessage,
  response: ServerResponse,
  house: House
): Promise<Refusal | undefined> {
  const [path, search] = (request.url ?? '').split('?', 2)
  if (path === '/') return sendPage(request, response, house)
  if (path !== '/events' && path !== '/explain') {
    return { status: 404, text: 'Expected /, /events or /explain' }
  }
  if (!house.guard.holdsToken(request)) {
    const text = 'Expected Authorization: Bearer, and the token of the URL that was printed'
    return { status: 401, text }
  }
  const query = new URLSearchParams(search)
  const node = nodeOf(query, house.exhibit)
  if (node === 'unknown') return { status: 404, text: 'Expected node to be the number of a node' }
  return path === '/events'
    ? sendEvents(response, house, node)
    : sendExplanation(response, house, node ?? 0, query.get('peer') ?? '')
}

async function sendPage(
  { headers }: IncomingMessage,
  response: ServerResponse,
  { page }: House
): Promise<Refusal | undefined> {
  let built: Page
  try {
    built = await page()
  } catch (error) {
    return { status: 500, text: (error as Error).message }
  }
  const { bodies, policy } = built
  const coding = codingFor(headers['accept-encoding'])
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'content-length': bodies[coding].length,
    vary: 'accept-encoding',
    ...(coding !== 'identity' && { 'content-encoding': coding })
  })
  response.end(bodies[coding])
  return undefined
}

function sendEvents(
  response: ServerResponse,
  { viewers, admit }: House,
  node: number | undefined
): Refusal | undefined {
  if (viewers.size >= MOST_VIEWERS) {
    return { status: 503, text: `Expected at most ${MOST_VIEWERS} viewers, got one more` }
  }
  // nothing follows on the same connection, so that its end is the end of the stream
  response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' })
  admit(response, node)
  return undefined
}

async function sendExplanation(
  response: ServerResponse,
  { exhibit }: House,
  node: number,
  peer: string
): Promise<Refusal | undefined> {
  const told = await exhibit.explain(node, peer)
  if (told === undefined) return { status: 404, text: 'Expected a peer that this node knows' }
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(told)
  return undefined
}

/** The number of a node, none for all of them, or a word for what is neither. */
function nodeOf(query: URLSearchParams, exhibit: Exhibit): number | 'unknown' | undefined {
  const text = query.get('node')
  if (text === null) return undefined
  return /^\d{1,6}$/.test(text) && exhibit.has(Number(text)) ? Number(text) : 'unknown'
}
