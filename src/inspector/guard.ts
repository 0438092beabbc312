import { createHash, timingSafeEqual } from 'node:crypto'
import { printable } from '../printable.ts'
import { LONGEST_URL } from './limits.ts'
import type { IncomingMessage } from 'node:http'

/** Why a request is not answered. */
export interface Refusal {
  readonly status: number
  /** What was expected, on one line. */
  readonly text: string
}

/** The name that stands for this machine in every browser. */
const LOCAL_NAME = 'localhost'

/**
 * What a request must be before it is looked at more closely. A page of another site that has got a name of
 * its own to lead to this address still says that name (`Host`), and a browser says who is asking (`Origin`,
 * `Sec-Fetch-Site`).
 */
export class Guard {
  readonly #hosts: ReadonlySet<string>
  readonly #token: Buffer

  /**
   * @param host - The address that is listened on, as it was given
   * @param port - The port that is listened on
   */
  constructor({ host, port, token }: { host: string; port: number; token: string }) {
    this.#hosts = new Set([host, LOCAL_NAME].map((name) => authorityOf(name, port)))
    this.#token = digestOf(token)
  }

  /** Why the request is refused, whatever it asks for; undefined if it is not. */
  refusalOf(request: IncomingMessage): Refusal | undefined {
    const { method = '', url = '', headersDistinct: headers } = request
    const hosts = headers['host'] ?? []
    const [host] = hosts
    if (host === undefined || hosts.length > 1 || !this.#isOurs(host, request)) {
      const expected = [...this.#hosts].join(' or ')
      return foreign(`Expected Host to be ${expected}, got ${shown(hosts)}`)
    }
    const origins = headers['origin'] ?? []
    if (origins.some((origin) => origin !== `http://${host}`)) {
      return foreign(`Expected no Origin but http://${host}, got ${shown(origins)}`)
    }
    const sites = headers['sec-fetch-site'] ?? []
    if (sites.some((site) => site !== 'same-origin' && site !== 'none')) {
      return foreign(`Expected a request of this page or of nobody's, got ${shown(sites)}`)
    }
    if (method !== 'GET') return { status: 405, text: `Expected GET, got ${printable(method, 20)}` }
    if (url.length <= LONGEST_URL) return undefined
    return { status: 414, text: `Expected a URL of at most ${LONGEST_URL} characters` }
  }

  /** Does the request bring the token, once, and in its head? Takes as long whatever it brings. */
  holdsToken({ headersDistinct }: IncomingMessage): boolean {
    const [given = '', ...others] = headersDistinct['authorization'] ?? []
    const isOurs = timingSafeEqual(digestOf(given.replace(/^Bearer /, '')), this.#token)
    return isOurs && others.length === 0 && given.startsWith('Bearer ')
  }

  #isOurs(host: string, { socket }: IncomingMessage): boolean {
    if (this.#hosts.has(host)) return true
    // the number of the very address that was reached: no other site can have that for its name
    const { localAddress, localPort } = socket
    if (localAddress === undefined || localPort === undefined) return false
    return host === authorityOf(localAddress.replace(/^::ffff:/, ''), localPort)
  }
}

/** A host with its port, as browsers write it. */
export function authorityOf(host: string, port: number): string {
  const name = host.includes(':') ? `[${host}]` : host
  return port === 80 ? name : `${name}:${port}`
}

const foreign = (text: string): Refusal => ({ status: 403, text })

const shown = (values: readonly string[]): string =>
  values.length === 0 ? 'none' : printable(values.join(', '), 100)

/** Of equal length for all tokens, so that they can be compared in equal time. */
const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest()
